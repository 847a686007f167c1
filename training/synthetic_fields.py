"""A plausible order around a written text: structured fields drawn from overlapping distributions.

Assumptions, not measurements (data/labeled/README.md lists them for readers). Each row is drawn from a
generator seeded by its id, so the file can be made again bit by bit. Buyers tick whatever is free of
charge: about a third of the reason codes contradict the text. One row in five comes from a shop that sends
the text alone; in the rest each field is missing on its own with probability 0.15.
"""

import hashlib
from typing import Any

import numpy as np

MISSING = 0.15
TEXT_ONLY = 0.20

REASON_CODES: dict[str, dict[str, float]] = {
    "quality": {
        "质量问题": 36,
        "与描述不符": 17,
        "七天无理由": 14,
        "商品破损": 8,
        "假冒品牌": 4,
        "不想要了": 8,
        "其他": 13,
    },
    "wrong_item": {"发错货或漏发": 45, "与描述不符": 16, "质量问题": 12, "七天无理由": 12, "其他": 15},
    "courier_damage": {
        "商品破损": 36,
        "物流未送达": 20,
        "质量问题": 17,
        "七天无理由": 6,
        "发错货或漏发": 6,
        "其他": 15,
    },
    "buyer_error": {
        "七天无理由": 32,
        "不想要了": 20,
        "拍错或多拍": 10,
        "尺码不合适": 9,
        "质量问题": 14,
        "与描述不符": 7,
        "其他": 8,
    },
    "likely_abuse": {
        "质量问题": 34,
        "与描述不符": 15,
        "七天无理由": 17,
        "商品破损": 10,
        "发错货或漏发": 10,
        "其他": 14,
    },
    "none": {
        "其他": 40,
        "七天无理由": 15,
        "质量问题": 12,
        "不想要了": 12,
        "物流未送达": 11,
        "与描述不符": 10,
    },
}
"""Relative frequency of each ticked reason by fault."""

EVIDENCE_MEAN = {
    "quality": 1.8,
    "wrong_item": 1.6,
    "courier_damage": 2.0,
    "buyer_error": 0.6,
    "likely_abuse": 1.3,
    "none": 0.4,
}
DAYS_MEAN = {
    "quality": 9.0,
    "wrong_item": 3.0,
    "courier_damage": 2.0,
    "buyer_error": 4.0,
    "likely_abuse": 14.0,
    "none": 6.0,
}
REFUNDS_MEAN = {
    "quality": 0.7,
    "wrong_item": 0.6,
    "courier_damage": 0.6,
    "buyer_error": 1.3,
    "likely_abuse": 2.2,
    "none": 0.7,
}
ACCOUNT_MEDIAN_DAYS = {"likely_abuse": 600.0}

AMOUNT_MEDIAN_YUAN = {
    "手机": 2200, "电脑": 3200, "大家电": 2400, "数码": 420, "小家电": 230, "家具": 600, "珠宝": 900,
    "手表": 700, "箱包": 180, "鞋": 210, "服饰": 130, "运动": 160, "乐器": 400, "母婴": 120,
    "汽配": 150, "保健": 180,
}  # fmt: skip
DEFAULT_AMOUNT_YUAN = 60
NO_REASON_EXEMPT = {"生鲜", "水果", "乳品", "虚拟"}
GOODS_TO_TELL = 0.9
PLATFORMS = {"taobao": 30, "tmall": 22, "jd": 24, "wechat": 10, "douyin": 14}


def draw_fields(
    row_id: str, fault: str, goods: str, received: bool, resolution: str | None
) -> dict[str, Any]:
    """Draw the structured fields of one row; missing ones are left out."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(row_id.encode()).digest()[:8], "big"))
    refund_fen, order_fen = _amounts(rng, goods, resolution)
    days = float(np.round(min(rng.exponential(DAYS_MEAN[fault]), 400.0), 1)) if received else None
    refunds = int(rng.poisson(rng.gamma(1.5, REFUNDS_MEAN[fault] / 1.5)))
    fields: dict[str, Any] = {
        "reason_code": _pick(rng, REASON_CODES[fault]),
        "service_type": _service_type(rng, received, resolution),
        "goods_received": received if rng.random() > 0.05 else not received,
        "refund_amount_fen": refund_fen,
        "order_amount_fen": order_fen,
        "product_category": goods if rng.random() < GOODS_TO_TELL else "其他",
        "logistics_status": _logistics_status(rng, fault, received),
        "evidence_count": int(min(rng.poisson(EVIDENCE_MEAN[fault]), 9)),
        "days_since_delivery": days,
        "buyer_account_age_days": float(
            np.round(rng.lognormal(np.log(ACCOUNT_MEDIAN_DAYS.get(fault, 1100.0)), 0.9))
        ),
        "buyer_orders_90d": refunds + int(rng.poisson(rng.gamma(1.2, 8.0))),
        "buyer_refunds_90d": refunds,
        "no_reason_return_eligible": goods not in NO_REASON_EXEMPT and (days is None or days <= 7),
        "platform": _pick(rng, PLATFORMS),
    }
    present = rng.random(len(fields)) >= MISSING
    if rng.random() < TEXT_ONLY:
        return {}
    return {
        name: value
        for (name, value), keep in zip(fields.items(), present, strict=True)
        if keep and value is not None
    }


def _pick(rng: np.random.Generator, weights: dict[str, float] | dict[str, int]) -> str:
    shares = np.array(list(weights.values()), dtype=float)
    return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]


def _amounts(rng: np.random.Generator, goods: str, resolution: str | None) -> tuple[int, int]:
    """Draw the order amount by kind of goods; the refund is the whole of it or a part."""
    order = int(rng.lognormal(np.log(AMOUNT_MEDIAN_YUAN.get(goods, DEFAULT_AMOUNT_YUAN)), 0.8) * 100)
    whole = rng.random() < (0.35 if resolution == "partial_refund" else 0.85)
    return (order if whole else int(order * rng.uniform(0.1, 0.9))), order


def _service_type(rng: np.random.Generator, received: bool, resolution: str | None) -> str:
    """What the buyer asked for: what they will get in six cases of ten, else what buyers ask at large."""
    if resolution in {"refund_only", "return_and_refund", "exchange"} and rng.random() < 0.6:
        return resolution
    return _pick(
        rng,
        {"refund_only": 40, "return_and_refund": 45, "exchange": 15}
        if received
        else {"refund_only": 90, "return_and_refund": 10},
    )


def _logistics_status(rng: np.random.Generator, fault: str, received: bool) -> str:
    if received:
        return _pick(rng, {"delivered": 94, "in_transit": 3, "returned": 3})
    if fault == "courier_damage":
        return _pick(rng, {"in_transit": 36, "delivered": 30, "exception": 18, "lost": 14, "not_shipped": 2})
    return _pick(rng, {"in_transit": 45, "not_shipped": 35, "delivered": 10, "exception": 7, "returned": 3})
