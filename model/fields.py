"""The structured fields as numbers, shared word for word by the reference pipeline and the scorer."""

import math
from collections.abc import Callable

from model.request import TriageRequest

CATEGORICAL = ("service_type", "logistics_status", "platform", "product_category", "reason_code")
"""Fields with few values; a value unseen in training counts as missing."""

CLIP = 3.0
"""Standard deviations at which a number stops counting more: one odd value must not decide."""


def _log(value: float | None) -> float | None:
    return None if value is None else math.log1p(value)


def _sign(value: bool | None) -> float | None:
    return None if value is None else (1.0 if value else -1.0)


def _refund_ratio(request: TriageRequest) -> float | None:
    if request.refund_amount_fen is None or not request.order_amount_fen:
        return None
    return min(request.refund_amount_fen / request.order_amount_fen, 2.0)


def _refund_rate(request: TriageRequest) -> float | None:
    if request.buyer_refunds_90d is None or request.buyer_orders_90d is None:
        return None
    return min(request.buyer_refunds_90d / (request.buyer_orders_90d + 1.0), 1.0)


NUMERIC: dict[str, Callable[[TriageRequest], float | None]] = {
    "refund_ratio": _refund_ratio,
    "refund_amount_fen": lambda r: _log(r.refund_amount_fen),
    "evidence_count": lambda r: None if r.evidence_count is None else min(float(r.evidence_count), 9.0),
    "days_since_delivery": lambda r: _log(r.days_since_delivery),
    "buyer_account_age_days": lambda r: _log(r.buyer_account_age_days),
    "buyer_orders_90d": lambda r: _log(r.buyer_orders_90d),
    "buyer_refunds_90d": lambda r: _log(r.buyer_refunds_90d),
    "refund_rate_90d": _refund_rate,
    "goods_received": lambda r: _sign(r.goods_received),
    "no_reason_return_eligible": lambda r: _sign(r.no_reason_return_eligible),
}
"""Number made of each field, before scaling; None where the field is missing."""

FIELD_GLOSS: dict[str, dict[str, str]] = {
    "service_type": {"zh": "申请类型", "en": "Requested service"},
    "logistics_status": {"zh": "物流状态", "en": "Logistics status"},
    "platform": {"zh": "平台", "en": "Platform"},
    "product_category": {"zh": "商品类目", "en": "Kind of goods"},
    "reason_code": {"zh": "买家勾选原因", "en": "Ticked reason"},
    "refund_ratio": {"zh": "退款占订单比例", "en": "Refund / order amount"},
    "refund_amount_fen": {"zh": "退款金额", "en": "Refund amount"},
    "order_amount_fen": {"zh": "订单金额", "en": "Order amount"},
    "evidence_count": {"zh": "凭证数", "en": "Photos and videos"},
    "days_since_delivery": {"zh": "签收天数", "en": "Days since delivery"},
    "buyer_account_age_days": {"zh": "账号年龄(天)", "en": "Account age (days)"},
    "buyer_orders_90d": {"zh": "订单数(90天)", "en": "Orders (90 days)"},
    "buyer_refunds_90d": {"zh": "退款次数(90天)", "en": "Refunds (90 days)"},
    "refund_rate_90d": {"zh": "退款率(90天)", "en": "Refund rate (90 days)"},
    "goods_received": {"zh": "是否收到货", "en": "Goods received"},
    "no_reason_return_eligible": {"zh": "支持七天无理由", "en": "No-reason return"},
    "respond_by": {"zh": "处理截止", "en": "Respond by"},
    "refund_version": {"zh": "退款单版本", "en": "Refund version"},
    "sku_id": {"zh": "商品SKU", "en": "SKU"},
    "courier": {"zh": "快递公司", "en": "Courier"},
    "shop_id": {"zh": "店铺", "en": "Shop"},
    "refund_id": {"zh": "退款单号", "en": "Refund id"},
}
"""Names of the fields for reviewers."""
