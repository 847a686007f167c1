"""The compiled scorer: the fitted classifier as plain arrays, and one request judged in microseconds.

Nothing here imports scikit-learn, SciPy or pandas. Scoring is: normalise, cut, look up, one gather and one
product for both heads, softmax. How the numbers are folded together is told in training/compile.py, and
that they equal the reference within 1e-9 in tests/integration/test_scorer_parity.py.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat

import msgspec
import numpy as np
import numpy.typing as npt

from model.compiled import Floats, ScorerArrays, ScorerTables
from model.errors import BundleError, RequestError
from model.fields import CATEGORICAL, CLIP, NUMERIC
from model.lexicon import Lexicon, Mention
from model.ngrams import char_keys, vocabulary_keys, word_ngrams
from model.request import TriageRequest
from model.taxonomy import FAULT_LABELS, RESOLUTIONS
from model.text import Cut, normalise

N_FAULTS = len(FAULT_LABELS)
N_RESOLUTIONS = len(RESOLUTIONS)


UNSEEN = -1
"""Row of an n-gram that training has not seen: the table's last, which is all zeros."""


class TextGrams(msgspec.Struct, frozen=True, kw_only=True):
    """The n-grams of one text in their order: its words and word pairs, then its characters.

    Attributes
    ----------
    n_words : how many of them are words and pairs.
    rows : (n,) rows of the table, UNSEEN among them.
    counts : (n,) how often each one's n-gram occurs.
    weights : (n,) its sublinear count over the block's l2 norm, shared out over its occurrences.
    coefficients : (n, 14) their rows of the table.
    """

    n_words: int
    rows: npt.NDArray[np.int64]
    counts: Floats
    weights: Floats
    coefficients: Floats


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What the model says of one request.

    Attributes
    ----------
    fault : six calibrated probabilities in the order of FAULT_LABELS.
    resolution : seven calibrated probabilities in the order of RESOLUTIONS.
    familiarity : share of the text's character pairs that training has seen, 0–1.
    text : the normalised text; words : its words in order; mentions : the concepts found.
    grams, fields : what an explanation is read from.
    """

    fault: Floats
    resolution: Floats
    familiarity: float
    text: str
    words: list[str]
    mentions: list[Mention]
    grams: TextGrams
    fields: dict[int, float]


class Scorer:
    """Judges requests with a compiled model.

    Parameters
    ----------
    tables, arrays : the compiled model, see `model.bundle`.
    lexicon : must be the lexicon the model was trained with; the bundle's manifest checks it.
    cut : word cutter that knows the lexicon's words.
    """

    def __init__(self, tables: ScorerTables, arrays: ScorerArrays, lexicon: Lexicon, cut: Cut) -> None:
        # Coefficients and squared idf side by side, so that an n-gram is one read of memory, not two.
        self._table = np.zeros((len(arrays.gram) + 1, arrays.gram.shape[1] + 1))
        self._table[:-1, :-1] = arrays.gram
        self._table[:-1, -1] = arrays.squared_idf
        # The characters' strings are not kept (4 MB): only their numbers are looked up.
        self.tables = msgspec.structs.replace(tables, chars=[])
        self.arrays = replace(arrays, gram=self._table[:-1, :-1], squared_idf=self._table[:-1, -1])
        self.lexicon = lexicon
        self._cut = cut
        self._words = {word: row for row, word in enumerate(tables.words)}
        self._char_keys = vocabulary_keys(tables.chars)
        if np.any(self._char_keys[1:] <= self._char_keys[:-1]):
            raise BundleError("the character n-grams are not sorted")
        self.concepts = {name: row for row, name in enumerate(tables.concepts)}
        rows = {name: row for row, name in enumerate(tables.fields)}
        self._levels: dict[str, dict[str, int]] = {name: {} for name in CATEGORICAL}
        for name, row in rows.items():
            category, equals, level = name.partition("=")
            if equals:
                self._levels[category][level] = row
        self._numbers = [
            (name, number, rows[name], tables.field_mean[name], tables.field_scale[name])
            for name, number in NUMERIC.items()
        ]

    def score(self, request: TriageRequest) -> Score:
        """Judge one request.

        Raises
        ------
        RequestError
            If a number is not finite: JSON cannot carry one, but a Python caller can.
        """
        text = normalise(request.text)
        words = word_ngrams(text, self._cut)
        grams = self._grams(text, words)
        mentions = self.lexicon.mentions(text)
        fields = self.field_values(request)
        logits = self._logits(grams, mentions, fields)
        fault = _softmax(logits[:N_FAULTS] * self.tables.fault_inverse_temperature)
        resolution = logits[N_FAULTS:] + fault @ self.arrays.by_fault
        return Score(
            fault=fault,
            resolution=_softmax(resolution * self.tables.resolution_inverse_temperature),
            familiarity=_familiarity(grams, len(text)),
            text=text,
            words=words[: (len(words) + 1) // 2],
            mentions=mentions,
            grams=grams,
            fields=fields,
        )

    def _grams(self, text: str, words: list[str]) -> TextGrams:
        keys = char_keys(text)
        places = self._char_keys.searchsorted(keys)
        n_words = len(words)
        rows = np.empty(n_words + len(keys), dtype=np.int64)
        rows[:n_words] = list(map(self._words.get, words, repeat(UNSEEN)))
        found = self._char_keys.take(places, mode="clip") == keys
        rows[n_words:] = np.where(found, places + len(self._words), UNSEEN)
        each = rows.tolist()
        counts = np.fromiter(map(Counter(each).__getitem__, each), float, len(each))
        coefficients = self._table.take(rows, axis=0)
        sublinear = 1.0 + np.log(counts)
        weights = sublinear / counts
        squares = weights * sublinear * coefficients[:, -1]
        for block in (slice(n_words), slice(n_words, None)):
            if norm := math.sqrt(np.add.reduce(squares[block])):
                weights[block] /= math.sqrt(norm)
        return TextGrams(
            n_words=n_words, rows=rows, counts=counts, weights=weights, coefficients=coefficients
        )

    def _logits(self, grams: TextGrams, mentions: Sequence[Mention], fields: dict[int, float]) -> Floats:
        """Return the 13 logits, still without what the fault probabilities say of the resolution."""
        logits: Floats = (grams.weights @ grams.coefficients)[:-1] + self.arrays.intercept
        if mentions:
            concepts = sorted({self.concepts[mention.name] for mention in mentions})
            logits += np.add.reduce(self.arrays.concept.take(concepts, axis=0))
        if fields:
            added = np.fromiter(fields.values(), float) @ self.arrays.field.take(list(fields), axis=0)
            bound = self.tables.field_bound
            added[:N_FAULTS] = np.minimum(np.maximum(added[:N_FAULTS], -bound), bound)
            logits += added
        return logits

    def field_values(self, request: TriageRequest) -> dict[int, float]:
        """Row and scaled value of every structured field present and known."""
        values: dict[int, float] = {}
        for name, rows_by_level in self._levels.items():
            level = getattr(request, name)
            if level is not None and (row := rows_by_level.get(level)) is not None:
                values[row] = 1.0
        for name, number, row, mean, scale in self._numbers:
            try:
                value = number(request)
            except (ValueError, OverflowError):  # the logarithm of -inf, a float of 10**400
                value = math.nan
            if value is None:
                continue
            if not math.isfinite(value):
                raise RequestError(name, "must be a finite number")
            values[row] = min(max((value - mean) / scale, -CLIP), CLIP)
        return values

    def score_many(self, requests: Sequence[TriageRequest]) -> tuple[Floats, Floats]:
        """Judge many requests at once, without what an explanation needs.

        Returns
        -------
        fault, resolution : probabilities of shape (n, 6) and (n, 7), equal to `score` within rounding.
        """
        logits = np.empty((len(requests), N_FAULTS + N_RESOLUTIONS))
        for row, request in enumerate(requests):
            text = normalise(request.text)
            logits[row] = self._logits(
                self._grams(text, word_ngrams(text, self._cut)),
                self.lexicon.mentions(text),
                self.field_values(request),
            )
        fault = _softmax(logits[:, :N_FAULTS] * self.tables.fault_inverse_temperature)
        resolution = logits[:, N_FAULTS:] + fault @ self.arrays.by_fault
        return fault, _softmax(resolution * self.tables.resolution_inverse_temperature)


def _familiarity(grams: TextGrams, n_chars: int) -> float:
    start = grams.n_words + n_chars
    pairs = grams.rows[start : start + n_chars - 1].tolist() if n_chars > 1 else []
    return 1.0 - pairs.count(UNSEEN) / len(pairs) if pairs else 0.0


def _softmax(logits: Floats) -> Floats:
    # The ufuncs themselves: the array methods around them cost more than the work on a row of six.
    exponentials = np.exp(logits - np.maximum.reduce(logits, axis=-1, keepdims=True))
    return np.asarray(exponentials / np.add.reduce(exponentials, axis=-1, keepdims=True))
