"""Personal data never survives masking."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.privacy import mask

digits = st.text("0123456789", min_size=1)
chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=12)
phones = st.from_regex(r"1[3-9]\d{9}", fullmatch=True, alphabet="0123456789")
id_cards = st.from_regex(r"[1-9]\d{5}19[5-9]\d(0[1-9]|1[0-2])[0-2]\d\d{3}[0-9X]", fullmatch=True)
cards = st.from_regex(r"62\d{14,17}", fullmatch=True, alphabet="0123456789")
waybills = st.from_regex(r"(SF|YT|JDV?|ZTO|JT)\d{10,15}", fullmatch=True, alphabet="SFYTJDVZO0123456789")
separators = st.sampled_from(["", " ", "-", ".", "·"])


def longest_number(text: str) -> int:
    """Length of the longest run of digits of a text, blanks and hyphens aside."""
    found = re.findall(r"[0-9]+", re.sub(r"(?<=[0-9])[ -](?=[0-9])", "", text))
    return max(map(len, found), default=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("打我电话13800138000谢谢", "打我电话[手机号]谢谢"),
        ("打我电话 +86 138-0013-8000", "打我电话 [手机号]"),
        ("电话１３８００１３８０００", "电话[手机号]"),
        ("电话138\u200b0013\u200b8000", "电话[手机号]"),
        ("身份证11010519491231002X丢了", "身份证[身份证]丢了"),
        ("退到6222021234567890123这张卡", "退到[银行卡]这张卡"),
        ("退到6222 0212 3456 7890 123", "退到[银行卡]"),
        ("运单号SF1234567890123没动", "运单号[运单号]没动"),
        ("顺丰SF1234567890123没动", "顺丰[运单号]没动"),
        ("订单号：2026112312345678", "订单号:[订单号]"),
        ("加我微信: xiao_li-99 说", "加我微信: [微信号] 说"),
        ("wx abc12345", "wx [微信号]"),
        ("QQ12345678", "QQ[QQ号]"),
        ("写信到 li.lei+x@example.com.cn", "写信到 [邮箱]"),
        ("座机021-12345678", "座机[固定电话]"),
        ("一三八零零一三八零零零", "[单号]"),
        ("壹叁捌零零壹叁捌零零零", "[单号]"),
        ("138零零138零零零", "[单号]"),
        ("电话138\n0013\n8000", "电话[手机号]"),
        ("电话138，0013，8000", "电话[手机号]"),
        ("寄到浙江省杭州市西湖区文三路123号4栋501室", "[地址]"),
    ],
)
def test_each_kind_of_personal_data_has_its_placeholder(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "杯子收到就碎了 箱子都瘪了",
        "花了1299元，3天就坏，iPhone15的壳买成了14的",
        "标的M发的是L 2026-11-20 下的单",
        "139元买的，1200克，2026年生产",
        "36、37、38、39、40、41码都试过",
        "20261120到货，用了30天，电池从100%掉到20%",
        "",
        "？？？",
    ],
)
def test_ordinary_requests_stay_as_they_are(text: str) -> None:
    assert mask(text) == text


@given(chinese, phones, separators, chinese)
def test_no_phone_survives_however_it_is_written(before: str, phone: str, gap: str, after: str) -> None:
    written = f"{before}{phone[:3]}{gap}{phone[3:7]}{gap}{phone[7:]}{after}"
    masked = mask(written)
    assert phone[-4:] not in masked
    assert longest_number(masked) < 9


@given(chinese, st.one_of(id_cards, cards, waybills), chinese)
def test_no_card_or_waybill_survives_between_any_characters(before: str, number: str, after: str) -> None:
    assert number[-6:] not in mask(before + number + after)


@given(st.text("0123456789 -－０１２３４５６７８９aSFX收件人,。", max_size=80))
def test_no_run_of_nine_digits_survives(text: str) -> None:
    folded = mask(text).translate({code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)})
    assert re.search(r"\d{9}", folded) is None


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(st.sampled_from("省市区县镇路街号栋室单元弄0a1文三"), max_size=2_000))
def test_a_hostile_address_neither_hangs_nor_raises(text: str) -> None:
    assert isinstance(mask(text), str)


@given(
    st.text(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF).filter(
            lambda c: c not in "零〇一二三四五六七八九幺两"
        ),
        max_size=100,
    )
)
def test_chinese_without_numbers_is_never_touched(text: str) -> None:
    assert mask(text) == text
