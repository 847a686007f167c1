"""The operating point keeps its promise, and promises nothing where it cannot."""

import numpy as np
import pytest
from scipy.stats import binom

from model.taxonomy import FAULT_LABELS, OUTSIDE
from training.opinions import Opinions
from training.promises import (
    DEFAULT_OUTSIDE_SENTENCE,
    DEFAULT_SENTENCE,
    Promise,
    StrictestFirst,
    automation_threshold,
    outside_threshold,
    parse_sentence,
    precision_threshold,
    rows_to_begin_with,
)

PROMISE = Promise(level=0.95, confidence=0.90)
QUALITY = FAULT_LABELS.index("quality")
NONE = FAULT_LABELS.index(OUTSIDE)


def precision_at(confidence: np.ndarray) -> np.ndarray:
    """True chance of being right: overconfident, and 0.95 on average above a confidence of about 0.8."""
    return 0.80 + 0.20 * (confidence - 0.3) / 0.7


def drawn(rng: np.random.Generator, n_rows: int) -> tuple[Opinions, np.ndarray]:
    confidence = rng.uniform(0.3, 1.0, n_rows)
    probabilities = np.zeros((n_rows, len(FAULT_LABELS)))
    probabilities[:, QUALITY] = confidence
    probabilities[:, 1:] = ((1 - confidence) / 5)[:, None]
    right = rng.random(n_rows) < precision_at(confidence)
    labels = np.where(right, QUALITY, rng.integers(1, len(FAULT_LABELS), n_rows))
    return Opinions(probabilities=probabilities, decidable=np.ones(n_rows, dtype=bool)), labels


def true_precision_above(threshold: float) -> float:
    return float(precision_at(np.linspace(threshold, 1.0, 1_000)).mean())


def test_the_precision_promise_is_broken_in_no_more_draws_than_it_says() -> None:
    draws = 200
    rng = np.random.default_rng(20261123)
    found = [precision_threshold(*drawn(rng, 600), "quality", PROMISE) for _ in range(draws)]
    broken = sum(point is not None and true_precision_above(point[0]) < PROMISE.level for point in found)
    assert sum(point is not None for point in found) > draws / 2
    # At most 10 % of draws, within what 200 coin throws of that coin may show.
    assert broken <= binom.ppf(0.99, draws, 1 - PROMISE.confidence)


def test_the_outside_promise_is_broken_in_no_more_draws_than_it_says() -> None:
    draws, promise = 200, Promise(level=0.03, confidence=0.90)
    rng = np.random.default_rng(7)
    broken = 0
    for _ in range(draws):
        opinions, _ = drawn(rng, 300)
        found = outside_threshold(opinions, np.full(300, NONE), promise)
        # Confidences are uniform on 0.3–1.0, so this is the share of such texts past the threshold.
        broken += found is not None and (1.0 - found[0]) / 0.7 > promise.level
    assert broken <= binom.ppf(0.99, draws, 1 - promise.confidence)


def test_a_category_that_is_never_precise_enough_has_no_threshold() -> None:
    opinions, labels = drawn(np.random.default_rng(1), 600)
    labels[::4] = NONE
    assert precision_threshold(opinions, labels, "quality", PROMISE) is None


def test_a_category_with_too_few_rows_has_no_threshold() -> None:
    opinions, labels = drawn(np.random.default_rng(2), 44)
    assert precision_threshold(opinions, np.full_like(labels, QUALITY), "quality", PROMISE) is None


def test_a_category_the_model_never_says_has_no_threshold() -> None:
    opinions, labels = drawn(np.random.default_rng(3), 300)
    assert precision_threshold(opinions, labels, "wrong_item", PROMISE) is None


def test_rows_a_person_sees_anyway_neither_help_nor_hurt() -> None:
    opinions, labels = drawn(np.random.default_rng(4), 1_000)
    wrong = np.concatenate([labels, np.full(500, NONE)])
    more = Opinions(
        probabilities=np.vstack([opinions.probabilities, opinions.probabilities[:500]]),
        decidable=np.concatenate([np.ones(1_000, dtype=bool), np.zeros(500, dtype=bool)]),
    )
    assert precision_threshold(more, wrong, "quality", PROMISE) == precision_threshold(
        opinions, labels, "quality", PROMISE
    )


def test_an_early_error_does_not_turn_the_order_of_testing_round() -> None:
    """MAPIE's own fixed sequence warns here and may begin at the lenient end."""
    opinions, labels = drawn(np.random.default_rng(5), 2_000)
    labels[:] = QUALITY
    labels[opinions.probabilities[:, QUALITY].argmax()] = NONE
    found = precision_threshold(opinions, labels, "quality", PROMISE)
    assert found is not None
    assert found[0] == pytest.approx(0.30)


def test_testing_stops_at_the_first_hypothesis_that_stands() -> None:
    p_values = np.array([0.01, 0.02, 0.50, 0.001])
    assert StrictestFirst().run(p_values, 0.10).tolist() == [0, 1]


def test_the_strictest_candidate_leaves_room_for_two_errors_where_rows_allow() -> None:
    assert rows_to_begin_with(1_000, PROMISE) == 105
    assert rows_to_begin_with(50, PROMISE) == 45
    assert binom.cdf(2, 105, 0.05) <= 0.10 < binom.cdf(2, 104, 0.05)


def test_a_sentence_is_read_and_anything_else_refused() -> None:
    assert parse_sentence(DEFAULT_SENTENCE) == PROMISE
    assert parse_sentence(DEFAULT_OUTSIDE_SENTENCE) == Promise(level=0.03, confidence=0.90)
    with pytest.raises(ValueError, match="not an operating point"):
        parse_sentence("precision about 0.95")


def test_what_is_automated_together_keeps_the_promise_in_most_draws() -> None:
    draws = 100
    rng = np.random.default_rng(11)
    found = [automation_threshold(*drawn(rng, 600), PROMISE) for _ in range(draws)]
    broken = sum(point is not None and true_precision_above(point[0]) < PROMISE.level for point in found)
    assert sum(point is not None for point in found) > draws / 2
    assert broken <= binom.ppf(0.99, draws, 1 - PROMISE.confidence)


def test_what_is_never_automated_does_not_count_for_the_common_threshold() -> None:
    opinions, labels = drawn(np.random.default_rng(12), 1_000)
    abuse = np.zeros((300, len(FAULT_LABELS)))
    abuse[:, FAULT_LABELS.index("likely_abuse")] = 1.0
    more = Opinions(
        probabilities=np.vstack([opinions.probabilities, abuse]), decidable=np.ones(1_300, dtype=bool)
    )
    wrong = np.concatenate([labels, np.full(300, QUALITY)])
    assert automation_threshold(more, wrong, PROMISE) == automation_threshold(opinions, labels, PROMISE)
