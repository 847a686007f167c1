"""Fit the classifier on labelled rows."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from threadpoolctl import threadpool_limits

from model.classifier import TriageClassifier
from model.features import make_features
from model.request import TriageRequest
from training.labeled_data import LabeledRow
from training.splits import duplicate_groups


class FitParameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a fit; the shipped ones stand in training/parameters.yaml.

    Weights scale the blocks of features against each other (each text block has l2 norm 1); `*_C` are
    inverse regularisations; `field_bound` is in logits, see `BoundedFieldsLogisticRegression`;
    `source_weights` say how much a row counts by its source (1 where not named): the inventive, hard rows
    are far more frequent in data/labeled than in life, the plain ones far rarer. `label_weights` do the same
    for fault labels: abuse is oversampled in the written rows, quality and texts of no category are not.
    """

    word_weight: float = 1.0
    char_weight: float = 1.0
    concept_weight: float = 0.5
    field_weight: float = 0.3
    min_df: int = 2
    fault_C: float = 4.0
    resolution_C: float = 0.5
    field_bound: float = 1.5
    n_folds: int = 4
    tol: float = 1e-3
    source_weights: dict[str, float] = {}
    label_weights: dict[str, float] = {}


FEATURE_SETTINGS = ("word_weight", "char_weight", "concept_weight", "field_weight", "min_df")


def bare(request: TriageRequest) -> TriageRequest:
    """Return the request with its text alone."""
    return TriageRequest(refund_id=request.refund_id, text=request.text)


def fit_classifier(rows: Sequence[LabeledRow], parameters: FitParameters) -> TriageClassifier:
    """Fit on labelled rows, near-duplicates kept together, weighed by inverse sampling probability."""
    settings = msgspec.structs.asdict(parameters)
    source_weights, label_weights = settings.pop("source_weights"), settings.pop("label_weights")
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
        )


def weight_of(
    row: LabeledRow, source_weights: Mapping[str, float], label_weights: Mapping[str, float]
) -> float:
    """Return how much a row counts: by source, by label, and by the inverse of its sampling probability."""
    weight = source_weights.get(row.source, 1.0) * label_weights.get(row.fault, 1.0)
    return weight / row.sampling_probability
