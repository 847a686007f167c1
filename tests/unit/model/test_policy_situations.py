"""What the shipped policy leaves open, situation by situation; one line each, as product.md tells it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from model.taxonomy import FAULTS, RESOLUTIONS

UNSHIPPED = {"logistics_status": "not_shipped"}
UNDERWAY = {"logistics_status": "in_transit", "goods_received": False}
LOST = {"logistics_status": "lost", "goods_received": False}
FALSELY_SIGNED = {"logistics_status": "delivered", "goods_received": False}
RECEIVED = {"logistics_status": "delivered", "goods_received": True, "no_reason_return_eligible": False}
WITHIN_7 = {"logistics_status": "delivered", "goods_received": True, "no_reason_return_eligible": True}

R, RR, E, S, P, M, D = RESOLUTIONS

SITUATIONS: list[tuple[str, dict[str, Any], str, set[str]]] = [
    # Not shipped: nothing but the money back, whatever the fault, goods or platform.
    *[(fault, UNSHIPPED | {"product_category": "服饰"}, "", {R}) for fault in FAULTS],
    ("quality", UNSHIPPED | {"product_category": "生鲜", "platform": "wechat"}, "", {R}),
    ("buyer_error", UNSHIPPED | {"product_category": "定制"}, "", {R}),
    # On its way, lost, or signed for by somebody else: no return, exchange, repair, or part of the price.
    ("courier_damage", UNDERWAY | {"product_category": "服饰"}, "", {R, S, D}),
    ("courier_damage", LOST | {"product_category": "手机"}, "", {R, S}),
    ("courier_damage", {"logistics_status": "lost"}, "", {R, S}),
    ("courier_damage", FALSELY_SIGNED | {"product_category": "美妆"}, "", {R, S, D}),
    ("courier_damage", FALSELY_SIGNED | {"product_category": "水果"}, "", {R, S, D}),
    ("buyer_error", UNDERWAY | {"product_category": "服饰"}, "", {R, S, D}),
    ("buyer_error", {"logistics_status": "in_transit", "no_reason_return_eligible": True}, "", {R, S}),
    ("wrong_item", {"goods_received": False, "product_category": "玩具"}, "", {R, S, D}),
    # Received clothes: no repair; nothing to send again unless a part is missing.
    ("quality", RECEIVED | {"product_category": "服饰"}, "开线", {R, RR, E, P, D}),
    ("quality", WITHIN_7 | {"product_category": "服饰"}, "开线", {R, RR, E, P}),
    ("quality", WITHIN_7 | {"product_category": "服饰"}, "少了一颗扣子", {R, RR, E, P, S}),
    ("wrong_item", WITHIN_7 | {"product_category": "服饰"}, "发错颜色", {R, RR, E, P, S}),
    ("buyer_error", WITHIN_7 | {"product_category": "服饰"}, "不喜欢", {R, RR, E, P}),
    ("buyer_error", RECEIVED | {"product_category": "服饰", "days_since_delivery": 20}, "", {R, RR, E, P, D}),
    ("likely_abuse", WITHIN_7 | {"product_category": "鞋"}, "", {R, RR, E, P, S}),
    ("likely_abuse", RECEIVED | {"product_category": "鞋"}, "", {R, RR, E, P, S, D}),
    # Received durable goods may be repaired, but repair does not help against the wrong item.
    ("quality", RECEIVED | {"product_category": "手机", "days_since_delivery": 30}, "", {R, RR, E, P, M, D}),
    ("quality", WITHIN_7 | {"product_category": "大家电"}, "", {R, RR, E, P, M}),
    ("quality", WITHIN_7 | {"product_category": "手表"}, "", {R, RR, E, P, M}),
    ("courier_damage", WITHIN_7 | {"product_category": "家具"}, "", {R, RR, E, P, M, S}),
    ("courier_damage", WITHIN_7 | {"product_category": "厨具"}, "", {R, RR, E, P, S}),
    ("wrong_item", WITHIN_7 | {"product_category": "手机"}, "", {R, RR, E, P, S}),
    ("quality", RECEIVED | {"product_category": "美妆"}, "", {R, RR, E, P, D}),
    ("quality", RECEIVED | {"product_category": "零食"}, "", {R, RR, E, P, D}),
    # Perishable goods do not travel back, except the wrong ones.
    ("quality", RECEIVED | {"product_category": "水果"}, "", {R, P, D}),
    ("courier_damage", RECEIVED | {"product_category": "生鲜"}, "", {R, P, S, D}),
    ("courier_damage", {"goods_received": True, "product_category": "生鲜水果"}, "", {R, P, S, D}),
    ("buyer_error", RECEIVED | {"product_category": "乳品"}, "", {R, P, D}),
    ("wrong_item", RECEIVED | {"product_category": "水果"}, "", {R, RR, E, P, S, D}),
    # What the law leaves out of 七天无理由 may be refused, unless the platform says that it is covered.
    ("buyer_error", {"goods_received": True, "product_category": "定制家具"}, "", {R, RR, E, P, M, D}),
    (
        "buyer_error",
        {"goods_received": True, "product_category": "定制", "days_since_delivery": 2},
        "",
        {R, RR, E, P, D},
    ),
    (
        "buyer_error",
        {"goods_received": True, "product_category": "软件", "days_since_delivery": 2},
        "拆封了不想要",
        {R, RR, E, P, D},
    ),
    (
        "buyer_error",
        {"goods_received": True, "product_category": "软件", "days_since_delivery": 2},
        "不想要",
        {R, RR, E, P},
    ),
    (
        "buyer_error",
        {"goods_received": True, "product_category": "报纸", "days_since_delivery": 2},
        "",
        {R, RR, E, P, D},
    ),
    (
        "buyer_error",
        {"goods_received": True, "product_category": "服饰", "days_since_delivery": 7},
        "",
        {R, RR, E, P},
    ),
    (
        "buyer_error",
        {"goods_received": True, "product_category": "服饰", "days_since_delivery": 7.1},
        "",
        {R, RR, E, P, D},
    ),
    ("buyer_error", WITHIN_7 | {"product_category": "服饰", "days_since_delivery": 30}, "", {R, RR, E, P}),
    # The parcel has come back already.
    ("buyer_error", {"logistics_status": "returned", "product_category": "服饰"}, "", {R, S, P, D}),
    # A knife for fruit is no fruit.
    ("buyer_error", WITHIN_7 | {"product_category": "水果刀"}, "", {R, RR, E, P}),
]


@pytest.mark.parametrize(("fault", "fields", "text", "allowed"), SITUATIONS)
def test_a_situation_leaves_exactly_these_resolutions(
    decide: Any, fault: str, fields: dict[str, Any], text: str, allowed: set[str]
) -> None:
    decision = decide(fault, text, **fields)
    assert set(RESOLUTIONS) - {e.resolution for e in decision.excluded} == allowed
    assert decision.recommended in allowed
    assert set(decision.costs_fen) == allowed


@pytest.mark.parametrize(
    ("fault", "text", "fields", "rule"),
    [
        ("quality", "感觉是假货", {}, "counterfeit_needs_person"),
        ("quality", "不好用", {"reason_code": "假冒品牌"}, "counterfeit_needs_person"),
        ("likely_abuse", "", {}, "abuse_needs_person"),
        ("wrong_item", "", {"refund_amount_fen": 200_001}, "large_amount_needs_person"),
        ("wrong_item", "", {"order_amount_fen": 200_001}, "large_amount_needs_person"),
        ("quality", "孩子吃了住院", {}, "injury_needs_person"),
    ],
)
def test_a_person_looks_at(decide: Any, fault: str, text: str, fields: dict[str, Any], rule: str) -> None:
    assert rule in [r.rule for r in decide(fault, text, **fields).needs_person]


def test_an_ordinary_case_needs_no_person(decide: Any) -> None:
    assert decide("wrong_item", "发错颜色了", refund_amount_fen=200_000).needs_person == []


def test_a_refusal_needs_a_person_and_on_tmall_a_proof_image(decide: Any) -> None:
    decision = decide(
        "likely_abuse",
        "",
        resolutions={"decline": 1.0},
        refund_amount_fen=9_900,
        platform="tmall",
        **RECEIVED,
    )
    assert decision.recommended == D
    assert "decline_needs_person" in [r.rule for r in decision.needs_person]
    assert "拒绝凭证图片（天猫必填）" in decision.evidence_required


@pytest.mark.parametrize(
    ("fields", "text", "hours"),
    [
        ({"platform": "taobao", "logistics_status": "not_shipped"}, "", 24),
        ({"platform": "taobao", "logistics_status": "delivered", "service_type": "refund_only"}, "", 36),
        ({"platform": "tmall", "logistics_status": "in_transit"}, "麻烦拦截快递", 72),
        ({"platform": "wechat"}, "", 48),
        ({"platform": "wechat", "logistics_status": "returned"}, "", 240),
        ({"platform": "jd"}, "", 48),
        ({}, "", 48),
    ],
)
def test_a_deadline_that_is_not_given_is_the_platforms(
    decide: Any, fields: dict[str, Any], text: str, hours: int
) -> None:
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert decide("quality", text, **fields).respond_by == now + timedelta(hours=hours)
