"""The n-grams of a text: one definition for training and serving."""

import itertools

from model.text import Cut

MAX_CHAR_N = 3


def word_ngrams(text: str, cut: Cut) -> list[str]:
    """Words and pairs of neighbouring words of a normalised text; a pair is joined by one space."""
    words = [word for word in cut(text) if not word.isspace()]
    return words + [f"{left} {right}" for left, right in itertools.pairwise(words)]


def char_ngrams(text: str) -> list[str]:
    """Runs of one to three characters of a normalised text."""
    return (
        list(text)
        + [text[i : i + 2] for i in range(len(text) - 1)]
        + [text[i : i + 3] for i in range(len(text) - 2)]
    )
