"""The structured fields as numbers, shared word for word by the reference pipeline and the scorer."""

from collections.abc import Callable
from math import log1p

from model.request import TriageRequest

CATEGORICAL = ("service_type", "logistics_status", "platform", "product_category", "reason_code")
"""Fields with few values; a value unseen in training counts as missing."""

CLIP = 3.0
"""Standard deviations at which a number stops counting more: one odd value must not decide."""


NUMBERS = (
    "refund_ratio",
    "refund_amount_fen",
    "evidence_count",
    "days_since_delivery",
    "buyer_account_age_days",
    "buyer_orders_90d",
    "buyer_refunds_90d",
    "refund_rate_90d",
    "goods_received",
    "no_reason_return_eligible",
)
"""Names of what `numbers` returns."""


def numbers(request: TriageRequest) -> tuple[float | None, ...]:
    """Return the number made of each field, before scaling; None where the field is missing.

    Raises
    ------
    ValueError, OverflowError
        For some numbers that are not finite; the others come out as they are.
    """
    refund, order, evidence = request.refund_amount_fen, request.order_amount_fen, request.evidence_count
    orders, refunds = request.buyer_orders_90d, request.buyer_refunds_90d
    days, age = request.days_since_delivery, request.buyer_account_age_days
    received, eligible = request.goods_received, request.no_reason_return_eligible
    return (
        None if refund is None or not order else min(refund / order, 2.0),
        None if refund is None else log1p(refund),
        None if evidence is None else min(float(evidence), 9.0),
        None if days is None else log1p(days),
        None if age is None else log1p(age),
        None if orders is None else log1p(orders),
        None if refunds is None else log1p(refunds),
        None if orders is None or refunds is None else min(refunds / (orders + 1.0), 1.0),
        None if received is None else (1.0 if received else -1.0),
        None if eligible is None else (1.0 if eligible else -1.0),
    )


def _number(place: int) -> Callable[[TriageRequest], float | None]:
    return lambda request: numbers(request)[place]


NUMERIC = {name: _number(place) for place, name in enumerate(NUMBERS)}
"""The same by name, for training."""

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
