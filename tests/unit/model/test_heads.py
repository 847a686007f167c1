"""A head is fitted on all rows and calibrated on rows it had not seen."""

import numpy as np
import pytest
import scipy.sparse as sp

from model.heads import BoundedFieldsLogisticRegression, fit_calibrated

RNG = np.random.default_rng(0)
N = 400


def drawn(noise: float) -> tuple[sp.csr_matrix, np.ndarray]:
    """Rows of three labels, each told by a feature of its own as far as the noise lets it."""
    y = RNG.choice(["a", "b", "c"], N)
    X = np.column_stack([(y == label) + noise * RNG.normal(size=N) for label in "abc"])
    return sp.csr_matrix(X), y


def folds_of(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    rows = np.arange(n)
    return [(rows[rows % 4 != fold], rows[rows % 4 == fold]) for fold in range(4)]


def test_the_probabilities_say_what_share_is_right() -> None:
    X, y = drawn(noise=1.0)
    head, _ = fit_calibrated(
        BoundedFieldsLogisticRegression(C=10), X, y, sample_weight=np.ones(N), folds=folds_of(N), n_judged=N
    )
    fresh, labels = drawn(noise=1.0)
    p = head.predict_proba(fresh)
    right = np.array(head.classes)[p.argmax(axis=1)] == labels
    assert p.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.06)


def test_rows_behind_the_judged_ones_teach_but_do_not_count_for_the_temperature() -> None:
    X, y = drawn(noise=0.5)
    # As many rows again whose labels are noise: were they judged, the head would look far less sure.
    X2, y2 = sp.vstack([X, X]).tocsr(), np.concatenate([y, RNG.permutation(y)])
    weights = np.concatenate([np.ones(N), np.full(N, 1e-6)])
    settings = {"sample_weight": weights, "folds": folds_of(2 * N)}
    head, logits = fit_calibrated(BoundedFieldsLogisticRegression(), X2, y2, n_judged=N, **settings)
    alone, _ = fit_calibrated(
        BoundedFieldsLogisticRegression(), X, y, sample_weight=np.ones(N), folds=folds_of(N), n_judged=N
    )
    assert logits.shape == (N, 3)
    assert head.inverse_temperature == pytest.approx(alone.inverse_temperature, rel=0.1)


def test_a_class_that_a_fold_never_saw_is_held_for_very_unlikely() -> None:
    X, y = drawn(noise=0.1)
    y = y.astype(object)
    y[:2] = "rare"  # both in one fold's judged part, by the folds below
    rows = np.arange(N)
    half = N // 2
    folds = [(rows[2:], rows[:2]), (rows[half:], rows[2:half]), (rows[:half], rows[half:])]
    _, logits = fit_calibrated(
        BoundedFieldsLogisticRegression(), X, y.astype(str), sample_weight=np.ones(N), folds=folds, n_judged=N
    )
    assert np.all(logits[:2, 3] < -10)  # classes in order: a, b, c, rare
