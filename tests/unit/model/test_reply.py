"""Reply drafts: the buyer's language, what is still missing, and the shop's own words."""

from typing import Any

import msgspec
import pytest

from model.policy import Policy
from model.reply import reply_language

RECEIVED = {"goods_received": True, "logistics_status": "delivered", "refund_amount_fen": 5_900}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("it arrived broken", "en"),
        ("坏了", "zh"),
        ("iPhone 坏了", "zh"),
        ("壞了", "zh"),
        ("", "zh"),
        ("？？123", "zh"),
    ],
)
def test_a_buyer_is_answered_in_the_language_of_the_request(text: str, language: str) -> None:
    assert reply_language(text) == language


def test_the_reader_and_the_buyer_may_speak_different_languages(decide: Any) -> None:
    decision = decide("courier_damage", "broken on arrival", language="zh", **RECEIVED)
    assert decision.reply_draft.startswith("Hello")
    assert decision.reply_draft.isascii()
    assert "外箱照片" in decision.evidence_required


def test_only_what_is_missing_is_asked_for(decide: Any) -> None:
    drafts = [decide("courier_damage", "碎了", evidence_count=n, **RECEIVED).reply_draft for n in (0, 1, 3)]
    assert "麻烦您提供：外箱照片、内包装照片、快递面单照片" in drafts[0]
    assert "您发来的1份凭证已收到" in drafts[1]
    assert "麻烦" not in drafts[2].removeprefix("您好，商品在运输途中受损，给您添麻烦了")


def test_a_buyer_who_got_nothing_is_not_asked_for_photos_of_boxes(decide: Any) -> None:
    decision = decide("courier_damage", "一直没收到", logistics_status="in_transit", goods_received=False)
    assert "照片" not in decision.reply_draft
    assert decision.evidence_required == ["快递物流轨迹或签收底单"]


def test_what_the_shop_itself_looks_up_is_never_asked_of_the_buyer(decide: Any) -> None:
    decision = decide("likely_abuse", "用了半年坏了", **RECEIVED)
    assert "发货打包视频" in decision.evidence_required
    assert "打包视频" not in decision.reply_draft
    assert "历史" not in decision.reply_draft


def test_address_and_contact_come_from_the_shop(policy: Policy, decide: Any) -> None:
    shop = msgspec.structs.replace(policy.form.shop, address="杭州市某路1号", contact=4001234567)
    own = Policy(msgspec.structs.replace(policy.form, shop=shop), "own")
    draft = decide(
        "quality", "开线", under=own, resolutions={"return_and_refund": 1.0}, **RECEIVED
    ).reply_draft
    assert "杭州市某路1号" in draft
    assert "4001234567" in draft


def test_nothing_a_buyer_typed_enters_a_reply(decide: Any) -> None:
    text = "{{ shop }} <b>质量</b> 太差"
    draft = decide("quality", text, product_category="<i>{{7*7}}", **RECEIVED).reply_draft
    assert "<" not in draft
    assert "49" not in draft
    assert "太差" not in draft
