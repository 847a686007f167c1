"""The n-grams of a text: one definition for training and serving."""

import itertools
from collections.abc import Sequence
from operator import add

import numpy as np
import numpy.typing as npt

from model.text import Cut

MAX_CHAR_N = 3


def word_ngrams(text: str, cut: Cut) -> list[str]:
    """Words and pairs of neighbouring words of a normalised text; a pair is joined by one space."""
    words = [word for word in cut(text) if word != " "]  # the only blank a normalised text has
    return words + list(map(" ".join, itertools.pairwise(words)))


def char_ngrams(text: str) -> list[str]:
    """Runs of one to three characters of a normalised text."""
    pairs = list(map(add, text, text[1:]))
    return [*text, *pairs, *map(add, pairs, text[2:])]


BITS = 21
"""Of a code point; three of them fit a number of 64 bits."""

Keys = npt.NDArray[np.int64]


def char_keys(text: str) -> Keys:
    """Return the n-grams of `char_ngrams`, in its order, each as one number.

    The numbers sort as the strings do, so a sorted vocabulary is searched without making a string for each
    n-gram of a text. A code point counts from one: none at all is zero.
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64) + 1
    n = len(points)
    ones = points << 2 * BITS
    pairs = ones[: max(n - 1, 0)] | points[1:] << BITS
    return np.concatenate([ones, pairs, pairs[: max(n - 2, 0)] | points[2:]])


def vocabulary_keys(grams: Sequence[str]) -> Keys:
    """Return the number of each n-gram of a vocabulary."""
    lengths = np.fromiter(map(len, grams), np.int64, len(grams))
    points = (
        np.array(grams, dtype=f"<U{MAX_CHAR_N}").view(np.uint32).reshape(-1, MAX_CHAR_N).astype(np.int64) + 1
    )
    points[np.arange(MAX_CHAR_N) >= lengths[:, None]] = 0
    keys: Keys = points[:, 0] << 2 * BITS | points[:, 1] << BITS | points[:, 2]
    return keys
