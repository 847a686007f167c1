"""Promises and their tests: Learn-then-Test by MAPIE, strictest threshold first."""

import re
import warnings
from typing import Any

import msgspec
import numpy as np
from mapie.risk_control import BinaryClassificationController, MultiClassificationLTTController
from mapie.risk_control.fwer_control import FWERProcedure
from mapie.risk_control.risks import build_precision_ovr, false_positive_rate, precision
from scipy.stats import binom

from model.taxonomy import FAULT_LABELS, FAULTS, FaultCategory
from training.opinions import Opinions

DEFAULT_SENTENCE = "precision >= 0.95 with confidence 0.90"
DEFAULT_OUTSIDE_SENTENCE = "outside automated <= 0.03 with confidence 0.90"

THRESHOLDS = np.round(np.arange(0.995, 0.295, -0.005), 3)
"""Candidates in the order they are tested: strictest first, so testing may stop at the first failure."""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """What the operating point promises: a level and how sure it is kept."""

    level: float
    confidence: float


class StrictestFirst(FWERProcedure):
    """Test hypotheses in the order given, each at the full level, and stop at the first not rejected.

    Fixed-sequence testing holds the family-wise error for any order fixed before the labels are seen; it
    needs no monotonic risk. MAPIE's own "fixed_sequence" reads the direction off the calibration labels
    where the empirical risk is not monotonic (an error among the most confident rows is enough), warns, and
    may begin at the lenient end: then the order is not fixed and the promise is void.
    """

    def _init_state(self, n_lambdas: int, delta: float) -> None:
        self._levels = np.full(n_lambdas, delta)
        self._next = 0

    def _select_next_hypothesis(self, p_values: np.ndarray) -> int | None:
        return self._next if self._next < len(p_values) else None

    def _local_significance_levels(self) -> np.ndarray:
        return self._levels

    def _update_on_reject(self, hypothesis_index: int) -> None:
        self._next = hypothesis_index + 1


def parse_sentence(sentence: str) -> Promise:
    """Read `precision >= 0.95 with confidence 0.90` or `outside automated <= 0.03 with confidence 0.90`.

    Raises
    ------
    ValueError
        When the sentence says anything else.
    """
    form = r"(?:precision >=|outside automated <=) (0\.\d+) with confidence (0\.\d+)"
    match = re.fullmatch(form, sentence.strip())
    if match is None:
        raise ValueError(f"not an operating point: {sentence!r}; write {DEFAULT_SENTENCE!r}")
    return Promise(level=float(match[1]), confidence=float(match[2]))


def precision_threshold(
    opinions: Opinions, labels: np.ndarray, category: str, promise: Promise
) -> tuple[float, float] | None:
    """Return the lowest threshold at which one category's precision holds, and its p-value."""
    column = FAULT_LABELS.index(category)
    probabilities = opinions.decidable_probabilities()
    mine = probabilities[probabilities.argmax(axis=1) == column, column]
    counts = np.array([(mine >= threshold).sum() for threshold in THRESHOLDS])
    candidates = THRESHOLDS[counts >= rows_to_begin_with(len(mine), promise)]
    if not candidates.size:
        return None
    controller = MultiClassificationLTTController(
        predict_function=lambda X: X,
        risks=build_precision_ovr([column]),
        target_level=[promise.level],
        confidence_level=promise.confidence,
        list_predict_params=candidates,
        classes=np.arange(len(FAULT_LABELS)),
        fwer_method=StrictestFirst(),
    )
    return _calibrated(controller, probabilities, labels, candidates)


def automation_threshold(
    opinions: Opinions, labels: np.ndarray, promise: Promise
) -> tuple[float, float] | None:
    """Return the lowest threshold, one for all categories, above which all that is automated is precise."""
    probabilities = opinions.decidable_probabilities()
    best = probabilities.argmax(axis=1)
    automatable = best < FAULT_LABELS.index(FaultCategory.LIKELY_ABUSE)
    confidence = np.where(automatable, probabilities.max(axis=1), 0.0)
    counts = np.array([(confidence >= threshold).sum() for threshold in THRESHOLDS])
    candidates = THRESHOLDS[counts >= rows_to_begin_with(int(automatable.sum()), promise)]
    if not candidates.size:
        return None
    controller = _above_threshold(precision, promise, candidates)
    return _calibrated(controller, confidence, (best == labels).astype(int), candidates)


def rows_to_begin_with(available: int, promise: Promise) -> int:
    """Return how many rows the strictest candidate must leave: enough to be rejected in spite of two errors.

    Where a category has fewer rows, one error or none must do. Counts only what the model says, never the
    labels, so the order of testing stays fixed.
    """
    needed = 1
    for errors in (0, 1, 2):
        sizes = np.arange(1, 2_000)
        enough = int(sizes[binom.cdf(errors, sizes, 1 - promise.level) <= 1 - promise.confidence][0])
        if errors and enough > available:
            break
        needed = enough
    return needed


def outside_threshold(opinions: Opinions, labels: np.ndarray, promise: Promise) -> tuple[float, float] | None:
    """Return the lowest probability at which few enough texts without a category are automated."""
    *five, _ = opinions.decidable_probabilities().T
    fault = np.max(five[: len(FAULTS) - 1], axis=0)  # likely_abuse stands last and is never automated
    controller = _above_threshold(false_positive_rate, promise, THRESHOLDS)
    return _calibrated(controller, fault, (labels < len(FAULTS)).astype(int), THRESHOLDS)


def _above_threshold(risk: Any, promise: Promise, candidates: np.ndarray) -> Any:
    """Return a controller of the risk of saying yes above a threshold."""
    return BinaryClassificationController(
        predict_function=lambda X: np.column_stack([1 - X, X]),
        risk=risk,
        target_level=promise.level,
        confidence_level=promise.confidence,
        best_predict_param_choice="auto",
        list_predict_params=candidates,
        fwer_method=StrictestFirst(),
    )


def _calibrated(
    controller: Any, predictions: np.ndarray, labels: np.ndarray, candidates: np.ndarray
) -> tuple[float, float] | None:
    with warnings.catch_warnings():
        # MAPIE warns where no candidate qualifies, and where all do; here both are answers.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"mapie\.utils")
        controller.calibrate(predictions, labels)
    valid = np.asarray(controller.valid_predict_params, dtype=float)
    if not valid.size:
        return None
    threshold = float(valid.min())
    position = int(np.flatnonzero(candidates == threshold)[0])
    return threshold, float(np.asarray(controller.p_values)[position].min())
