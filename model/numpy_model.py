"""The compiled model in numpy: where there is no native kernel, and what the kernel's answers must equal."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise, repeat

import numpy as np

from model.compiled import Floats, ScorerArrays, ScorerTables
from model.linear_model import UNSEEN, Judged, TextGrams
from model.ngrams import char_keys, vocabulary_keys
from model.taxonomy import FAULT_LABELS

N_FAULTS = len(FAULT_LABELS)


class NumpyModel:
    """See `model.linear_model.LinearModel`."""

    def __init__(self, tables: ScorerTables, arrays: ScorerArrays) -> None:
        # Coefficients and squared idf side by side, so that an n-gram is one read of memory; the last row,
        # all zeros, is that of UNSEEN.
        self._table = np.zeros((len(arrays.gram) + 1, arrays.gram.shape[1] + 1))
        self._table[:-1, :-1] = arrays.gram
        self._table[:-1, -1] = arrays.squared_idf
        self._tables = tables
        self._arrays = arrays
        self._words = {word: row for row, word in enumerate(tables.words)}
        self._char_keys = vocabulary_keys(tables.chars)
        if np.any(self._char_keys[1:] <= self._char_keys[:-1]):
            raise ValueError("the character n-grams are not sorted")

    def judge(
        self, text: str, words: list[str], concepts: Sequence[int], fields: Mapping[int, float]
    ) -> Judged:
        """See `LinearModel`."""
        n_words, rows = self._rows(text, words)
        coefficients = self._table.take(rows, axis=0)
        counts, weights = _weigh(rows, n_words, coefficients[:, -1])
        logits = (weights @ coefficients)[:-1] + self._arrays.intercept
        if concepts:
            logits += np.add.reduce(self._arrays.concept.take(concepts, axis=0))
        if fields:
            logits += self._of_fields(fields)
        fault = softmax(logits[:N_FAULTS] * self._tables.fault_inverse_temperature)
        resolution = logits[N_FAULTS:] + fault @ self._arrays.by_fault
        resolution = softmax(resolution * self._tables.resolution_inverse_temperature)
        grams = TextGrams(n_words, rows.tobytes(), counts.tobytes(), weights.tobytes())
        return Judged(fault.tolist(), resolution.tolist(), _familiarity(grams, len(text)), grams)

    def _rows(self, text: str, words: list[str]) -> tuple[int, np.ndarray]:
        """Number of words and pairs, and the row of every n-gram."""
        grams = words + list(map(" ".join, pairwise(words)))
        keys = char_keys(text)
        places = self._char_keys.searchsorted(keys)
        rows = np.empty(len(grams) + len(keys), dtype=np.int64)
        rows[: len(grams)] = list(map(self._words.get, grams, repeat(UNSEEN)))
        found = self._char_keys.take(places, mode="clip") == keys
        rows[len(grams) :] = np.where(found, places + len(self._words), UNSEEN)
        return len(grams), rows

    def _of_fields(self, fields: Mapping[int, float]) -> Floats:
        added: Floats = np.fromiter(fields.values(), float) @ self._arrays.field.take(list(fields), axis=0)
        bound = self._tables.field_bound
        added[:N_FAULTS] = np.minimum(np.maximum(added[:N_FAULTS], -bound), bound)
        return added

    def word_weights(self, text: str, words: list[str], grams: TextGrams, column: int) -> dict[str, float]:
        """See `LinearModel`."""
        if not words:
            return {}
        starts, ends = _word_spans(text, words)
        added = grams.weights * self._table[grams.rows, column]
        n_chars = len(text)
        # Word pairs cover from the first word's start to the second one's end.
        all_starts = np.concatenate([starts, starts[:-1]])
        all_ends = np.concatenate([ends, ends[1:]])
        share = added[: grams.n_words] / (all_ends - all_starts)
        steps = np.bincount(all_starts, share, n_chars + 1) - np.bincount(all_ends, share, n_chars + 1)
        by_character = np.add.accumulate(steps)[:n_chars]
        _add_character_grams(by_character, added[grams.n_words :])
        totals: dict[str, float] = {}
        for word, weight in zip(words, np.add.reduceat(by_character, starts).tolist(), strict=True):
            totals[word] = totals.get(word, 0.0) + weight
        return totals


def _weigh(rows: np.ndarray, n_words: int, squared_idf: Floats) -> tuple[Floats, Floats]:
    """Count and weight of every n-gram; each of the two blocks is normalised half way (`SquareRootNorm`)."""
    each = rows.tolist()
    counts = np.fromiter(map(Counter(each).__getitem__, each), float, len(each))
    sublinear = 1.0 + np.log(counts)
    weights = sublinear / counts
    squares = weights * sublinear * squared_idf
    for block in (slice(n_words), slice(n_words, None)):
        if norm := math.sqrt(np.add.reduce(squares[block])):
            weights[block] /= math.sqrt(norm)
    unseen = rows == UNSEEN
    counts[unseen] = weights[unseen] = 0.0
    return counts, weights


def _familiarity(grams: TextGrams, n_chars: int) -> float:
    start = grams.n_words + n_chars
    pairs = grams.rows[start : start + n_chars - 1].tolist() if n_chars > 1 else []
    return (len(pairs) - pairs.count(UNSEEN)) / len(pairs) if pairs else 0.0


def _add_character_grams(by_character: Floats, added: Floats) -> None:
    n = len(by_character)
    start = 0
    for size in (1, 2, 3):
        count = max(n - size + 1, 0)
        share = added[start : start + count] / size
        for offset in range(size):
            by_character[offset : offset + count] += share
        start += count


def _word_spans(text: str, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    starts, position = [], 0
    lengths = list(map(len, words))
    for word, length in zip(words, lengths, strict=True):
        position = text.index(word, position)
        starts.append(position)
        position += length
    first = np.array(starts)
    return first, first + np.array(lengths)


def softmax(logits: Floats) -> Floats:
    """Probabilities of a row of logits."""
    # The ufuncs themselves: the array methods around them cost more than the work on a row of six.
    exponentials = np.exp(logits - np.maximum.reduce(logits))
    return np.asarray(exponentials / np.add.reduce(exponentials))
