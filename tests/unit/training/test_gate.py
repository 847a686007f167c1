"""The gate lets an equal or better model pass and names what is wrong with a worse one."""

from collections.abc import Sequence

import numpy as np

from model.operating_point import OperatingPoint
from model.taxonomy import FAULT_LABELS, FAULTS
from training.gate import Check, Judged, gate

N = 600
rng = np.random.default_rng(3)
LABELS = rng.integers(0, len(FAULT_LABELS), N)


def answers(error_rate: float, *, confidence: float = 0.9, spare: int | None = None) -> np.ndarray:
    """Probabilities of a model that errs at a rate; `spare` is a label it never gets right."""
    draw = np.random.default_rng(0)
    said = np.where(draw.random(N) < error_rate, (LABELS + 1) % len(FAULT_LABELS), LABELS)
    if spare is not None:
        said = np.where(spare == LABELS, (LABELS + 1) % len(FAULT_LABELS), said)
    found = np.full((N, len(FAULT_LABELS)), (1 - confidence) / (len(FAULT_LABELS) - 1))
    found[np.arange(N), said] = confidence
    return found


def model(probabilities: np.ndarray, **facts: object) -> Judged:
    point = OperatingPoint(
        sentence="precision >= 0.95 with confidence 0.90",
        thresholds=dict.fromkeys(FAULTS, 0.85),
        p_values=dict.fromkeys(FAULTS, None),
        calibrated_on="seed",
        data_hash="",
        n_rows=0,
        min_familiarity=0.0,
        outside_sentence="outside automated <= 0.03 with confidence 0.90",
        outside_threshold=0.5,
        outside_p_value=None,
        reference=[],
    )
    return Judged(probabilities=probabilities, point=point, **({"p99_ms": 1.0} | facts))  # type: ignore[arg-type]


def failed(checks: Sequence[Check]) -> set[str]:
    return {check.name for check in checks if not check.passed}


GOOD = model(answers(0.04, confidence=0.95))


def test_the_same_model_again_passes() -> None:
    assert failed(gate(LABELS, GOOD, GOOD)) == set()


def test_a_first_model_is_judged_on_its_own() -> None:
    assert failed(gate(LABELS, GOOD, None)) == set()


def test_a_model_worse_everywhere_is_refused() -> None:
    assert {"macro_f1", "calibration", "wrongly_automated_rate"} <= failed(
        gate(LABELS, model(answers(0.3)), GOOD)
    )


def test_a_model_that_loses_one_category_is_refused_for_it() -> None:
    checks = gate(LABELS, model(answers(0.04, spare=2)), GOOD)
    assert "recall" in failed(checks)
    assert next(check.detail for check in checks if check.name == "recall").startswith(FAULT_LABELS[2])


def test_a_model_that_does_not_know_how_sure_it_is_is_refused() -> None:
    assert "calibration" in failed(gate(LABELS, model(answers(0.04, confidence=0.6)), GOOD))


def test_a_slow_model_is_refused() -> None:
    assert failed(gate(LABELS, model(GOOD.probabilities, p99_ms=3.5), GOOD)) == {"p99_of_scoring"}


def test_a_model_that_breaks_the_contract_is_refused() -> None:
    broken = model(GOOD.probabilities, broken_promises=["odd request 3: ValueError"])
    assert failed(gate(LABELS, broken, GOOD)) == {"contract"}


def test_labels_that_contradict_the_sure_champion_are_refused() -> None:
    assert failed(gate(LABELS, GOOD, GOOD, contradictions=(60, 200))) == {"plausible_new_labels"}


def test_a_few_contradictions_are_ordinary_noise() -> None:
    for contradictions in ((0, 0), (1, 2), (10, 200)):
        assert failed(gate(LABELS, GOOD, GOOD, contradictions=contradictions)) == set()
