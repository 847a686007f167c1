"""Compile a fitted classifier into the plain arrays of the scorer.

Folded together: the union's block weight and the idf into the coefficients; the mean of the fault
coefficients over the labels subtracted (softmax does not see it, explanations read better); both heads'
columns side by side, the fault probabilities' share of the resolution head apart.
"""

from collections.abc import Sequence

import numpy as np

from model.classifier import TriageClassifier
from model.compiled import ScorerArrays, ScorerTables
from model.heads import BoundedFieldsLogisticRegression
from model.taxonomy import FAULT_LABELS, RESOLUTIONS


def compile_classifier(classifier: TriageClassifier) -> tuple[ScorerTables, ScorerArrays]:
    """Return the scorer's tables and arrays for a fitted classifier."""
    union = classifier.features_
    blocks = union.named_transformers
    weight = union.transformer_weights
    fault, fault_intercept = _head(classifier.fault_.estimator, FAULT_LABELS)
    resolution, resolution_intercept = _head(classifier.resolution_.estimator, RESOLUTIONS)
    n_features = fault.shape[0]
    known = np.isin(RESOLUTIONS, classifier.resolution_.classes)
    # Fault probabilities reach the resolution head in the fault head's own class order.
    order = [classifier.fault_.classes.index(label) for label in FAULT_LABELS]
    by_fault = resolution[n_features:][order]
    fault = fault - fault.mean(axis=1, keepdims=True)
    both = np.hstack([fault, resolution[:n_features]])
    intercept = np.concatenate([fault_intercept, np.where(known, resolution_intercept, -np.inf)])

    words, chars = (blocks[name].named_steps["tfidfvectorizer"] for name in ("word", "char"))
    idf = np.concatenate([words.idf_, chars.idf_])
    sizes = [len(words.idf_), len(chars.idf_), len(blocks["concept"].names_)]
    word, char, concept, field = np.split(both, np.cumsum(sizes))
    grams = np.vstack([word * weight["word"], char * weight["char"]]) * idf[:, None]
    tables = ScorerTables(
        words=words.get_feature_names_out().tolist(),
        chars=chars.get_feature_names_out().tolist(),
        concepts=list(blocks["concept"].names_),
        fields=list(blocks["field"].names_),
        field_mean=blocks["field"].mean_,
        field_scale=blocks["field"].scale_,
        field_bound=classifier.field_bound,
        fault_inverse_temperature=classifier.fault_.inverse_temperature,
        resolution_inverse_temperature=classifier.resolution_.inverse_temperature,
    )
    arrays = ScorerArrays(
        gram=np.ascontiguousarray(grams),
        squared_idf=idf**2,
        concept=np.ascontiguousarray(concept * weight["concept"]),
        field=np.ascontiguousarray(field * weight["field"]),
        by_fault=np.ascontiguousarray(by_fault),
        intercept=intercept,
    )
    return tables, arrays


def _head(estimator: BoundedFieldsLogisticRegression, labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (n_features, n_labels) and intercepts (n_labels,) in the order of `labels`."""
    coefficients = np.zeros((estimator.coef_.shape[1], len(labels)))
    intercepts = np.zeros(len(labels))
    for row, label in enumerate(estimator.classes_):
        coefficients[:, labels.index(label)] = estimator.coef_[row]
        intercepts[labels.index(label)] = estimator.intercept_[row]
    return coefficients, intercepts
