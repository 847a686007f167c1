"""An explanation is the linear model itself, taken apart."""

import numpy as np
import pytest

from model.bundle import Bundle
from model.explanation import MAX_NAMES, contributions, explain
from model.request import TriageRequest
from model.taxonomy import FAULT_LABELS
from training.labeled_data import LabeledRow


def assert_adds_up(bundle: Bundle, request: TriageRequest) -> None:
    """Compare intercept and parts with the logits, both against their average over the labels."""
    scorer, score = bundle.scorer, bundle.scorer.score(request)
    total = scorer.arrays.intercept[: len(FAULT_LABELS)] * scorer.tables.fault_inverse_temperature
    total = total + [sum(contributions(scorer, score, label).values()) for label in FAULT_LABELS]
    logits = np.log(score.fault)
    np.testing.assert_allclose(total - total.mean(), logits - logits.mean(), atol=1e-9)


def test_the_parts_add_up_to_the_logit(bundle: Bundle, seed_rows: list[LabeledRow]) -> None:
    for row in seed_rows[::3]:
        assert_adds_up(bundle, row.request)


@pytest.mark.parametrize(
    "text", ["碎 了", "  杯子  碎了 ", "收到iPhone 15 Pro碎了 很生气", "啊" * 500, "坏", "😡😡 碎了"]
)
def test_blanks_and_repetitions_lose_nothing(bundle: Bundle, text: str) -> None:
    assert_adds_up(bundle, TriageRequest(refund_id="r", text=text))


def test_an_answer_names_the_largest_parts_first(bundle: Bundle) -> None:
    score = bundle.scorer.score(TriageRequest(refund_id="r", text="杯子收到就碎了 箱子都瘪了"))
    shown = explain(bundle.scorer, score, "courier_damage")
    weights = [abs(weight) for _, weight in shown]
    assert weights == sorted(weights, reverse=True)
    assert len(shown) <= MAX_NAMES


def test_an_empty_text_explains_nothing(bundle: Bundle) -> None:
    score = bundle.scorer.score(TriageRequest(refund_id="r", text=""))
    assert explain(bundle.scorer, score, "quality") == []
