"""Figures of a biased sample as figures of the population: each row counts for the many it stands for.

Reviewed cases are those the model doubted, so a plain average over them says nothing of the traffic. A row
drawn with probability p stands for 1/p rows (Horvitz and Thompson, 1952; Hajek's form divides by the sum of
the weights, so a share stays between 0 and 1).
"""

from collections.abc import Sequence

import numpy as np

from model.taxonomy import FAULTS
from training.evaluation import bootstrap_interval
from training.labeled_data import LabeledRow


def inverse_probabilities(rows: Sequence[LabeledRow]) -> np.ndarray:
    """Return how many cases of the population each row stands for.

    Raises
    ------
    ValueError
        Where a probability is not in (0, 1]: such a row could stand for anything.
    """
    probabilities = np.array([row.sampling_probability for row in rows], dtype=float)
    if not np.all((probabilities > 0) & (probabilities <= 1)):
        raise ValueError("sampling probabilities must lie in (0, 1]")
    return 1.0 / probabilities


def effective_rows(weights: np.ndarray) -> float:
    """Return how many equally weighted rows would be as informative (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.size else 0.0


def accuracy(labels: np.ndarray, probabilities: np.ndarray, weights: np.ndarray) -> float:
    """Share of the population that is labelled right, over all six labels."""
    return float(np.average(probabilities.argmax(axis=1) == labels, weights=weights))


def macro_f1(labels: np.ndarray, probabilities: np.ndarray, weights: np.ndarray) -> float:
    """Macro-F1 in the population over the categories present; rows that fit no category are left out."""
    inside = labels < len(FAULTS)
    predicted = probabilities[inside, : len(FAULTS)].argmax(axis=1)
    # Counted by hand: a bootstrap asks a thousand times, and scikit-learn's checks take most of the time.
    pairs = labels[inside] * len(FAULTS) + predicted
    counts = np.bincount(pairs, weights[inside], len(FAULTS) ** 2).reshape(len(FAULTS), len(FAULTS))
    true, said, right = counts.sum(axis=1), counts.sum(axis=0), counts.diagonal()
    present = true > 0
    return float((2 * right[present] / (true + said)[present]).mean())


def population_figures(
    labels: np.ndarray, probabilities: np.ndarray, weights: np.ndarray, *, n_draws: int = 500
) -> dict[str, tuple[float, float, float]]:
    """Return accuracy and macro-F1 of the population, each with its 95 % interval: (figure, low, high)."""
    figures = {}
    for name, metric in {"accuracy": accuracy, "macro_f1": macro_f1}.items():
        low, high = bootstrap_interval(
            lambda at, metric=metric: metric(labels[at], probabilities[at], weights[at]),  # type: ignore[misc]
            len(labels),
            n_draws=n_draws,
        )
        figures[name] = (metric(labels, probabilities, weights), low, high)
    return figures
