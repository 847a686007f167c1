"""Personal data out: typed placeholders before anything is logged or becomes training data.

Policy: a digit too many is masked rather than one too few. Every run of nine or more digits goes, whatever
it is, also when it is written with blanks or hyphens, in full width, in Chinese numerals, or glued to
letters; an eight-digit date or a price stays. Masking masked text changes nothing.
"""

import re

_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    # Zero-width characters would cut a number in two that a reader sees as one.
    (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD)
)
"""Full-width forms to ASCII, invisible characters to nothing; applied only where it uncovers something."""

_HAN = "\u4e00-\u9fff"
_GAP = r"[ \-._·]?"
_PHONE_GAP = r"[\s\-._·,、/—–]{0,2}"
"""Wider than other gaps: three groups that begin like a mobile number are one, whatever stands between."""
_LABEL = r"[号码是为:： #]{0,4}"


def _after(words: str, value: str) -> str:
    """Match `value` where one of `words` stands before it; the words stay readable."""
    return rf"((?:{words}){_LABEL}){value}"


_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (placeholder, re.compile(pattern, re.IGNORECASE))
    # Most specific first: an ID card number would otherwise read as a bank card, a card as an order number.
    for placeholder, pattern in (
        ("[邮箱]", r"[A-Z0-9_.+-]{1,64}@[A-Z0-9-]{1,63}(?:\.[A-Z0-9-]{2,63})+"),
        (
            "[身份证]",
            rf"(?<!\d)[1-9]\d{{5}}{_GAP}(?:19|20)\d\d{_GAP}[01]\d{_GAP}[0-3]\d{_GAP}\d{{3}}[\dX](?![0-9A-Z])",
        ),
        ("[订单号]", _after("订单|交易|order", r"(?:编?号|no\.?)?[:： ]{0,2}[A-Z]{0,5}\d[A-Z0-9-]{6,29}")),
        ("[运单号]", _after("运单|快递单|物流单|单号|waybill|tracking", r"[A-Z]{0,5}\d[A-Z0-9-]{6,24}")),
        ("[微信号]", _after("微信|薇信|威信|v信|wechat|weixin|vx|wx|加v", r"[A-Z][-_A-Z0-9]{4,19}")),
        ("[QQ号]", _after("qq|扣扣|企鹅", r"[1-9]\d{4,11}")),
        ("[手机号]", rf"(?<!\d)(?:\+?86{_PHONE_GAP})?1[3-9]\d{_PHONE_GAP}\d{{4}}{_PHONE_GAP}\d{{4}}(?!\d)"),
        (
            "[银行卡]",
            rf"(?<!\d)(?:62|4\d|5[1-5])\d\d(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?(?!\d)",
        ),
        ("[运单号]", r"(?:SF|YT|JD|JT|ZTO|STO|YD|DPK|EMS|YUN)[A-Z]{0,3}\d{8,18}"),
        ("[固定电话]", r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"),
        (
            "[地址]",
            rf"[{_HAN}]{{2,8}}(?:省|市|自治区)[{_HAN}]{{1,8}}?(?:市|区|县|镇|街道)"
            rf"[{_HAN}A-Z0-9]{{0,20}}?\d{{1,5}}[号栋幢室弄座](?:[0-9A-Z-]{{1,6}}[室单元楼栋号层座]{{1,2}}){{0,5}}",
        ),
        (
            "[地址]",
            rf"[{_HAN}]{{2,12}}(?:路|街|大道|巷|弄|村|小区|花园|公寓)\d{{1,5}}[号栋幢弄座]"
            rf"(?:院|楼|[{_HAN}]{{0,6}}?[0-9A-Z-]{{1,6}}[室单元楼栋号层座]{{1,2}}){{0,5}}",
        ),
        # What is left of long numbers, whatever they are.
        ("[单号]", r"[A-Z]{0,6}\d{9,}[A-Z0-9]*"),
        ("[单号]", rf"\d(?:{_GAP}\d){{10,}}"),
        ("[单号]", r"[\d零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]{9,}"),
    )
)


def mask(text: str) -> str:
    """Replace phones, ID cards, bank cards, waybill and order numbers, addresses, mails and chat ids."""
    masked = _replace(folded := text.translate(_FOLD))
    return text if masked == folded else masked


def _replace(text: str) -> str:
    for placeholder, pattern in _PATTERNS:
        kept = "\\1" if pattern.groups else ""
        text = pattern.sub(kept + placeholder, text)
    return text
