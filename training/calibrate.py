"""Choose the operating point: thresholds that keep the promises on rows unused for fitting."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.operating_point import NEVER_AUTOMATED, OperatingPoint
from model.scorer import Scorer
from model.taxonomy import FAULTS
from training.even_confidence import fit_even_confidence
from training.fit import bare
from training.labeled_data import INVENTED, LabeledRow, data_hash
from training.opinions import Opinions, confidence_among_five, label_columns, opinions_of
from training.promises import (
    DEFAULT_OUTSIDE_SENTENCE,
    DEFAULT_SENTENCE,
    Promise,
    automation_threshold,
    outside_threshold,
    parse_sentence,
    precision_threshold,
)

MIN_TO_SHAPE = 1_000
"""Rows closest to life from which half of them may shape the scale of confidence."""

FAMILIARITY_QUANTILE = 0.005
"""Share of calibration texts that may count as unfamiliar."""


def choose_operating_point(
    scorer: Scorer,
    rows: Sequence[LabeledRow],
    *,
    sentence: str = DEFAULT_SENTENCE,
    outside_sentence: str = DEFAULT_OUTSIDE_SENTENCE,
    calibrated_on: str,
) -> OperatingPoint:
    """Choose a model's thresholds, see `choose_thresholds`, with what the bundle stores beside them.

    Parameters
    ----------
    rows : calibration rows, unused for fitting. Invented rows are judged as bare texts, because their
        fields are assumptions that must not buy confidence; rows from life as they came.
    """
    requests = [bare(row.request) if is_invented(row) else row.request for row in rows]
    min_familiarity = float(
        np.quantile([scorer.score(request).familiarity for request in requests], FAMILIARITY_QUANTILE)
    )
    opinions = opinions_of(scorer, requests, min_familiarity)
    found = choose_thresholds(rows, opinions, parse_sentence(sentence), parse_sentence(outside_sentence))
    as_they_came, _ = scorer.score_many([row.request for row in rows])
    return OperatingPoint(
        sentence=sentence,
        outside_sentence=outside_sentence,
        thresholds=found.by_category,
        p_values=found.p_values,
        outside_threshold=found.outside[0] if found.outside else None,
        outside_p_value=found.outside[1] if found.outside else None,
        calibrated_on=calibrated_on,
        data_hash=data_hash(rows),
        n_rows=len(rows),
        min_familiarity=min_familiarity,
        reference=np.round(confidence_among_five(as_they_came), 4).tolist(),
    )


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Thresholds and p-values by category, and those of the promise about texts of no category."""

    by_category: dict[str, float | None]
    p_values: dict[str, float | None]
    outside: tuple[float, float] | None


def choose_thresholds(
    rows: Sequence[LabeledRow], opinions: Opinions, promise: Promise, outside: Promise
) -> Thresholds:
    """Find for each category the lowest threshold that keeps the promises.

    Three tests, each valid by itself, strictest candidate first, so every candidate above the chosen one is
    valid too and the strictest of the three keeps all: precision of the category on all rows; precision of
    all that is automated on the rows closest to life, where a category by itself would have too few, and by
    the stricter `settled_labels`; and, over all categories, the share of texts that fit none but would be
    automated. The last two have one candidate for all categories, so it is a chance of being right, which
    stands for another probability in each (`EvenConfidence`, fitted on rows that the tests leave out). A
    category no candidate qualifies for is never automated. Where a category's own test asks for more than the
    common one, less of it is automated than was tested together; audits watch the mix that is left.
    """
    labels, lifelike = accepted_labels(rows, opinions), closest_to_life(rows)
    settled = settled_labels(rows, opinions)
    shaping = for_shaping(rows, lifelike)
    scale = fit_even_confidence(opinions.part(shaping), settled[shaping])
    evened, tested = scale.of(opinions), ~shaping
    floor = outside_threshold(evened.part(tested), labels[tested], outside)
    common = automation_threshold(evened.part(tested & lifelike), settled[tested & lifelike], promise)
    by_category: dict[str, float | None] = dict.fromkeys(FAULTS)
    p_values: dict[str, float | None] = dict.fromkeys(FAULTS)
    for category in FAULTS:
        own = precision_threshold(opinions, labels, category, promise)
        if category not in NEVER_AUTOMATED and own and common and floor:
            needed = scale.probability(category, max(common[0], floor[0]))
            by_category[category] = max(own[0], _rounded_up(needed))
            p_values[category] = max(own[1], common[1])
    return Thresholds(by_category=by_category, p_values=p_values, outside=floor)


def _rounded_up(probability: float) -> float:
    """Four digits, never below what was tested."""
    return math.ceil(round(probability, 9) * 1e4) / 1e4


def accepted_labels(rows: Sequence[LabeledRow], opinions: Opinions) -> np.ndarray:
    """Return the label columns by which the model is judged, shape (n,).

    A row's own label, or its other reading where the model says that: what one of two trained colleagues
    would have decided is no wrong decision.
    """
    said = opinions.probabilities.argmax(axis=1)
    other = label_columns([row.alternative or row.fault for row in rows])
    return np.where(said == other, other, label_columns([row.fault for row in rows]))


def settled_labels(rows: Sequence[LabeledRow], opinions: Opinions) -> np.ndarray:
    """Return `accepted_labels`, but the row's own label wherever all who were asked gave it (`agreement` 1).

    That a reader could imagine another label is no excuse for the model where nobody chose it. Of a row read
    once nobody knows what another reader would have chosen: either of its labels counts.
    """
    agreed = np.array([row.agreement == 1.0 for row in rows])
    return np.where(agreed, label_columns([row.fault for row in rows]), accepted_labels(rows, opinions))


def closest_to_life(rows: Sequence[LabeledRow]) -> np.ndarray:
    """Mark the calibration rows that are most like what buyers write, shape (n,).

    Rows from life where there are any; else the texts written without a label in mind, because whoever
    writes for a category writes a clean case of it; else the hard ones; else all.
    """
    marks = (
        [not is_invented(row) for row in rows],
        [row.source == "unprompted" for row in rows],
        [row.hard for row in rows],
    )
    return next((np.array(mark) for mark in marks if any(mark)), np.ones(len(rows), dtype=bool))


def for_shaping(rows: Sequence[LabeledRow], lifelike: np.ndarray) -> np.ndarray:
    """Mark the rows that shape the scale of confidence, shape (n,): half of the lifelike ones, by their ids.

    None where there are few: every row is needed for the tests then, and probabilities stay as they are.
    """
    if lifelike.sum() < MIN_TO_SHAPE:
        return np.zeros(len(rows), dtype=bool)
    # Not by the first bytes of the hash: `evenly_sampled` has thinned rows from life by those.
    drawn = [hashlib.sha256(row.row_id.encode()).digest()[-1] % 2 == 0 for row in rows]
    return lifelike & np.array(drawn)


def is_invented(row: LabeledRow) -> bool:
    """Tell whether a row was made up by a writer, fields and all."""
    return row.source in INVENTED
