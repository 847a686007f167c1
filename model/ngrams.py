"""The n-grams of a text: one definition for training and serving."""

import itertools
from operator import add

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
