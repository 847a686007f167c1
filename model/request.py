"""The refund request: one frozen record, the contract with every ticketing system."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from model.errors import RequestError
from model.taxonomy import LogisticsStatus, Platform, ServiceType

MAX_TEXT_CHARS = 2_000
MAX_FEN = 1_000_000_000_000  # ten billion yuan; far above any order, far below 2**63

Fen = Annotated[int, Meta(ge=0, le=MAX_FEN, description="Money in fen (1/100 yuan).")]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: PostgreSQL stores no NUL, and what is shown in lists stays on its line."""

Code = Annotated[str, Meta(max_length=64, pattern=PRINTABLE)]


class TriageRequest(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A buyer's after-sales request; everything but `refund_id` and `text` may be missing.

    Attributes
    ----------
    refund_id : the platform's id of the request; the idempotency key (1–128 characters).
    text : what the buyer wrote, 0–2,000 characters.
    reason_code : what the buyer ticked in the platform's form.
    service_type : what the buyer asked for.
    goods_received : whether the buyer says the goods have arrived.
    refund_amount_fen, order_amount_fen : money in fen.
    product_category : kind of goods, e.g. ``服饰``.
    logistics_status : where the parcel is, as the platform reports it.
    evidence_count : photos and videos attached.
    days_since_delivery : full or broken days since the platform's delivery time.
    buyer_account_age_days, buyer_orders_90d, buyer_refunds_90d : history of the buyer.
    no_reason_return_eligible : whether the goods carry 七天无理由 and are within its time.
    respond_by : when the platform's clock runs out (RFC 3339 with offset).
    platform : where the order was placed.
    refund_version : the platform's optimistic version of the request.
    sku_id, courier, shop_id : for reports; never a feature of the model.
    """

    refund_id: Annotated[
        str, Meta(min_length=1, max_length=128, pattern=PRINTABLE, examples=["R20261123001"])
    ]
    text: Annotated[str, Meta(max_length=MAX_TEXT_CHARS, examples=["杯子收到就碎了 箱子都瘪了"])]
    reason_code: Code | None = None
    service_type: ServiceType | None = None
    goods_received: bool | None = None
    refund_amount_fen: Fen | None = None
    order_amount_fen: Fen | None = None
    product_category: Code | None = None
    logistics_status: LogisticsStatus | None = None
    evidence_count: Annotated[int, Meta(ge=0, le=1_000)] | None = None
    days_since_delivery: Annotated[float, Meta(ge=0, le=36_500)] | None = None
    buyer_account_age_days: Annotated[float, Meta(ge=0, le=36_500)] | None = None
    buyer_orders_90d: Count | None = None
    buyer_refunds_90d: Count | None = None
    no_reason_return_eligible: bool | None = None
    respond_by: Annotated[datetime, Meta(tz=True)] | None = None
    platform: Platform | None = None
    refund_version: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    sku_id: Code | None = None
    courier: Code | None = None
    shop_id: Code | None = None


_decoder = msgspec.json.Decoder(TriageRequest)

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on bytes that break JSON, UTF-8 or all bounds of nesting."""


def decode_request(body: bytes | msgspec.Raw) -> TriageRequest:
    """Parse one JSON request.

    Raises
    ------
    RequestError
        Names the field and the broken rule; never repeats what was sent.
    """
    try:
        request = _decoder.decode(body)
    except UNREADABLE as error:
        raise request_error(error) from None
    return _with_sane_deadline(request)


def request_from(fields: dict[str, Any], *, strict: bool = True) -> TriageRequest:
    """Build a request from a plain dict (rows of files, stored cases) under the same rules.

    `strict=False` lets texts stand for numbers and yes or no, as in a table.
    """
    try:
        request = msgspec.convert(fields, TriageRequest, strict=strict)
    except msgspec.ValidationError as error:
        raise request_error(error) from None
    return _with_sane_deadline(request)


def _with_sane_deadline(request: TriageRequest) -> TriageRequest:
    """Refuse a deadline at the ends of the calendar, where no zone can be subtracted from it any more."""
    if request.respond_by is not None and not 2000 <= request.respond_by.year < 2200:
        raise RequestError("respond_by", "not a moment between the years 2000 and 2200")
    return request


def request_error(error: Exception) -> RequestError:
    """Translate msgspec's message into field and problem, dropping anything the caller sent."""
    if not isinstance(error, msgspec.ValidationError):
        return RequestError("body", "not valid UTF-8 JSON")
    message, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".") or "body"
    if message.startswith("Object contains unknown field"):
        unknown = message.split("`")[1][:64]
        return RequestError(unknown if field == "body" else f"{field}.{unknown}", "unknown field")
    if message.startswith("Object missing required field"):
        missing = message.split("`")[1]
        return RequestError(missing if field == "body" else f"{field}.{missing}", "required field is missing")
    if message.startswith("Invalid enum value"):
        return RequestError(field, "not one of the allowed values")
    if "matching regex" in message:
        return RequestError(field, "control characters are not allowed")
    return RequestError(field, message.replace("`", "'"))
