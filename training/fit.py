"""Fit the classifier on labelled rows."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from threadpoolctl import threadpool_limits

from model.classifier import Lesson, TriageClassifier
from model.features import make_features
from model.request import TriageRequest
from training.labeled_data import LabeledRow
from training.mixing import mixed_texts
from training.splits import duplicate_groups


class FitParameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a fit; the shipped ones stand in training/parameters.yaml.

    Weights scale the blocks of features against each other (a text block of a median text has norm 6 to 8);
    `*_C` are inverse regularisations; `field_bound` is in logits, see `BoundedFieldsLogisticRegression`;
    `source_weights` say how much a row counts by its source (1 where not named): the inventive, hard rows
    are far more frequent in data/labeled than in life, the plain ones far rarer. `label_weights` do the same
    for fault labels: abuse is oversampled in the written rows, quality and texts of no category are not.
    `mixed_copies` of each text with a foreign clause teach the fault head, each counting `mixed_weight`; the
    label that a colleague could choose as well counts `other_reading_weight` beside the row's own.
    """

    word_weight: float = 0.16
    char_weight: float = 0.13
    concept_weight: float = 0.5
    field_weight: float = 0.3
    min_df: int = 8
    fault_C: float = 4.0
    resolution_C: float = 0.5
    field_bound: float = 1.5
    n_folds: int = 4
    tol: float = 1e-3
    source_weights: dict[str, float] = {}
    label_weights: dict[str, float] = {}
    mixed_copies: int = 2
    mixed_weight: float = 0.5
    other_reading_weight: float = 0.5


FEATURE_SETTINGS = ("word_weight", "char_weight", "concept_weight", "field_weight", "min_df")


def bare(request: TriageRequest) -> TriageRequest:
    """Return the request with its text alone."""
    return TriageRequest(refund_id=request.refund_id, text=request.text)


def fit_classifier(rows: Sequence[LabeledRow], parameters: FitParameters) -> TriageClassifier:
    """Fit on labelled rows, near-duplicates kept together, weighed by inverse sampling probability."""
    settings = msgspec.structs.asdict(parameters)
    source_weights, label_weights = settings.pop("source_weights"), settings.pop("label_weights")
    copies, mixed_weight = settings.pop("mixed_copies"), settings.pop("mixed_weight")
    lessons = mixed_lessons(rows, copies, mixed_weight) + other_readings(
        rows, settings.pop("other_reading_weight")
    )
    features = make_features(**{name: settings.pop(name) for name in FEATURE_SETTINGS})
    weights = [weight_of(row, source_weights, label_weights) for row in rows]
    # One thread: sums in another order differ in the last digit, and equal data must give equal hashes.
    with threadpool_limits(1):
        return TriageClassifier(features, **settings).fit(
            [row.request for row in rows],
            [row.fault for row in rows],
            [row.resolution for row in rows],
            groups=duplicate_groups([row.request.text for row in rows]),
            sample_weight=np.array(weights),
            lessons=lessons,
        )


def mixed_lessons(rows: Sequence[LabeledRow], copies: int, weight: float) -> list[Lesson]:
    """Return the rows' mixed texts, each under the label of the row it was made from."""
    return [
        Lesson(position, TriageRequest(refund_id="mixed", text=text), rows[position].fault, weight)
        for position, text in mixed_texts([row.request.text for row in rows], copies)
    ]


def other_readings(rows: Sequence[LabeledRow], weight: float) -> list[Lesson]:
    """Return the arguable rows under the other label that a trained colleague could choose."""
    return [
        Lesson(position, bare(row.request), row.alternative, weight)
        for position, row in enumerate(rows)
        if row.alternative is not None
    ]


def weight_of(
    row: LabeledRow, source_weights: Mapping[str, float], label_weights: Mapping[str, float]
) -> float:
    """Return how much a row counts: by source, by label, and by the inverse of its sampling probability."""
    weight = source_weights.get(row.source, 1.0) * label_weights.get(row.fault, 1.0)
    return weight / row.sampling_probability
