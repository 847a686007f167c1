"""Choose the operating point with a guarantee: Learn-then-Test by MAPIE on rows unused for fitting."""

import re
from collections.abc import Sequence

import msgspec
import numpy as np
from mapie.risk_control import MultiClassificationLTTController
from mapie.risk_control.risks import build_precision_ovr

from model.operating_point import NEVER_AUTOMATED, OperatingPoint
from model.scorer import Scorer
from model.taxonomy import FAULT_LABELS, FAULTS
from training.fit import bare
from training.labeled_data import LabeledRow, data_hash

DEFAULT_SENTENCE = "precision >= 0.95 with confidence 0.90"

THRESHOLDS = np.round(np.arange(0.99, 0.29, -0.01), 2)
"""Candidates in the order they are tested: strictest first, so testing may stop at the first failure."""

FAMILIARITY_QUANTILE = 0.005
"""Share of calibration texts that may count as unfamiliar."""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """What the operating point promises of every automated category."""

    precision: float
    confidence: float


def parse_sentence(sentence: str) -> Promise:
    """Read `precision >= 0.95 with confidence 0.90`.

    Raises
    ------
    ValueError
        When the sentence says anything else.
    """
    match = re.fullmatch(r"precision >= (0\.\d+) with confidence (0\.\d+)", sentence.strip())
    if match is None:
        raise ValueError(f"not an operating point: {sentence!r}; write {DEFAULT_SENTENCE!r}")
    return Promise(precision=float(match[1]), confidence=float(match[2]))


def choose_operating_point(
    scorer: Scorer, rows: Sequence[LabeledRow], *, sentence: str = DEFAULT_SENTENCE, calibrated_on: str
) -> OperatingPoint:
    """Find for each category the lowest threshold that keeps the promise.

    Each category is tested on its own: candidates from strict to lenient, each against the hypothesis that
    precision is below the target, stopping at the first that cannot be rejected (fixed sequence testing, so
    the promised confidence holds per category without a correction; Angelopoulos et al., Learn then Test,
    2021). A category no candidate qualifies for is never automated.

    Parameters
    ----------
    rows : calibration rows, unused for fitting. They are judged as bare texts: whatever fields a shop
        sends may only sharpen the picture.
    """
    promise = parse_sentence(sentence)
    texts = [bare(row.request) for row in rows]
    probabilities, _ = scorer.score_many(texts)
    labels = np.array([FAULT_LABELS.index(row.fault) for row in rows])
    thresholds: dict[str, float | None] = {}
    p_values: dict[str, float | None] = {}
    for category in FAULTS:
        found = None if category in NEVER_AUTOMATED else _threshold(probabilities, labels, category, promise)
        thresholds[category], p_values[category] = found or (None, None)
    familiarity = np.array([scorer.score(text).familiarity for text in texts])
    return OperatingPoint(
        sentence=sentence,
        thresholds=thresholds,
        p_values=p_values,
        calibrated_on=calibrated_on,
        data_hash=data_hash(rows),
        n_rows=len(rows),
        min_familiarity=float(np.quantile(familiarity, FAMILIARITY_QUANTILE)),
        max_outside=0.5,
    )


def _threshold(
    probabilities: np.ndarray, labels: np.ndarray, category: str, promise: Promise
) -> tuple[float, float] | None:
    """Return the lowest qualifying threshold of one category and its p-value, None when there is none."""
    column = FAULT_LABELS.index(category)
    # With few predictions of the category the strictest candidates cannot be tested at all: begin at the
    # first that leaves enough rows to reject with not a single error, n >= log(1 - confidence)/log(target).
    top = probabilities.argmax(axis=1) == column
    enough = int(np.ceil(np.log(1 - promise.confidence) / np.log(promise.precision)))
    counts = np.array([(top & (probabilities[:, column] >= t)).sum() for t in THRESHOLDS])
    candidates = THRESHOLDS[counts >= enough]
    if not candidates.size:
        return None
    controller = MultiClassificationLTTController(
        predict_function=lambda X: X,
        risks=build_precision_ovr([column]),
        target_level=[promise.precision],
        confidence_level=promise.confidence,
        list_predict_params=candidates,
        classes=np.arange(len(FAULT_LABELS)),
        fwer_method="fixed_sequence",
    )
    controller.calibrate(probabilities, labels)
    valid = np.asarray(controller.valid_predict_params, dtype=float)
    if not valid.size:
        return None
    threshold = float(valid.min())
    position = int(np.flatnonzero(candidates == threshold)[0])
    return threshold, float(np.asarray(controller.p_values)[position].min())
