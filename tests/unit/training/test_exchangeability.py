"""The test warns when confidences no longer look like those calibrated on, and seldom otherwise."""

import numpy as np

from training.exchangeability import MIN_CASES, TEST_LEVEL, compare


def confidences(rng: np.random.Generator, n_rows: int, *, shape: float) -> list[float]:
    return rng.beta(shape, 1.5, n_rows).tolist()


def test_the_same_kind_of_requests_raises_no_warning() -> None:
    rng = np.random.default_rng(1)
    warnings = sum(
        compare(confidences(rng, 300, shape=6), confidences(rng, 300, shape=6), seed=seed).applies is False
        for seed in range(30)
    )
    assert warnings <= 1 + 30 * TEST_LEVEL


def test_less_sure_requests_raise_the_warning_within_hundreds() -> None:
    rng = np.random.default_rng(2)
    finding = compare(confidences(rng, 1_000, shape=6), confidences(rng, 400, shape=2))
    assert finding.applies is False
    assert finding.evidence > finding.limit


def test_a_change_in_the_middle_of_the_stream_is_found() -> None:
    rng = np.random.default_rng(3)
    incoming = confidences(rng, 300, shape=6) + confidences(rng, 500, shape=2)
    assert compare(confidences(rng, 1_000, shape=6), incoming).applies is False


def test_too_few_requests_say_nothing() -> None:
    assert compare([0.5, 0.9], [0.1] * (MIN_CASES - 1)).applies is None
    assert compare([0.5, 0.9], []).applies is None


def test_the_same_stream_always_gets_the_same_finding() -> None:
    rng = np.random.default_rng(4)
    reference, incoming = confidences(rng, 200, shape=6), confidences(rng, 200, shape=5)
    assert compare(reference, incoming) == compare(reference, incoming)
