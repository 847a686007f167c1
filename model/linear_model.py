"""The compiled model's seam: what is asked of it for one text, whoever answers, C or numpy."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from model.compiled import Floats

UNSEEN = -1
"""Row of an n-gram that training has not seen."""


class TextGrams(msgspec.Struct, frozen=True, gc=False):
    """The n-grams of one text in their order: its words and word pairs, then its characters.

    Kept as the bytes that an explanation takes up again; as arrays only where somebody asks.

    Attributes
    ----------
    n_words : how many of them are words and pairs.
    row_bytes, count_bytes, weight_bytes : n numbers of eight bytes each, see the properties.
    """

    n_words: int
    row_bytes: bytes
    count_bytes: bytes
    weight_bytes: bytes

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """(n,) rows of the table, UNSEEN among them."""
        return np.frombuffer(self.row_bytes, np.int64)

    @property
    def counts(self) -> Floats:
        """(n,) how often each one's n-gram occurs in the text; 0 where unseen."""
        return np.frombuffer(self.count_bytes)

    @property
    def weights(self) -> Floats:
        """(n,) its sublinear count over the square root of the block's norm, shared out over its occurrences.

        0 where unseen.
        """
        return np.frombuffer(self.weight_bytes)


class Judged(NamedTuple):
    """Probabilities of a request and what they were read from.

    Attributes
    ----------
    fault, resolution : calibrated probabilities of the six fault labels and the seven resolutions.
    familiarity : share of the text's character pairs that training has seen, 0–1.
    """

    fault: list[float]
    resolution: list[float]
    familiarity: float
    grams: TextGrams


class LinearModel(Protocol):
    """The compiled model, ready to be asked."""

    def judge(
        self, text: str, words: list[str], concepts: Sequence[int], fields: Mapping[int, float]
    ) -> Judged:
        """Judge a normalised text with its words (no blanks), rows of its concepts, values by field row."""

    def word_weights(self, text: str, words: list[str], grams: TextGrams, column: int) -> dict[str, float]:
        """Return each distinct word with what its characters added to the logit of `column`.

        The share of an n-gram is spread evenly over the characters it covers and gathered by word; the blank
        after a word counts as its last character, so nothing is lost.
        """
