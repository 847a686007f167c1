"""The floor: a FastAPI endpoint with the same request as a pydantic model that does nothing."""

from datetime import datetime
from typing import Annotated

from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from model.request import MAX_FEN, MAX_TEXT_CHARS
from model.taxonomy import LogisticsStatus, Platform, ServiceType

Code = Annotated[str, Field(max_length=64)]
Fen = Annotated[int, Field(ge=0, le=MAX_FEN)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Days = Annotated[float, Field(ge=0, le=36_500)]


class RequestModel(BaseModel):
    """`model.request.TriageRequest` field by field (tests/unit/bench/test_empty_fastapi.py)."""

    model_config = ConfigDict(extra="forbid")

    refund_id: Annotated[str, Field(min_length=1, max_length=128)]
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
    reason_code: Code | None = None
    service_type: ServiceType | None = None
    goods_received: bool | None = None
    refund_amount_fen: Fen | None = None
    order_amount_fen: Fen | None = None
    product_category: Code | None = None
    logistics_status: LogisticsStatus | None = None
    evidence_count: Annotated[int, Field(ge=0, le=1_000)] | None = None
    days_since_delivery: Days | None = None
    buyer_account_age_days: Days | None = None
    buyer_orders_90d: Count | None = None
    buyer_refunds_90d: Count | None = None
    no_reason_return_eligible: bool | None = None
    respond_by: AwareDatetime | datetime | None = None
    platform: Platform | None = None
    refund_version: Annotated[int, Field(ge=0, le=2**53)] | None = None
    sku_id: Code | None = None
    courier: Code | None = None
    shop_id: Code | None = None


app = FastAPI()


@app.post("/score")
async def score(request: RequestModel) -> dict[str, str]:
    """Answer without looking."""
    return {"refund_id": request.refund_id}
