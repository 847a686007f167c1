"""The two heads as scikit-learn estimators: the reference the compiled scorer must equal."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from scipy.special import softmax
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import FeatureUnion

from model.request import TriageRequest
from model.taxonomy import FAULT_LABELS, RESOLUTIONS


class BoundedFieldsLogisticRegression(LogisticRegression):
    """Multinomial logistic regression in which the last columns can only say so much.

    The fields' share of each class's logit, centred over the classes, is clipped to ±`field_bound`, so
    no history of a buyer, however odd, can make a category by itself: exp(2 × bound) is the largest
    factor by which fields may change the odds of two categories.

    Parameters
    ----------
    n_field_columns : number of columns at the right end that are structured fields.
    field_bound : bound of their centred contribution, in logits (natural units).
    C, max_iter, tol : as in scikit-learn.
    """

    def __init__(
        self,
        n_field_columns: int = 0,
        field_bound: float = 1.5,
        C: float = 1.0,
        max_iter: int = 1_000,
        tol: float = 1e-3,
    ) -> None:
        super().__init__(C=C, max_iter=max_iter, tol=tol)
        self.n_field_columns = n_field_columns
        self.field_bound = field_bound

    def decision_function(self, X: sp.csr_matrix) -> np.ndarray:
        """Return logits of shape (n_samples, n_classes)."""
        split = X.shape[1] - self.n_field_columns
        text = X[:, :split] @ self.coef_[:, :split].T
        fields = X[:, split:] @ self.coef_[:, split:].T
        fields = fields - fields.mean(axis=1, keepdims=True)
        bounded = np.clip(fields, -self.field_bound, self.field_bound)
        return np.asarray(text + bounded + self.intercept_)

    def predict_proba(self, X: sp.csr_matrix) -> np.ndarray:
        """Return the softmax of the bounded logits, shape (n_samples, n_classes)."""
        return np.asarray(softmax(self.decision_function(X), axis=1))


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
    ) -> Self:
        """Fit both heads.

        Parameters
        ----------
        requests : n requests.
        faults : n labels of `FAULT_LABELS`.
        resolutions : n labels of `RESOLUTIONS`, None where a request has no resolution to learn from.
        groups : n keys; requests of one group (near-duplicates, copies) never sit on two sides of a fold.
        sample_weight : n weights, e.g. inverse sampling probabilities.
        """
        weights = np.ones(len(faults)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        weights = np.tile(weights / weights.mean(), 2)
        y = np.tile(np.asarray(faults), 2)
        group_keys = np.tile(np.asarray(groups), 2)
        X = self._fit_features(requests)

        fault = BoundedFieldsLogisticRegression(
            self.n_field_columns_, self.field_bound, C=self.fault_C, tol=self.tol
        )
        folds = list(GroupKFold(self.n_folds).split(X, y, group_keys))
        self.fault_ = CalibratedClassifierCV(fault, method="temperature", cv=folds, ensemble=False)
        self.fault_.fit(X, y, sample_weight=weights)
        out_of_fold = cross_val_predict(
            fault, X, y, cv=folds, method="decision_function", params={"sample_weight": weights}
        )
        p_fault = self._calibrated(out_of_fold)

        known = np.tile([r is not None for r in resolutions], 2)
        Z = sp.hstack([X[known], sp.csr_matrix(p_fault[known])]).tocsr()
        y_resolution = np.array([r for r in resolutions if r is not None] * 2)
        resolution = BoundedFieldsLogisticRegression(0, 0.0, C=self.resolution_C, tol=self.tol)
        folds = list(GroupKFold(self.n_folds).split(Z, y_resolution, group_keys[known]))
        self.resolution_ = CalibratedClassifierCV(resolution, method="temperature", cv=folds, ensemble=False)
        self.resolution_.fit(Z, y_resolution, sample_weight=weights[known])
        return self

    def _fit_features(self, requests: Sequence[TriageRequest]) -> sp.csr_matrix:
        """Return the features of every request, then of its bare text (the field columns zero)."""
        self.features_ = clone(self.features)
        full = self.features_.fit_transform(requests).tocsr()
        self.n_field_columns_ = len(self.features_.named_transformers["field"].names_)
        keep = np.ones(full.shape[1])
        keep[-self.n_field_columns_ :] = 0.0
        return sp.vstack([full, full @ sp.diags_array(keep)]).tocsr()

    def _calibrated(self, logits: np.ndarray) -> np.ndarray:
        """Softmax of logits over the fault temperature, columns in the order of the fitted classes."""
        return np.asarray(softmax(inverse_temperature(self.fault_) * logits, axis=1))

    def predict_fault_proba(self, requests: Sequence[TriageRequest]) -> np.ndarray:
        """Return calibrated probabilities, shape (n, 6), columns in the order of `FAULT_LABELS`."""
        X = self.features_.transform(requests).tocsr()
        order = [list(self.fault_.classes_).index(label) for label in FAULT_LABELS]
        return np.asarray(self.fault_.predict_proba(X)[:, order])

    def predict_resolution_proba(self, requests: Sequence[TriageRequest]) -> np.ndarray:
        """Return calibrated probabilities, shape (n, 7), columns in the order of `RESOLUTIONS`.

        A resolution that the training rows never carried has probability zero.
        """
        X = self.features_.transform(requests).tocsr()
        Z = sp.hstack([X, sp.csr_matrix(self.fault_.predict_proba(X))]).tocsr()
        found = self.resolution_.predict_proba(Z)
        result = np.zeros((X.shape[0], len(RESOLUTIONS)))
        for column, label in enumerate(self.resolution_.classes_):
            result[:, RESOLUTIONS.index(label)] = found[:, column]
        return result


def inverse_temperature(calibrated: CalibratedClassifierCV) -> float:
    """Return the factor on the logits that temperature scaling has learned."""
    return float(calibrated.calibrated_classifiers_[0].calibrators[0].beta_)
