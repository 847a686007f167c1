"""Figures of a skewed sample are figures of the population once each row counts for what it stands for."""

import numpy as np
import pytest

from model.taxonomy import FAULT_LABELS
from training.evaluation import macro_f1 as plain_macro_f1
from training.labeled_data import LabeledRow
from training.reweighting import effective_rows, inverse_probabilities, macro_f1, population_figures

N = 6_000


@pytest.fixture(scope="module")
def population() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, the model's probabilities and the chance of each case to come before a person.

    Unsure answers are wrong far more often, and are all reviewed; of the sure ones one in twenty.
    """
    rng = np.random.default_rng(11)
    labels = rng.choice(len(FAULT_LABELS), N, p=[0.35, 0.2, 0.2, 0.15, 0.05, 0.05])
    confidence = rng.uniform(0.3, 1.0, N)
    said = np.where(rng.random(N) < confidence, labels, rng.integers(0, len(FAULT_LABELS), N))
    probabilities = np.repeat((1 - confidence)[:, None] / 5, len(FAULT_LABELS), axis=1)
    probabilities[np.arange(N), said] = confidence
    return labels, probabilities, np.where(confidence < 0.7, 1.0, 0.05)


def test_a_skewed_sample_gives_the_populations_figure_within_its_interval(
    population: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    labels, probabilities, chance = population
    truth = {
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        "macro_f1": plain_macro_f1(labels, probabilities),
    }
    inside = dict.fromkeys(truth, 0)
    for seed in range(20):
        drawn = np.random.default_rng(seed).random(N) < chance
        figures = population_figures(labels[drawn], probabilities[drawn], 1 / chance[drawn], n_draws=100)
        for name, (_, low, high) in figures.items():
            inside[name] += low < truth[name] < high
    # A 95 % interval misses now and then; of twenty at most three, or it is no 95 % interval.
    assert min(inside.values()) >= 17


def test_the_plain_average_of_the_same_sample_is_far_off(
    population: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    labels, probabilities, chance = population
    drawn = np.random.default_rng(0).random(N) < chance
    plain = (probabilities[drawn].argmax(axis=1) == labels[drawn]).mean()
    truth = (probabilities.argmax(axis=1) == labels).mean()
    assert truth - plain > 0.1


def test_equal_weights_lose_nothing() -> None:
    assert effective_rows(np.full(50, 20.0)) == pytest.approx(50)


def test_a_row_without_a_real_chance_of_being_seen_is_refused(seed_rows: list[LabeledRow]) -> None:
    import msgspec

    with pytest.raises(ValueError, match="sampling"):
        inverse_probabilities([msgspec.structs.replace(seed_rows[0], sampling_probability=0.0)])


def test_with_equal_weights_macro_f1_is_scikit_learns(
    population: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    labels, probabilities, _ = population
    assert macro_f1(labels, probabilities, np.ones(N)) == pytest.approx(plain_macro_f1(labels, probabilities))
