"""A request becomes a routed answer."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.bundle import Bundle
from model.fairness import category_of, score_fairly
from model.policy import Policy
from model.request import TriageRequest
from model.taxonomy import FAULTS, RESOLUTIONS, Route
from model.triage import Triage, judge

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_broken_on_the_way_is_courier_damage(triage: Callable[..., Triage]) -> None:
    assert triage("快递太暴力 箱子压烂了 里面的杯子全碎了").fault.category == "courier_damage"


def test_probabilities_cover_the_five_categories_and_seven_resolutions(triage: Callable[..., Triage]) -> None:
    answer = triage()
    assert tuple(answer.fault.probabilities) == FAULTS
    assert sum(answer.fault.probabilities.values()) == pytest.approx(1)
    assert tuple(answer.resolution.probabilities) == RESOLUTIONS
    assert sum(answer.resolution.probabilities.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "   ", "？？？"])
def test_a_text_without_words_goes_to_review(triage: Callable[..., Triage], text: str) -> None:
    answer = triage(text)
    assert answer.route == Route.REVIEW
    assert answer.review is not None
    assert "too_little_information" in answer.review.reasons


def test_the_same_request_gets_the_same_answer(triage: Callable[..., Triage]) -> None:
    assert triage() == triage()


SEPARATE = "快递太暴力 箱子压烂了 里面的杯子全碎了"


@pytest.mark.parametrize(("argument", "reason"), [("suggested", "suggest_mode"), ("demoted", "demoted")])
def test_a_category_kept_from_automation_goes_to_review_with_its_reason(
    bundle: Bundle, policy: Policy, argument: str, reason: str
) -> None:
    request = TriageRequest(refund_id="R1", text=SEPARATE)
    ids = {"now": NOW, "triage_id": "t", "review_id": "r"}
    answer = judge(request, bundle, policy, **ids, **{argument: {"courier_damage"}})  # type: ignore[arg-type]
    assert answer.review is not None
    assert reason in answer.review.reasons
    other = judge(request, bundle, policy, **ids, **{argument: {"quality"}})  # type: ignore[arg-type]
    assert other.review is None or reason not in other.review.reasons


@pytest.mark.parametrize(
    ("text", "fields", "reason"),
    [
        ("退款", {}, "too_little_information"),
        ("the cup arrived broken", {}, "outside_taxonomy"),
        ("龘靐齉爩麤灪龖厵", {}, "unfamiliar_text"),
        (SEPARATE, {"reason_code": "尺码不合适"}, "conflicting_signals"),
    ],
)
def test_what_the_model_cannot_know_goes_to_review_with_its_reason(
    triage: Callable[..., Triage], text: str, fields: dict[str, str], reason: str
) -> None:
    answer = triage(text, **fields)
    assert answer.review is not None
    assert reason in answer.review.reasons


EXTREMES = [0, 1, 50, 1_000_000]
NEUTRAL = [
    "我要退货退款",
    "东西收到了 想退",
    "申请退款 麻烦处理一下",
    "衣服收到了，申请退货",
    "商品已签收 需要售后",
]


@given(
    text=st.sampled_from(NEUTRAL),
    refunds=st.sampled_from(EXTREMES),
    orders=st.sampled_from(EXTREMES),
    age=st.sampled_from([0.0, 0.1, 36_500.0]),
    days=st.sampled_from([0.0, 30.0, 36_500.0]),
    evidence=st.sampled_from([0, 1_000]),
    amount=st.sampled_from([0, 1_000_000_000_000]),
)
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_no_history_alone_makes_likely_abuse(
    bundle: Bundle, text: str, refunds: int, orders: int, age: float, days: float, evidence: int, amount: int
) -> None:
    """An accusation stands in the text alone, and fields move odds by no more than their bound."""
    request = TriageRequest(
        refund_id="R1",
        text=text,
        buyer_refunds_90d=refunds,
        buyer_orders_90d=orders,
        buyer_account_age_days=age,
        days_since_delivery=days,
        evidence_count=evidence,
        refund_amount_fen=amount,
        order_amount_fen=amount,
    )
    of_text = bundle.scorer.score(TriageRequest(refund_id="R1", text=text))
    _, category = score_fairly(bundle.scorer, request)
    assert category != "likely_abuse" or category_of(of_text) == "likely_abuse"
    with_history, alone = map(np.array, (bundle.scorer.score(request).fault, of_text.fault))
    tables = bundle.scorer.tables
    bound = 2 * tables.field_bound * tables.fault_inverse_temperature
    moved = np.log(with_history / with_history[0]) - np.log(alone / alone[0])
    assert np.abs(moved).max() <= bound + 1e-9
