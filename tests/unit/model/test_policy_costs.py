"""Costs: what a sensible shop would choose, and what the numbers of an answer mean."""

from typing import Any

import msgspec
import pytest

from model.policy import Policy
from model.reply import yuan

CUP = {
    "product_category": "厨具",
    "refund_amount_fen": 5_900,
    "goods_received": True,
    "logistics_status": "delivered",
    "no_reason_return_eligible": True,
}
AGENT = {
    "refund_only": 0.35,
    "reship": 0.3,
    "partial_refund": 0.15,
    "exchange": 0.1,
    "return_and_refund": 0.1,
}


def test_a_cup_broken_on_arrival_is_paid_or_sent_again_and_never_sent_back(decide: Any) -> None:
    decision = decide("courier_damage", "杯子收到就碎了", resolutions=AGENT, **CUP)
    assert {decision.recommended, decision.runner_up} == {"refund_only", "reship"}
    assert decision.costs_fen["return_and_refund"] > decision.costs_fen["refund_only"]


def test_dear_goods_that_do_not_please_are_sent_back_not_given_away(decide: Any) -> None:
    decision = decide(
        "buyer_error", "不喜欢", **CUP | {"refund_amount_fen": 90_000, "product_category": "服饰"},
        resolutions={"return_and_refund": 0.5, "refund_only": 0.5},
    )  # fmt: skip
    assert decision.recommended == "return_and_refund"
    assert decision.freight_payer == "buyer"


def test_near_ties_are_broken_by_what_agents_do(decide: Any) -> None:
    for name in ("reship", "refund_only"):
        decision = decide("courier_damage", resolutions={name: 0.7, "exchange": 0.2, "repair": 0.1}, **CUP)
        assert decision.recommended == name


def test_the_prices_of_an_answer_belong_together(decide: Any) -> None:
    decision = decide("quality", resolutions=AGENT, service_type="refund_only", **CUP)
    first, second, *_ = sorted(decision.costs_fen.values())
    assert decision.expected_cost_fen == first
    assert decision.costs_fen[decision.runner_up] == second
    assert abs(decision.price_difference_fen - (second - first)) <= 1


def test_silence_costs_what_the_recommendation_would_have_saved(decide: Any) -> None:
    dear = CUP | {"refund_amount_fen": 80_000, "product_category": "服饰"}
    sent_back = {"return_and_refund": 0.9, "refund_only": 0.1}
    asks_money = decide("buyer_error", resolutions=sent_back, service_type="refund_only", **dear)
    asks_return = decide("buyer_error", resolutions=sent_back, service_type="return_and_refund", **dear)
    assert asks_money.recommended == asks_return.recommended == "return_and_refund"
    assert asks_money.on_timeout == "refund_only"
    assert asks_money.money_at_risk_fen > 20_000
    assert asks_return.money_at_risk_fen == 0


def test_doubt_about_the_fault_has_a_price_and_certainty_has_none(decide: Any) -> None:
    fields = CUP | {"no_reason_return_eligible": False}
    certain = decide("buyer_error", resolutions=AGENT, sure=1.0, **fields)
    doubtful = decide("buyer_error", resolutions=AGENT, sure=0.4, **fields)
    assert certain.expected_loss_fen == 0
    assert doubtful.expected_loss_fen > 0


def test_old_electronics_are_rather_repaired(decide: Any) -> None:
    phone = CUP | {
        "product_category": "手机",
        "refund_amount_fen": 150_000,
        "no_reason_return_eligible": False,
    }
    even = {"return_and_refund": 0.4, "repair": 0.4, "exchange": 0.2}
    new = decide("quality", resolutions=even, days_since_delivery=3, **phone)
    old = decide("quality", resolutions=even, days_since_delivery=40, **phone)
    assert old.recommended == "repair"
    gap = "return_and_refund"
    assert old.costs_fen[gap] - old.costs_fen["repair"] > new.costs_fen[gap] - new.costs_fen["repair"]


def test_the_compensation_of_the_policy_stands_in_answer_price_and_reply(policy: Policy, decide: Any) -> None:
    terms = msgspec.structs.replace(policy.form.faults.wrong_item, compensation_fen=1_250)
    faults = msgspec.structs.replace(policy.form.faults, wrong_item=terms)
    generous = Policy(msgspec.structs.replace(policy.form, faults=faults), "generous")
    exchange = {"exchange": 0.9, "reship": 0.1}
    before = decide("wrong_item", resolutions=exchange, **CUP)
    after = decide("wrong_item", resolutions=exchange, under=generous, **CUP)
    assert (before.compensation_fen, after.compensation_fen) == (500, 1_250)
    assert "补偿您5元" in before.reply_draft
    assert "补偿您12.50元" in after.reply_draft
    assert after.expected_cost_fen > before.expected_cost_fen


def test_where_the_rules_leave_nothing_a_person_is_told_so(policy: Policy, decide: Any) -> None:
    rule = msgspec.structs.replace(policy.form.rules[0], when={})
    nothing = msgspec.structs.replace(rule, id="nothing", exclude=["refund_only"])
    forbidding = Policy(msgspec.structs.replace(policy.form, rules=[rule, nothing]), "forbidding")
    decision = decide("quality", under=forbidding, **CUP)
    assert decision.recommended is None
    assert len(decision.excluded) == 7
    assert "专人" in decision.reply_draft


@pytest.mark.parametrize(
    ("fen", "text"), [(0, ""), (None, ""), (500, "5"), (550, "5.50"), (5, "0.05"), (123_456, "1234.56")]
)
def test_fen_read_as_yuan(fen: int | None, text: str) -> None:
    assert yuan(fen) == text
