"""Probabilities of all categories on one scale."""

import numpy as np
import pytest
from scipy.special import expit, logit

from model.taxonomy import FAULT_LABELS
from training.even_confidence import EvenConfidence, fit_even_confidence
from training.opinions import Opinions

QUALITY, COURIER = FAULT_LABELS.index("quality"), FAULT_LABELS.index("courier_damage")


def opinions_for(columns: np.ndarray, highest: np.ndarray) -> Opinions:
    n, width = len(columns), len(FAULT_LABELS)
    probabilities = np.repeat(((1 - highest) / (width - 1))[:, None], width, axis=1)
    probabilities[np.arange(n), columns] = highest
    return Opinions(probabilities=probabilities, decidable=np.ones(n, dtype=bool))


@pytest.fixture
def drawn() -> tuple[Opinions, np.ndarray]:
    """Opinions that are honest about quality and twice as sure as they should be about couriers."""
    random = np.random.default_rng(3)
    columns = random.choice([QUALITY, COURIER], 8_000)
    highest = random.uniform(0.4, 0.99, 8_000)
    chance = np.where(columns == QUALITY, highest, expit(logit(highest) / 2))
    labels = np.where(random.random(8_000) < chance, columns, FAULT_LABELS.index("none"))
    return opinions_for(columns, highest), labels


def test_equal_confidence_means_an_equal_chance(drawn: tuple[Opinions, np.ndarray]) -> None:
    opinions, labels = drawn
    scale = fit_even_confidence(opinions, labels)
    evened = scale.of(opinions).probabilities
    np.testing.assert_allclose(evened.sum(axis=1), 1.0)
    best = opinions.probabilities.argmax(axis=1)
    for column in (QUALITY, COURIER):
        rows = (best == column) & (abs(evened[np.arange(len(best)), best] - 0.8) < 0.03)
        assert (labels[rows] == column).mean() == pytest.approx(0.8, abs=0.05)


def test_a_chance_and_its_probability_go_both_ways() -> None:
    scale = EvenConfidence(lines={COURIER: (0.5, -0.2)})
    needed = scale.probability("courier_damage", 0.9)
    evened = scale.of(opinions_for(np.array([COURIER]), np.array([needed])))
    assert evened.probabilities[0, COURIER] == pytest.approx(0.9)
    assert scale.probability("quality", 0.9) == pytest.approx(0.9)


def test_a_category_with_few_rows_or_none_wrong_keeps_its_probabilities() -> None:
    few = opinions_for(np.full(50, QUALITY), np.linspace(0.5, 0.9, 50))
    assert fit_even_confidence(few, np.arange(50) % 2).lines == {}
    sure = opinions_for(np.full(500, QUALITY), np.linspace(0.5, 0.9, 500))
    assert fit_even_confidence(sure, np.full(500, QUALITY)).lines == {}


def test_a_line_that_falls_is_no_scale() -> None:
    highest = np.linspace(0.5, 0.9, 500)
    labels = np.where(highest < 0.7, QUALITY, COURIER)
    assert fit_even_confidence(opinions_for(np.full(500, QUALITY), highest), labels).lines == {}
