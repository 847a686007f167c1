"""The bound on the error rate holds at every moment at once."""

import random
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.live_error.bounds import interval, log_wealth
from serving.live_error.demotion import live_error


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
def test_looking_after_every_verdict_still_errs_less_often_than_promised(rate: float) -> None:
    generator, excluded, n_runs = random.Random(5), 0, 200
    for _ in range(n_runs):
        wrong = 0
        for n in range(1, 301):
            wrong += generator.random() < rate
            if log_wealth(wrong, n, rate) >= -log(0.05):  # the interval has just excluded the truth
                excluded += 1
                break
    assert excluded / n_runs <= 0.05


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_the_interval_surrounds_the_share_seen(wrong: int, right: int) -> None:
    n = wrong + right
    low, high = interval(wrong, n)
    assert 0 <= low <= high <= 1
    if n:
        assert low <= wrong / n <= high


def test_no_verdict_says_nothing() -> None:
    assert interval(0, 0) == (0.0, 1.0)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="wrong"):
        interval(3, 2)


@pytest.mark.parametrize(
    ("n_audited", "n_wrong", "demoted"),
    [
        (1, 1, False),  # one mistake proves nothing
        (20, 1, False),  # exactly the promise
        (100, 8, False),  # above it, but perhaps by chance
        (100, 20, True),
        (30, 12, True),
    ],
)
def test_a_category_is_demoted_only_when_chance_is_ruled_out(
    n_audited: int, n_wrong: int, demoted: bool
) -> None:
    assert live_error("quality", "m", n_audited, n_wrong, 0.05).breaks_promise is demoted
