"""A head: a linear classifier whose last columns are bounded, and the temperature that makes it honest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression


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


@dataclass(frozen=True, kw_only=True)
class CalibratedHead:
    """A fitted linear head and the factor on its logits that temperature scaling has learned."""

    estimator: BoundedFieldsLogisticRegression
    inverse_temperature: float

    @property
    def classes(self) -> list[str]:
        """The labels in the order of the probabilities' columns."""
        return list(self.estimator.classes_)

    def predict_proba(self, X: sp.csr_matrix) -> np.ndarray:
        """Return calibrated probabilities, shape (n_samples, n_classes)."""
        return self.calibrated(self.estimator.decision_function(X))

    def calibrated(self, logits: np.ndarray) -> np.ndarray:
        """Return the probabilities that logits of shape (n_samples, n_classes) stand for."""
        return np.asarray(softmax(self.inverse_temperature * logits, axis=1))


def fit_calibrated(
    head: BoundedFieldsLogisticRegression,
    X: sp.csr_matrix,
    y: np.ndarray,
    *,
    sample_weight: np.ndarray,
    folds: Iterable[tuple[np.ndarray, np.ndarray]],
    n_judged: int,
) -> tuple[CalibratedHead, np.ndarray]:
    """Fit a head, and its temperature on rows it had not seen.

    Parameters
    ----------
    folds : pairs of positions to fit on and to judge; every row is judged once.
    n_judged : only the first so many rows count for the temperature; rows after them teach alone.

    Returns
    -------
    head : fitted on all rows; three labels or more.
    logits : (n_judged, n_classes), each row's by the fold that had not seen it.
    """
    classes = np.unique(y)
    logits = np.zeros((len(y), len(classes)))
    for fitted, judged in folds:
        fold = clone(head).fit(X[fitted], y[fitted], sample_weight=sample_weight[fitted])
        # A fold may lack a rare class: what it never saw it holds for very unlikely.
        logits[judged] = UNSEEN_CLASS_LOGIT
        logits[np.ix_(judged, np.searchsorted(classes, fold.classes_))] = fold.decision_function(X[judged])
    rows = np.arange(n_judged)
    scaling = CalibratedClassifierCV(_Logits(), method="temperature", cv=[(rows, rows)], ensemble=False)
    scaling.fit(logits[rows], y[rows], sample_weight=sample_weight[rows])
    beta = float(scaling.calibrated_classifiers_[0].calibrators[0].beta_)
    fitted_head = clone(head).fit(X, y, sample_weight=sample_weight)
    return CalibratedHead(estimator=fitted_head, inverse_temperature=beta), logits[rows]


UNSEEN_CLASS_LOGIT = -20.0


class _Logits(ClassifierMixin, BaseEstimator):
    """Hands on the logits it is given, so that scikit-learn's temperature scaling can be fitted on them."""

    def fit(self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Learn the classes."""
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """Return what came in."""
        return X

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the most probable labels."""
        return np.asarray(self.classes_[X.argmax(axis=1)])
