"""The compiled scorer: the fitted classifier as plain arrays, and one request judged in microseconds.

Nothing here imports scikit-learn, SciPy or pandas. Scoring is: normalise, cut, look up, one gather and one
product for both heads, softmax. How the numbers are folded together is told in training/compile.py, and
that they equal the reference within 1e-9 in tests/unit/model/test_scorer_parity.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import msgspec
import numpy as np
import numpy.typing as npt

from model.errors import RequestError
from model.fields import CATEGORICAL, CLIP, NUMERIC
from model.lexicon import Lexicon, Mention
from model.ngrams import char_ngrams, word_ngrams
from model.request import TriageRequest
from model.taxonomy import FAULT_LABELS, RESOLUTIONS
from model.text import Cut, normalise

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

N_FAULTS = len(FAULT_LABELS)
N_RESOLUTIONS = len(RESOLUTIONS)


class ScorerTables(msgspec.Struct, frozen=True, kw_only=True):
    """What the scorer looks up by name; stored as JSON beside the arrays."""

    words: list[str]
    chars: list[str]
    concepts: list[str]
    fields: list[str]
    field_mean: dict[str, float]
    field_scale: dict[str, float]
    field_bound: float
    fault_inverse_temperature: float
    resolution_inverse_temperature: float


@dataclass(frozen=True, kw_only=True)
class ScorerArrays:
    """The numbers; rows are features, columns are 6 fault logits, then 7 resolution logits.

    Fault columns are centred over the six labels (softmax does not see it), so a coefficient reads as
    what a feature does for one label against the average of all.

    Attributes
    ----------
    gram : (n_words + n_chars, 13), idf and block weight folded in.
    squared_idf : (n_words + n_chars,), for the l2 norm of each block.
    concept : (n_concepts, 13).
    field : (n_fields, 13).
    by_fault : (6, 7), what the fault probabilities add to the resolution logits.
    intercept : (13,), minus infinity for a resolution never seen in training.
    """

    gram: Floats
    squared_idf: Floats
    concept: Floats
    field: Floats
    by_fault: Floats
    intercept: Floats


@dataclass(frozen=True, kw_only=True)
class Score:
    """What the model says of one request.

    Attributes
    ----------
    fault : six calibrated probabilities in the order of FAULT_LABELS.
    resolution : seven calibrated probabilities in the order of RESOLUTIONS.
    familiarity : share of the text's character pairs that training has seen, 0–1.
    text : the normalised text; words : its words in order; mentions : the concepts found.
    """

    fault: Floats
    resolution: Floats
    familiarity: float
    text: str
    words: list[str]
    mentions: list[Mention]
    grams: Ints = field(repr=False)
    gram_weights: Floats = field(repr=False)
    fields: dict[int, float] = field(repr=False)


class Scorer:
    """Judges requests with a compiled model.

    Parameters
    ----------
    tables, arrays : the compiled model, see `model.bundle`.
    lexicon : must be the lexicon the model was trained with; the bundle's manifest checks it.
    cut : word cutter that knows the lexicon's words.
    """

    def __init__(self, tables: ScorerTables, arrays: ScorerArrays, lexicon: Lexicon, cut: Cut) -> None:
        self.tables = tables
        self.arrays = arrays
        self.lexicon = lexicon
        self._cut = cut
        self._words = {word: row for row, word in enumerate(tables.words)}
        self._chars = {gram: row for row, gram in enumerate(tables.chars, start=len(tables.words))}
        self._concepts = {name: row for row, name in enumerate(tables.concepts)}
        self._fields = {name: row for row, name in enumerate(tables.fields)}

    @cached_property
    def _log_count(self) -> Floats:
        """1 + ln(count) by count; grows no further than a text can be long."""
        return 1.0 + np.log(np.maximum(np.arange(2_001), 1))

    def score(self, request: TriageRequest) -> Score:
        """Judge one request.

        Raises
        ------
        RequestError
            If a number is not finite: JSON cannot carry one, but a Python caller can.
        """
        text = normalise(request.text)
        words = word_ngrams(text, self._cut)
        grams = [self._words.get(word, -1) for word in words]
        n_words = len(grams)
        chars = char_ngrams(text)
        grams += [self._chars.get(gram, -1) for gram in chars]
        ids = np.array(grams, dtype=np.int64)
        weights = self._weights(ids, n_words)

        mentions = self.lexicon.mentions(text)
        concepts = sorted({self._concepts[m.name] for m in mentions})
        fields = self.field_values(request)

        logits = self.arrays.intercept + weights @ self.arrays.gram[ids]
        if concepts:
            logits = logits + self.arrays.concept[concepts].sum(axis=0)
        if fields:
            logits = logits + self._field_logits(fields)
        fault = _softmax(logits[:N_FAULTS] * self.tables.fault_inverse_temperature)
        resolution = logits[N_FAULTS:] + fault @ self.arrays.by_fault
        n = len(text)
        pairs = ids[n_words + n : n_words + 2 * n - 1] if n > 1 else ids[:0]
        return Score(
            fault=fault,
            resolution=_softmax(resolution * self.tables.resolution_inverse_temperature),
            familiarity=float((pairs >= 0).mean()) if pairs.size else 0.0,
            text=text,
            words=words[: (n_words + 1) // 2],
            mentions=mentions,
            grams=ids,
            gram_weights=weights,
            fields=fields,
        )

    def _weights(self, ids: Ints, n_words: int) -> Floats:
        """Weight of each occurrence: (1 + ln c)/c over the norm of its block; 0 where unknown.

        The c occurrences of a gram add up to 1 + ln c, scikit-learn's sublinear term frequency.
        """
        weights = np.zeros(len(ids))
        for block in (slice(0, n_words), slice(n_words, None)):
            known = ids[block] >= 0
            unique, inverse, counts = np.unique(ids[block][known], return_inverse=True, return_counts=True)
            if not unique.size:
                continue
            frequency = self._log_count[counts]
            norm = np.sqrt(frequency * frequency @ self.arrays.squared_idf[unique])
            weights[block][known] = (frequency / counts / norm)[inverse]
        return weights

    def field_values(self, request: TriageRequest) -> dict[int, float]:
        """Row and scaled value of every structured field present and known."""
        values: dict[int, float] = {}
        for name in CATEGORICAL:
            level = getattr(request, name)
            if level is not None and (row := self._fields.get(f"{name}={level}")) is not None:
                values[row] = 1.0
        for name, number in NUMERIC.items():
            value = number(request)
            if value is None:
                continue
            if not np.isfinite(value):
                raise RequestError(name, "must be a finite number")
            scaled = (value - self.tables.field_mean[name]) / self.tables.field_scale[name]
            values[self._fields[name]] = min(max(scaled, -CLIP), CLIP)
        return values

    def _field_logits(self, fields: dict[int, float]) -> Floats:
        logits = np.fromiter(fields.values(), float) @ self.arrays.field[list(fields)]
        bound = self.tables.field_bound
        logits[:N_FAULTS] = np.clip(logits[:N_FAULTS], -bound, bound)
        return logits

    def score_many(self, requests: Sequence[TriageRequest]) -> tuple[Floats, Floats]:
        """Judge many requests at once, without what an explanation needs.

        Returns
        -------
        fault, resolution : probabilities of shape (n, 6) and (n, 7), equal to `score` within rounding.
        """
        n_requests = len(requests)
        logits = np.tile(self.arrays.intercept, (n_requests, 1))
        texts = [normalise(request.text) for request in requests]
        word_get, char_get = self._words.get, self._chars.get
        for get, grams_of in (
            (word_get, [word_ngrams(text, self._cut) for text in texts]),
            (char_get, [char_ngrams(text) for text in texts]),
        ):
            lengths = [len(grams) for grams in grams_of]
            ids = np.fromiter((get(g, -1) for g in chain.from_iterable(grams_of)), np.int64, sum(lengths))
            self._add_block(logits, ids, np.repeat(np.arange(n_requests), lengths))
        for row, (request, text) in enumerate(zip(requests, texts, strict=True)):
            if concepts := {self._concepts[m.name] for m in self.lexicon.mentions(text)}:
                logits[row] += self.arrays.concept[sorted(concepts)].sum(axis=0)
            if fields := self.field_values(request):
                logits[row] += self._field_logits(fields)
        fault = _softmax(logits[:, :N_FAULTS] * self.tables.fault_inverse_temperature)
        resolution = logits[:, N_FAULTS:] + fault @ self.arrays.by_fault
        return fault, _softmax(resolution * self.tables.resolution_inverse_temperature)

    def _add_block(self, logits: Floats, ids: Ints, rows: Ints) -> None:
        """Add one text block of many requests to their logits."""
        known = ids >= 0
        width = np.int64(len(self.arrays.squared_idf))
        keys, counts = np.unique(rows[known] * width + ids[known], return_counts=True)
        if not keys.size:
            return
        rows, ids = keys // width, keys % width
        frequency = self._log_count[counts]
        norms = np.sqrt(np.bincount(rows, frequency**2 * self.arrays.squared_idf[ids], len(logits)))
        weights = frequency / norms[rows]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        sums = np.add.reduceat(weights[:, None] * self.arrays.gram[ids], starts, axis=0)
        logits[rows[starts]] += sums


def _softmax(logits: Floats) -> Floats:
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))
