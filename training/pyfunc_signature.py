"""The columns that the registered model takes and gives."""

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema
from mlflow.types.schema import AnyType

from model.taxonomy import FAULTS


def signature() -> ModelSignature:
    """Return the columns the model takes and gives.

    Only the text is needed. What may be missing or come as any kind of number is typed `any`, because a
    table column with gaps changes its type.
    """
    texts = ("reason_code", "service_type", "product_category", "logistics_status", "platform")
    others = (
        "goods_received",
        "refund_amount_fen",
        "order_amount_fen",
        "evidence_count",
        "days_since_delivery",
        "buyer_account_age_days",
        "buyer_orders_90d",
        "buyer_refunds_90d",
        "no_reason_return_eligible",
    )
    inputs = [ColSpec("string", "text"), ColSpec("string", "refund_id", required=False)]
    inputs += [ColSpec(AnyType(), name, required=False) for name in (*texts, *others)]
    numbers = ("confidence", *(f"probability_{name}" for name in FAULTS), "outside_probability")
    outputs = [ColSpec("string", "label"), *(ColSpec("double", name) for name in numbers)]
    outputs += [ColSpec("string", "resolution", required=False)]
    outputs += [ColSpec("string", name) for name in ("route", "review_reasons", "model_version")]
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs))
