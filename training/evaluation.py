"""What a model is worth: figures named after the harm and the workload."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, precision_recall_fscore_support

from model.operating_point import OperatingPoint
from model.taxonomy import FAULT_LABELS, FAULTS
from training.opinions import Opinions

N_BINS = 15


def macro_f1(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Macro-F1 over the categories present in `labels`; rows that fit no category are left out.

    Parameters
    ----------
    labels : (n,) columns of FAULT_LABELS; probabilities : (n, 6).
    """
    inside = labels < len(FAULTS)
    if not inside.any():
        return 0.0
    predicted = probabilities[inside, : len(FAULTS)].argmax(axis=1)
    present = np.unique(labels[inside])
    return float(f1_score(labels[inside], predicted, labels=present, average="macro", zero_division=0))


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean distance between confidence and accuracy over 15 equally filled bins of confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    order = np.argsort(confidence, kind="stable")
    bins = [part for part in np.array_split(order, N_BINS) if part.size]
    gaps = [part.size * abs(confidence[part].mean() - right[part].mean()) for part in bins]
    return float(sum(gaps) / len(labels))


def by_category(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, dict[str, float]]:
    """Precision, recall and support of each of the six labels."""
    predicted = probabilities.argmax(axis=1)
    columns = range(len(FAULT_LABELS))
    precision, recall, _, support = precision_recall_fscore_support(
        labels, predicted, labels=list(columns), zero_division=0
    )
    return {
        FAULT_LABELS[c]: {
            "precision": float(precision[c]),
            "recall": float(recall[c]),
            "support": int(support[c]),
        }
        for c in columns
    }


def automated(
    probabilities: np.ndarray, point: OperatingPoint, decidable: np.ndarray | None = None
) -> np.ndarray:
    """Tell which rows the operating point would automate.

    Parameters
    ----------
    decidable : (n,), see `Opinions`; where it is not known, every row whose top label is a category.
    """
    five = probabilities[:, : len(FAULTS)]
    found = [point.automates(FAULTS[c], float(p)) for c, p in zip(five.argmax(1), five.max(1), strict=True)]
    decidable = five.max(axis=1) >= probabilities[:, -1] if decidable is None else decidable
    return np.array(found, dtype=bool) & decidable


def automation(
    labels: np.ndarray, probabilities: np.ndarray, point: OperatingPoint, decidable: np.ndarray | None = None
) -> dict[str, float]:
    """Return how much is automated, and how much of that wrongly.

    `automation_rate` is over rows that have a category, `outside_automated_rate` over rows that have none,
    `wrongly_automated_rate` over all automated rows, `false_accusation_rate` over rows that are not abuse.
    """
    chosen = automated(probabilities, point, decidable)
    categories = probabilities[:, : len(FAULTS)].argmax(axis=1)
    inside = labels < len(FAULTS)
    abuse = FAULTS.index("likely_abuse")
    return {
        "automation_rate": _share(chosen[inside]),
        "wrongly_automated_rate": _share((categories != labels)[chosen]),
        "outside_automated_rate": _share(chosen[~inside]),
        "false_accusation_rate": _share(categories[labels != abuse] == abuse),
    }


def figures(labels: np.ndarray, opinions: Opinions, point: OperatingPoint) -> dict[str, Any]:
    """Return the figures of one slice."""
    probabilities = opinions.probabilities
    return {
        "n_rows": len(labels),
        "macro_f1": macro_f1(labels, probabilities),
        "expected_calibration_error": expected_calibration_error(labels, probabilities),
        "risk_coverage_area": risk_coverage(labels, probabilities)[2],
        **automation(labels, probabilities, point, opinions.decidable),
    }


def _share(flags: np.ndarray) -> float:
    return float(flags.mean()) if flags.size else 0.0


def risk_coverage(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Error among the most confident rows at each coverage, and the area under it (lower is better)."""
    inside = probabilities[:, : len(FAULTS)]
    order = np.argsort(-inside.max(axis=1), kind="stable")
    errors = (inside.argmax(axis=1) != labels)[order]
    coverage = np.arange(1, len(errors) + 1) / len(errors)
    risk = np.cumsum(errors) / np.arange(1, len(errors) + 1)
    return coverage, risk, float(risk.mean())


def bootstrap_interval(
    statistic: Callable[[np.ndarray], float], n_rows: int, *, n_draws: int = 1_000, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of a statistic of row positions."""
    rng = np.random.default_rng(seed)
    values = [statistic(rng.integers(0, n_rows, n_rows)) for _ in range(n_draws)]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
