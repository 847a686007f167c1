"""The slices a model card reports, and the figures of each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.operating_point import OperatingPoint
from model.scorer import Scorer
from training.evaluation import by_category, figures
from training.fit import bare
from training.labeled_data import LabeledRow
from training.opinions import label_columns, opinions_of
from training.resolution_figures import resolution_figures

MIN_SLICE_ROWS = 30
"""Slices with fewer rows are left out: their figures would say nothing."""
SHORT_CHARS, LONG_CHARS = 15, 60


def slices_of(rows: Sequence[LabeledRow]) -> dict[str, np.ndarray]:
    """Return the slices of the card by name, as flags over the rows."""
    lengths = np.array([len(row.request.text) for row in rows])
    hard = np.array([row.hard for row in rows])
    goods = np.array([row.goods for row in rows])
    by_name = {
        "hard": hard,
        "plain": ~hard,
        f"short (under {SHORT_CHARS} characters)": lengths < SHORT_CHARS,
        "medium": (lengths >= SHORT_CHARS) & (lengths <= LONG_CHARS),
        f"long (over {LONG_CHARS} characters)": lengths > LONG_CHARS,
        **{f"goods: {name}": goods == name for name in sorted(set(goods.tolist())) if name},
    }
    return {name: chosen for name, chosen in by_name.items() if chosen.sum() >= MIN_SLICE_ROWS}


def measure(scorer: Scorer, rows: Sequence[LabeledRow], point: OperatingPoint) -> dict[str, Any]:
    """Return the card's figures: `test` with the requests as they are, the same as bare texts, slices."""
    labels = label_columns([row.fault for row in rows])
    opinions = opinions_of(scorer, [row.request for row in rows], point.min_familiarity)
    _, resolutions = scorer.score_many([row.request for row in rows])
    text_only = [bare(row.request) for row in rows]
    metrics = {
        "test": figures(labels, opinions, point)
        | {
            "by_category": by_category(labels, opinions.probabilities),
            "resolution": resolution_figures(rows, resolutions),
        },
        "text only": figures(labels, opinions_of(scorer, text_only, point.min_familiarity), point),
    }
    for name, chosen in slices_of(rows).items():
        metrics[name] = figures(labels[chosen], opinions.part(chosen), point)
    return metrics
