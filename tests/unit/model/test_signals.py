"""Texts that say nothing, other languages, and requests that contradict themselves."""

import pytest

from model.lexicon import Concept, Entry, Lexicon, Mention
from model.request import request_from
from model.signals import (
    contradictions,
    is_foreign,
    names_another_cause,
    read_signals,
    says_too_little,
)
from model.taxonomy import FAULTS, LogisticsStatus
from model.text import normalise


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "？？？",
        "退款",
        "退货",
        "我要退货退款！",
        "申请退款，谢谢",
        "您好 麻烦帮我退一下",
        "1234567",
        "😡😡",
        "退款退款退款退款",
        "能退吗",
        "如题",
        "换货",
    ],
)
def test_a_bare_request_says_too_little(text: str) -> None:
    assert says_too_little(normalise(text))


@pytest.mark.parametrize(
    "text", ["碎了", "不想要了", "买错了退款", "坏的", "少发一件", "漏", "太小", "退款，开线", "假货"]
)
def test_a_short_cause_is_enough(text: str) -> None:
    assert not says_too_little(normalise(text))


def test_no_text_makes_the_search_for_a_bare_request_slow() -> None:
    # Would take longer than the age of the universe if the pattern ever went back.
    assert not says_too_little("退货退款" * 500 + "坏")


@pytest.mark.parametrize(
    "text",
    [
        "the cup arrived broken",
        "商品が壊れていました返品したいです",
        "배송이 너무 늦어요",
        "товар разбит",
        "asdfghjkl",
        "สินค้าเสียหาย",
        "Le colis est arrivé cassé, 谢谢",
    ],
)
def test_another_language_is_foreign(text: str) -> None:
    assert is_foreign(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "iPhone 15 Pro Max 屏幕碎了",
        "USB接口坏了",
        "杯子收到就碎了",
        "收到XL，訂的是L",
        "美の屋的裙子开线",
        "充不进电 type-c 口松",
        "坏了",
    ],
)
def test_chinese_with_foreign_words_is_not(text: str) -> None:
    assert not is_foreign(normalise(text))


@pytest.mark.parametrize(
    ("category", "fields", "concepts", "rule"),
    [
        (
            "courier_damage",
            {"logistics_status": "delivered", "goods_received": True},
            ["parcel_lost"],
            "lost_but_received",
        ),
        ("quality", {"logistics_status": "not_shipped"}, [], "defect_before_arrival"),
        ("courier_damage", {"reason_code": "尺码不合适"}, [], "own_reason_ticked_seller_blamed"),
        ("buyer_error", {"reason_code": "发错货或漏发"}, [], "seller_reason_ticked_own_mistake_told"),
        ("quality", {"reason_code": "物流未送达"}, [], "not_arrived_ticked_goods_judged"),
    ],
)
def test_a_request_that_contradicts_itself_is_found(
    category: str, fields: dict[str, object], concepts: list[str], rule: str
) -> None:
    request = request_from({"refund_id": "R1", "text": "…", **fields})
    mentions = [Mention(concept=name, start=0, end=1, negated=False) for name in concepts]
    assert contradictions(request, category, mentions) == [rule]


@pytest.mark.parametrize("reason", ["七天无理由", "其他", None])
@pytest.mark.parametrize("category", FAULTS)
def test_ticking_what_is_free_of_charge_contradicts_nothing(category: str, reason: str | None) -> None:
    request = request_from(
        {"refund_id": "R1", "text": "…", "reason_code": reason, "logistics_status": "delivered"}
    )
    assert contradictions(request, category, []) == []


def test_every_rule_names_known_categories_statuses_and_both_languages() -> None:
    for rule in read_signals().contradictions:
        assert set(rule.category) <= set(FAULTS), rule.id
        assert set(rule.fields.get("logistics_status", [])) <= set(LogisticsStatus), rule.id
        assert set(rule.gloss) == {"zh", "en"}, rule.id
        assert rule.category or rule.mentions, rule.id


LEXICON = Lexicon(
    {
        "broken": Concept(zh="碎", en="broken", fault="courier_damage"),
        "fades": Concept(zh="掉色", en="fades", fault="quality"),
        "refund": Concept(zh="退款", en="refund"),
    },
    [Entry("broken", "碎了", "碎了"), Entry("fades", "掉色", "掉色"), Entry("refund", "退款", "退款")],
)


@pytest.mark.parametrize(
    ("text", "category", "conflict"),
    [
        ("碎了退款", "courier_damage", False),
        ("碎了还掉色", "courier_damage", True),
        ("没有掉色 碎了", "courier_damage", False),
        ("掉色", "courier_damage", True),
        ("掉色 碎了", "quality", True),
        ("退款", "quality", False),
    ],
)
def test_words_for_another_category_conflict(text: str, category: str, conflict: bool) -> None:
    likely = [0.3, 0.05, 0.6, 0.03, 0.02]
    assert names_another_cause(category, likely, LEXICON.mentions(text), LEXICON) is conflict


def test_words_for_a_category_the_model_rules_out_do_not_conflict() -> None:
    sure = [0.02, 0.02, 0.92, 0.02, 0.02]
    assert not names_another_cause("courier_damage", sure, LEXICON.mentions("碎了还掉色"), LEXICON)
