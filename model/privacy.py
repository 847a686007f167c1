"""Personal data out: typed placeholders before anything is logged or becomes training data."""

import re

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    # Longest and most specific first: an ID card number would otherwise read as a bank card.
    (
        "[身份证]",
        re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?![0-9A-Za-z])"),
    ),
    ("[手机号]", re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")),
    (
        "[银行卡]",
        re.compile(
            r"(?<![0-9A-Za-z])(?:62|4\d|5[1-5])\d{2}(?:[ -]?\d{4}){2}"
            r"[ -]?\d{4}(?:[ -]?\d{1,3})?(?![0-9A-Za-z])"
        ),
    ),
    (
        "[运单号]",
        re.compile(
            r"(?<![0-9A-Za-z])(?:SF|YT|JD|JT|ZTO|STO|YD|DPK|EMS|JDV|YUN)[A-Z]{0,3}\d{9,15}(?![0-9A-Za-z])",
            re.I,
        ),
    ),
    ("[固定电话]", re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")),
    ("[邮箱]", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")),
    ("[微信号]", re.compile(r"(?:微信|vx|v信|wx|薇信|加v)[号:： ]{0,3}([A-Za-z][-_A-Za-z0-9]{5,19})", re.I)),
    (
        "[地址]",
        re.compile(
            r"[\u4e00-\u9fff]{2,8}(?:省|市|自治区)[\u4e00-\u9fff]{1,8}(?:市|区|县|镇)[\u4e00-\u9fffA-Za-z0-9]{0,20}?\d+[号栋幢室弄]+(?:[\dA-Za-z-]*[室单元楼栋号]*)*|[\u4e00-\u9fff]{2,12}(?:路|街|道|巷|弄)\d+号(?:[\dA-Za-z-]*[\u4e00-\u9fff]{0,6}\d*[室栋幢单元楼号])*"
        ),
    ),
    ("[单号]", re.compile(r"(?<![0-9A-Za-z])\d{11,25}(?![0-9A-Za-z])")),
)


def mask(text: str) -> str:
    """Replace phones, ID cards, bank cards, waybill and order numbers, addresses, mails and WeChat ids."""
    for placeholder, pattern in _PATTERNS:
        text = pattern.sub(placeholder, text)
    return text
