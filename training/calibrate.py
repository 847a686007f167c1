"""Choose the operating point: thresholds that keep the promises on rows unused for fitting."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.operating_point import NEVER_AUTOMATED, OperatingPoint
from model.scorer import Scorer
from model.taxonomy import FAULTS
from training.fit import bare
from training.labeled_data import INVENTED, LabeledRow, data_hash
from training.opinions import Opinions, confidence_among_five, label_columns, opinions_of
from training.promises import (
    DEFAULT_OUTSIDE_SENTENCE,
    DEFAULT_SENTENCE,
    Promise,
    outside_threshold,
    parse_sentence,
    precision_threshold,
)

HARD_SHARE = 2.0
"""How many times the promised error a category may show on the hard slice alone.

Written rows are easier than what real buyers write; the hard slice is the part of them that is not.
"""

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
    found = choose_thresholds(
        opinions,
        label_columns([row.fault for row in rows]),
        np.array([row.hard for row in rows]),
        parse_sentence(sentence),
        parse_sentence(outside_sentence),
    )
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
    opinions: Opinions, labels: np.ndarray, hard: np.ndarray, promise: Promise, outside: Promise
) -> Thresholds:
    """Find for each category the lowest threshold that keeps the promises.

    Three tests, each valid by itself, strictest candidate first, so every candidate above the chosen one is
    valid too and the strictest of the three keeps all: precision of the category on all rows, its precision
    on the hard slice (with `HARD_SHARE` times the error), and, over all categories, the share of texts that
    fit none but would be automated. A category no candidate qualifies for is never automated.
    """
    lenient = Promise(level=1 - HARD_SHARE * (1 - promise.level), confidence=promise.confidence)
    floor = outside_threshold(opinions, labels, outside)
    by_category: dict[str, float | None] = dict.fromkeys(FAULTS)
    p_values: dict[str, float | None] = dict.fromkeys(FAULTS)
    for category in FAULTS:
        overall = precision_threshold(opinions, labels, category, promise)
        # Verdicts of a shop carry no mark of hardness; they are what real buyers write already.
        on_hard = (
            precision_threshold(opinions.part(hard), labels[hard], category, lenient)
            if hard.any()
            else overall
        )
        if category not in NEVER_AUTOMATED and overall and on_hard and floor:
            by_category[category] = max(overall[0], on_hard[0], floor[0])
            p_values[category] = max(overall[1], on_hard[1])
    return Thresholds(by_category=by_category, p_values=p_values, outside=floor)


def is_invented(row: LabeledRow) -> bool:
    """Tell whether a row was made up by a writer, fields and all."""
    return row.source in INVENTED
