"""The two heads over one set of features: the reference the compiled scorer must equal."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import FeatureUnion

from model.heads import BoundedFieldsLogisticRegression, fit_calibrated
from model.request import TriageRequest
from model.taxonomy import FAULT_LABELS, RESOLUTIONS


class Lesson(NamedTuple):
    """A bare text that teaches the fault head a label: a variant of a request, or another reading of it.

    `origin` is the request's position, whose group and weight the lesson shares; `weight` multiplies that.
    """

    origin: int
    request: TriageRequest
    fault: str
    weight: float


class TriageClassifier(BaseEstimator):
    """Features, the fault head and the resolution head, both calibrated by temperature scaling.

    The fault head knows six labels: the five categories and `none`. The resolution head sees the same
    features and the fault probabilities; in fitting these are out-of-fold, so it learns how far the
    fault head can be trusted, not how well it remembers. Each request is shown twice, with its fields and
    as bare text, so the text's weights do not lean on fields that a shop may not send.

    Parameters
    ----------
    features : unfitted union whose last block are the structured fields.
    fault_C, resolution_C : inverse regularisation of the heads.
    field_bound : see `BoundedFieldsLogisticRegression`.
    n_folds : folds of the calibration and of the out-of-fold fault probabilities.
    tol : tolerance of the solver.
    """

    def __init__(
        self,
        features: FeatureUnion,
        fault_C: float = 4.0,
        resolution_C: float = 1.0,
        field_bound: float = 1.5,
        n_folds: int = 4,
        tol: float = 1e-3,
    ) -> None:
        self.features = features
        self.fault_C = fault_C
        self.resolution_C = resolution_C
        self.field_bound = field_bound
        self.n_folds = n_folds
        self.tol = tol

    def fit(
        self,
        requests: Sequence[TriageRequest],
        faults: Sequence[str],
        resolutions: Sequence[str | None],
        *,
        groups: Sequence[Any],
        sample_weight: np.ndarray | None = None,
        lessons: Sequence[Lesson] = (),
    ) -> Self:
        """Fit both heads.

        Parameters
        ----------
        requests : n requests.
        faults : n labels of `FAULT_LABELS`.
        resolutions : n labels of `RESOLUTIONS`, None where a request has no resolution to learn from.
        groups : n keys; requests of one group (near-duplicates, copies) never sit on two sides of a fold.
        sample_weight : n weights, e.g. inverse sampling probabilities.
        lessons : what the fault head learns besides; they count neither for the vocabulary nor for the
            temperature.
        """
        weights = np.ones(len(faults)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        weights = weights / weights.mean()
        twice = 2 * len(faults)
        origin = np.array([*range(len(faults))] * 2 + [lesson.origin for lesson in lessons])
        X = self._fit_features(requests, [lesson.request for lesson in lessons])
        y = np.array([*faults, *faults, *(lesson.fault for lesson in lessons)])
        keys = np.asarray(groups)[origin]
        taught = weights[origin] * np.array([1.0] * twice + [lesson.weight for lesson in lessons])

        fault = BoundedFieldsLogisticRegression(
            self.n_field_columns_, self.field_bound, C=self.fault_C, tol=self.tol
        )
        folds = GroupKFold(self.n_folds).split(X, y, keys)
        self.fault_, logits = fit_calibrated(fault, X, y, sample_weight=taught, folds=folds, n_judged=twice)
        known = np.flatnonzero(np.tile([r is not None for r in resolutions], 2))
        Z = sp.hstack([X[known], sp.csr_matrix(self.fault_.calibrated(logits)[known])]).tocsr()
        y_resolution = np.array([r for r in resolutions if r is not None] * 2)
        resolution = BoundedFieldsLogisticRegression(0, 0.0, C=self.resolution_C, tol=self.tol)
        folds = GroupKFold(self.n_folds).split(Z, y_resolution, keys[known])
        self.resolution_, _ = fit_calibrated(
            resolution, Z, y_resolution, sample_weight=taught[known], folds=folds, n_judged=len(known)
        )
        return self

    def _fit_features(
        self, requests: Sequence[TriageRequest], lessons: Sequence[TriageRequest]
    ) -> sp.csr_matrix:
        """Return the features of every request, of its bare text (the field columns zero), of the lessons."""
        self.features_ = clone(self.features)
        full = self.features_.fit_transform(requests).tocsr()
        self.n_field_columns_ = len(self.features_.named_transformers["field"].names_)
        keep = np.ones(full.shape[1])
        keep[-self.n_field_columns_ :] = 0.0
        blocks = [full, full @ sp.diags_array(keep)]
        if lessons:
            blocks.append(self.features_.transform(lessons))
        return sp.vstack(blocks).tocsr()

    def predict_fault_proba(self, requests: Sequence[TriageRequest]) -> np.ndarray:
        """Return calibrated probabilities, shape (n, 6), columns in the order of `FAULT_LABELS`."""
        X = self.features_.transform(requests).tocsr()
        order = [self.fault_.classes.index(label) for label in FAULT_LABELS]
        return np.asarray(self.fault_.predict_proba(X)[:, order])

    def predict_resolution_proba(self, requests: Sequence[TriageRequest]) -> np.ndarray:
        """Return calibrated probabilities, shape (n, 7), columns in the order of `RESOLUTIONS`.

        A resolution that the training rows never carried has probability zero.
        """
        X = self.features_.transform(requests).tocsr()
        Z = sp.hstack([X, sp.csr_matrix(self.fault_.predict_proba(X))]).tocsr()
        found = self.resolution_.predict_proba(Z)
        result = np.zeros((X.shape[0], len(RESOLUTIONS)))
        for column, label in enumerate(self.resolution_.classes):
            result[:, RESOLUTIONS.index(label)] = found[:, column]
        return result
