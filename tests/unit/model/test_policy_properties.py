"""What holds for every request and every opinion of the model."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.decision import Opinion
from model.policy import Policy, read_policy
from model.policy_form import Gloss, Rule
from model.request import TriageRequest, request_from
from model.taxonomy import FAULTS, RESOLUTIONS, LogisticsStatus, Platform, Resolution, ServiceType

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
POLICY = read_policy()
GOODS = ["服饰", "水果", "手机", "定制", "虚拟", "报纸", "软件", "其他", "never seen"]
TEXTS = ["", "少发了一件", "是假货", "拆封了", "not as described", "快递拦截一下", "😀", "差评 12315"]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


requests = st.fixed_dictionaries(
    {
        "refund_id": st.just("R1"),
        "text": st.sampled_from(TEXTS),
        "service_type": maybe(st.sampled_from(list(ServiceType))),
        "goods_received": maybe(st.booleans()),
        "refund_amount_fen": maybe(st.integers(0, 10**12)),
        "product_category": maybe(st.sampled_from(GOODS)),
        "logistics_status": maybe(st.sampled_from(list(LogisticsStatus))),
        "evidence_count": maybe(st.integers(0, 9)),
        "days_since_delivery": maybe(st.floats(0, 400)),
        "no_reason_return_eligible": maybe(st.booleans()),
        "platform": maybe(st.sampled_from(list(Platform))),
        "buyer_orders_90d": maybe(st.integers(0, 50)),
        "buyer_refunds_90d": maybe(st.integers(0, 50)),
    }
).map(request_from)


@st.composite
def opinions(draw: st.DrawFn) -> Opinion:
    fault = np.array(draw(st.lists(st.floats(0.001, 1), min_size=6, max_size=6)))
    resolution = np.array(draw(st.lists(st.floats(0, 1), min_size=7, max_size=7)))
    total = resolution.sum()
    return Opinion(
        category=FAULTS[int(fault[:5].argmax())],
        fault=(fault / fault.sum()).tolist(),
        resolution=(resolution / total if total > 0 else resolution).tolist(),
        text=draw(st.sampled_from(TEXTS)),
        concepts=frozenset(),
    )


def with_exclusion(policy: Policy, resolutions: list[Resolution]) -> Policy:
    rule = Rule(id="added", when={}, gloss=Gloss(zh="加", en="added"), exclude=resolutions)
    return Policy(msgspec.structs.replace(policy.form, rules=[*policy.form.rules, rule]), "added")


NARROWER = {name: with_exclusion(POLICY, [Resolution(name)]) for name in RESOLUTIONS}


@given(requests, opinions())
@settings(max_examples=300, deadline=None)
def test_the_recommendation_is_allowed_and_the_cheapest(request: TriageRequest, opinion: Opinion) -> None:
    decision = POLICY.decide(request, opinion, now=NOW)
    excluded = {part.resolution for part in decision.excluded}
    assert decision.recommended not in excluded
    assert decision.runner_up not in excluded | {decision.recommended}
    assert set(decision.costs_fen) == set(RESOLUTIONS) - excluded
    assert decision.expected_cost_fen == min(decision.costs_fen.values())
    assert decision.price_difference_fen >= 0
    assert decision.expected_loss_fen >= 0
    assert decision.money_at_risk_fen >= 0


@given(requests, opinions(), st.sampled_from(RESOLUTIONS))
@settings(max_examples=200, deadline=None)
def test_an_added_exclusion_is_never_recommended(request: TriageRequest, opinion: Opinion, name: str) -> None:
    before = POLICY.decide(request, opinion, now=NOW)
    after = NARROWER[name].decide(request, opinion, now=NOW)
    assert after.recommended != name
    # A rule added last takes nothing away from the rules before it.
    assert {e.resolution for e in before.excluded} <= {e.resolution for e in after.excluded}
    assert (after.recommended is None) == (len(after.excluded) == len(RESOLUTIONS))


@given(requests, opinions())
@settings(max_examples=200, deadline=None)
def test_an_unshipped_order_gets_its_money_back(request: TriageRequest, opinion: Opinion) -> None:
    unshipped = msgspec.structs.replace(request, logistics_status=LogisticsStatus.NOT_SHIPPED)
    assert POLICY.decide(unshipped, opinion, now=NOW).recommended == "refund_only"


@given(requests, opinions())
@settings(max_examples=200, deadline=None)
def test_a_refusal_or_a_concern_always_names_a_rule_for_a_person(
    request: TriageRequest, opinion: Opinion
) -> None:
    decision = POLICY.decide(request, opinion, now=NOW)
    rules = {rule.rule for rule in decision.needs_person}
    assert (decision.recommended == "decline") == ("decline_needs_person" in rules)
    assert (opinion.category == "likely_abuse") == ("abuse_needs_person" in rules)


@given(requests, opinions())
@settings(max_examples=200, deadline=None)
def test_silence_that_brings_what_is_recommended_risks_nothing(
    request: TriageRequest, opinion: Opinion
) -> None:
    decision = POLICY.decide(request, opinion, now=NOW)
    if decision.on_timeout == decision.recommended:
        assert decision.money_at_risk_fen == 0


PROMISES = {
    "return_and_refund": ("退货退款", "寄回后按", "return the goods", "You may return"),
    "exchange": ("换货", "换一件", "exchange the goods"),
    "reship": ("补发", "重新发货", "We will send", "we will send"),
    "partial_refund": ("补偿", "yuan back", "and add", "we add"),
    "repair": ("维修", "repaired"),
    "refund_only": ("我们会为您退款", "商品不用寄回", "we will refund", "We will refund"),
}
ACCUSING = (
    "人为",
    "骗",
    "恶意",
    "造假",
    "虚假",
    "不诚信",
    "敲诈",
    "您损坏",
    "使用不当",
    "fraud",
    "abuse",
    "lie",
    "dishonest",
)


@given(requests, opinions())
@settings(max_examples=400, deadline=None)
def test_a_reply_keeps_its_length_and_neither_promises_nor_accuses(
    request: TriageRequest, opinion: Opinion
) -> None:
    decision = POLICY.decide(request, opinion, now=NOW)
    draft = decision.reply_draft
    assert 2 <= len(draft) <= (200 if decision.recommended == "decline" else 500)
    for excluded in decision.excluded:
        assert not any(word in draft for word in PROMISES.get(excluded.resolution, ()))
    assert not any(word in draft for word in ACCUSING)
    assert "&" not in draft
