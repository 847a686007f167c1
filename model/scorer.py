"""The compiled scorer: the fitted classifier as plain arrays, and one request judged in microseconds.

Nothing here imports scikit-learn, SciPy or pandas. Scoring is: normalise, cut, find concepts, then all
arithmetic in `model.linear_model`, by the native kernel or by numpy. How the numbers are folded together is
told in training/compile.py, and that they equal the reference within 1e-9 in
tests/integration/test_scorer_parity.py.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import NamedTuple

import msgspec
import numpy as np

from model.compiled import Floats, ScorerArrays, ScorerTables
from model.errors import BundleError, RequestError
from model.fields import CATEGORICAL, CLIP, NUMBERS, numbers
from model.lexicon import Lexicon, Mention, concept_names
from model.linear_model import UNSEEN as UNSEEN
from model.linear_model import LinearModel, TextGrams
from model.native import kernel as native_kernel
from model.native_model import NativeModel
from model.numpy_model import NumpyModel
from model.request import MAX_FEN, TriageRequest
from model.taxonomy import FAULT_LABELS, RESOLUTIONS
from model.text import Cut, normalise

N_FAULTS = len(FAULT_LABELS)
N_RESOLUTIONS = len(RESOLUTIONS)
NOT_FINITE = "must be a finite number"


class Score(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the model says of one request.

    Attributes
    ----------
    fault : six calibrated probabilities in the order of FAULT_LABELS.
    resolution : seven calibrated probabilities in the order of RESOLUTIONS.
    familiarity : share of the text's character pairs that training has seen, 0–1.
    text : the normalised text; words : its words in order; mentions : the concepts found.
    concepts : names of the concept features that hold.
    grams, fields : what an explanation is read from.
    """

    fault: list[float]
    resolution: list[float]
    familiarity: float
    text: str
    words: list[str]
    mentions: list[Mention]
    concepts: frozenset[str]
    grams: TextGrams
    fields: dict[int, float]


class Column(NamedTuple):
    """What each concept and field does for one fault label, as plain numbers by row: for explanations."""

    concepts: list[float]
    fields: list[float]


class Scorer:
    """Judges requests with a compiled model.

    Parameters
    ----------
    tables, arrays : the compiled model, see `model.bundle`.
    lexicon : must be the lexicon the model was trained with; the bundle's manifest checks it.
    cut : word cutter that knows the lexicon's words.
    kernel : the native kernel; None judges by numpy.

    Raises
    ------
    BundleError
        If the vocabulary names an n-gram twice.
    """

    def __init__(
        self,
        tables: ScorerTables,
        arrays: ScorerArrays,
        lexicon: Lexicon,
        cut: Cut,
        kernel: ModuleType | None = native_kernel,
    ) -> None:
        try:
            self.model: LinearModel = (
                NativeModel(kernel, tables, arrays) if kernel else NumpyModel(tables, arrays)
            )
        except ValueError as error:
            raise BundleError(f"the vocabulary and its numbers do not fit together: {error}") from error
        # What the model has taken over is not kept a second time (20 MB).
        self.tables = msgspec.structs.replace(tables, words=[], chars=[])
        self.arrays = replace(arrays, gram=arrays.gram[:0].copy())
        self.lexicon = lexicon
        self._cut = cut
        by_label = zip(arrays.concept.T[:N_FAULTS].tolist(), arrays.field.T[:N_FAULTS].tolist(), strict=True)
        self.columns = [Column(*weights) for weights in by_label]
        self.concepts = {name: row for row, name in enumerate(tables.concepts)}
        rows = {name: row for row, name in enumerate(tables.fields)}
        levels: dict[str, dict[str | None, int]] = {name: {} for name in CATEGORICAL}
        for name, row in rows.items():
            category, equals, level = name.partition("=")
            if equals:
                levels[category][level] = row
        self._levels = list(levels.items())
        self._numbers = [
            (name, rows[name], tables.field_mean[name], tables.field_scale[name]) for name in NUMBERS
        ]

    def score(self, request: TriageRequest) -> Score:
        """Judge one request.

        Raises
        ------
        RequestError
            If a number is not finite: JSON cannot carry one, but a Python caller can.
        """
        text = normalise(request.text)
        words = self._cut(text)
        if " " in words:  # the only blank a normalised text has
            words = [word for word in words if word != " "]
        mentions = self.lexicon.mentions(text)
        concepts = concept_names(text, mentions)
        fields = self.field_values(request)
        judged = self.model.judge(text, words, self._rows(concepts), fields)
        return Score(
            fault=judged.fault,
            resolution=judged.resolution,
            familiarity=judged.familiarity,
            text=text,
            words=words,
            mentions=mentions,
            concepts=concepts,
            grams=judged.grams,
            fields=fields,
        )

    def without_fields(self, score: Score) -> Score:
        """Return what `score` would be of the text alone."""
        judged = self.model.judge(score.text, score.words, self._rows(score.concepts), {})
        return msgspec.structs.replace(
            score,
            fault=judged.fault,
            resolution=judged.resolution,
            fields={},
        )

    def _rows(self, concepts: Iterable[str]) -> list[int]:
        return sorted([self.concepts[name] for name in concepts])  # the same sum in every process

    def field_values(self, request: TriageRequest) -> dict[int, float]:
        """Row and scaled value of every structured field present and known."""
        values: dict[int, float] = {}
        for name, rows_by_level in self._levels:
            row = rows_by_level.get(getattr(request, name))
            if row is not None:
                values[row] = 1.0
        try:
            found = numbers(request)
        except (ValueError, OverflowError):  # the logarithm of -inf, a float of 10**400
            raise RequestError(_endless(request), NOT_FINITE) from None
        for value, (name, row, mean, scale) in zip(found, self._numbers, strict=True):
            if value is None:
                continue
            scaled = (value - mean) / scale
            if -CLIP <= scaled <= CLIP:
                values[row] = scaled
            elif math.isfinite(value):
                values[row] = math.copysign(CLIP, scaled)
            else:
                raise RequestError(name, NOT_FINITE)
        return values

    def score_many(self, requests: Sequence[TriageRequest]) -> tuple[Floats, Floats]:
        """Judge many requests.

        Returns
        -------
        fault, resolution : probabilities of shape (n, 6) and (n, 7), those of `score`.
        """
        probabilities = np.empty((len(requests), N_FAULTS + N_RESOLUTIONS))
        for row, request in enumerate(requests):
            score = self.score(request)
            probabilities[row, :N_FAULTS] = score.fault
            probabilities[row, N_FAULTS:] = score.resolution
        return probabilities[:, :N_FAULTS], probabilities[:, N_FAULTS:]


def _endless(request: TriageRequest) -> str:
    """Name a field whose number is not finite, or too large for one."""
    for name, value in msgspec.structs.asdict(request).items():
        if isinstance(value, int | float) and not -MAX_FEN <= value <= MAX_FEN:
            return name
    return "body"
