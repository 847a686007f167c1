"""The closed sets every part of the product shares, with their names in Chinese and English."""

from enum import StrEnum


class FaultCategory(StrEnum):
    """Who or what is at fault; defined with twelve rules in docs/labels.md."""

    QUALITY = "quality"
    WRONG_ITEM = "wrong_item"
    COURIER_DAMAGE = "courier_damage"
    BUYER_ERROR = "buyer_error"
    LIKELY_ABUSE = "likely_abuse"


class Resolution(StrEnum):
    """What the shop does about it."""

    REFUND_ONLY = "refund_only"
    RETURN_AND_REFUND = "return_and_refund"
    EXCHANGE = "exchange"
    RESHIP = "reship"
    PARTIAL_REFUND = "partial_refund"
    REPAIR = "repair"
    DECLINE = "decline"


class ServiceType(StrEnum):
    """What the buyer asked the platform for."""

    REFUND_ONLY = "refund_only"
    RETURN_AND_REFUND = "return_and_refund"
    EXCHANGE = "exchange"


class LogisticsStatus(StrEnum):
    """Where the parcel is, as the platform reports it."""

    NOT_SHIPPED = "not_shipped"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    LOST = "lost"
    RETURNED = "returned"


class Platform(StrEnum):
    """Where the order was placed."""

    TAOBAO = "taobao"
    TMALL = "tmall"
    JD = "jd"
    WECHAT = "wechat"
    DOUYIN = "douyin"
    OTHER = "other"


class Route(StrEnum):
    """Whether the recommendation may be carried out without a person."""

    AUTO = "auto"
    REVIEW = "review"


class ReviewReason(StrEnum):
    """Why a person must look; the closed set, each explained in docs/glossary.md."""

    LOW_CONFIDENCE = "low_confidence"
    NEVER_AUTOMATED = "never_automated"
    OUTSIDE_TAXONOMY = "outside_taxonomy"
    UNFAMILIAR_TEXT = "unfamiliar_text"
    TOO_LITTLE_INFORMATION = "too_little_information"
    CONFLICTING_SIGNALS = "conflicting_signals"
    ABUSE_CONCERN = "abuse_concern"
    DECLINE_NEEDS_PERSON = "decline_needs_person"
    POLICY = "policy"
    NO_ALLOWED_RESOLUTION = "no_allowed_resolution"
    SUGGEST_MODE = "suggest_mode"
    DEMOTED = "demoted"
    AUDIT = "audit"


OUTSIDE = "none"
"""Label of a text that fits no fault category; never a category of an answer."""

FAULTS: tuple[str, ...] = tuple(FaultCategory)
FAULT_LABELS: tuple[str, ...] = (*FAULTS, OUTSIDE)
RESOLUTIONS: tuple[str, ...] = tuple(Resolution)

GLOSS: dict[str, dict[str, str]] = {
    "quality": {"zh": "质量问题", "en": "Quality"},
    "wrong_item": {"zh": "发错/漏发", "en": "Wrong or missing item"},
    "courier_damage": {"zh": "物流损坏/丢件", "en": "Courier damage or loss"},
    "buyer_error": {"zh": "买家原因", "en": "Buyer's reason"},
    "likely_abuse": {"zh": "疑似不实", "en": "Possible abuse"},
    "none": {"zh": "不属于以上各类", "en": "None of these"},
    "refund_only": {"zh": "仅退款", "en": "Refund only"},
    "return_and_refund": {"zh": "退货退款", "en": "Return and refund"},
    "exchange": {"zh": "换货", "en": "Exchange"},
    "reship": {"zh": "补发", "en": "Reship"},
    "partial_refund": {"zh": "部分退款/补偿", "en": "Partial refund"},
    "repair": {"zh": "维修", "en": "Repair"},
    "decline": {"zh": "拒绝", "en": "Decline"},
    "not_shipped": {"zh": "未发货", "en": "Not shipped"},
    "in_transit": {"zh": "运输中", "en": "In transit"},
    "delivered": {"zh": "已送达", "en": "Delivered"},
    "exception": {"zh": "物流异常", "en": "Exception"},
    "lost": {"zh": "已丢件", "en": "Lost"},
    "returned": {"zh": "已退回", "en": "Returned"},
    "taobao": {"zh": "淘宝", "en": "Taobao"},
    "tmall": {"zh": "天猫", "en": "Tmall"},
    "jd": {"zh": "京东", "en": "JD"},
    "wechat": {"zh": "微信", "en": "WeChat"},
    "douyin": {"zh": "抖音", "en": "Douyin"},
    "other": {"zh": "其他平台", "en": "Other"},
    "seller": {"zh": "卖家承担", "en": "Seller"},
    "buyer": {"zh": "买家承担", "en": "Buyer"},
    "courier": {"zh": "快递承担(卖家先垫付)", "en": "Courier (seller advances)"},
    "auto": {"zh": "自动处理", "en": "Automatic"},
    "review": {"zh": "人工审核", "en": "Review"},
    "low_confidence": {"zh": "把握不足", "en": "Not sure enough"},
    "never_automated": {"zh": "该类别不自动处理", "en": "Category is never automated"},
    "outside_taxonomy": {"zh": "不像任何一类退款原因", "en": "Fits no fault category"},
    "unfamiliar_text": {"zh": "没见过的说法", "en": "Unlike anything seen"},
    "too_little_information": {"zh": "信息太少", "en": "Too little information"},
    "conflicting_signals": {"zh": "信息互相矛盾", "en": "Signals contradict each other"},
    "abuse_concern": {"zh": "疑似不实,须人工", "en": "Abuse concern needs a person"},
    "decline_needs_person": {"zh": "拒绝须人工", "en": "A refusal needs a person"},
    "policy": {"zh": "规则要求人工", "en": "Policy asks for a person"},
    "no_allowed_resolution": {"zh": "没有可行方案", "en": "No allowed resolution"},
    "suggest_mode": {"zh": "该类别只给建议", "en": "Category is in suggest mode"},
    "demoted": {"zh": "该类别因错误率被降级", "en": "Category was demoted for its error rate"},
    "audit": {"zh": "抽检", "en": "Audit sample"},
}
"""Name of every code in the two languages of the product."""


def gloss(code: str, language: str = "zh") -> str:
    """Return the name of `code` in `language` ('zh' or 'en'); an unknown code stands for itself."""
    return GLOSS.get(code, {}).get(language, code)
