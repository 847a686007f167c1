"""OpenAPI pieces of the endpoints that read their body themselves, made from the msgspec types."""

from typing import Any

import msgspec

from model.request import TriageRequest
from model.triage import Triage

EXAMPLE = {
    "refund_id": "R20261123001",
    "text": "杯子收到就碎了 箱子都瘪了",
    "service_type": "refund_only",
    "goods_received": True,
    "refund_amount_fen": 5900,
    "order_amount_fen": 5900,
    "product_category": "厨具",
    "logistics_status": "delivered",
    "evidence_count": 2,
    "platform": "taobao",
}


class ItemError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one item of a batch."""

    field: str
    problem: str


class FailedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a batch that was not judged."""

    refund_id: str | None
    error: ItemError


class BatchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Up to 1,000 requests."""

    requests: list[TriageRequest]


class BatchTriage(msgspec.Struct, frozen=True, kw_only=True):
    """Results in the order of the requests: a triage, or what is wrong with the item."""

    results: list[dict[str, Any]]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457 problem document; `errors` names the fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ItemError] = []


_, COMPONENTS = msgspec.json.schema_components(
    [TriageRequest, Triage, BatchRequest, BatchTriage, FailedItem, Problem],
    ref_template="#/components/schemas/{name}",
)


def _body(schema: str, example: Any) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


ONE_BODY = _body("TriageRequest", EXAMPLE)
BATCH_BODY = _body("BatchRequest", {"requests": [EXAMPLE]})
SCORE_BODY = BATCH_BODY


_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PROBLEMS = {
    "4XX": {"description": "What is wrong with the request", "content": _PROBLEM},
    "5XX": {"description": "The service cannot answer now", "content": _PROBLEM},
}
"""What every endpoint may answer instead (serving/errors.py)."""


def answers(schema: str) -> dict[int | str, dict[str, Any]]:
    """Return the answer of an endpoint; the problems it may give are added to all routes alike."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {200: {"description": "The answer", "content": content}}


def add_components(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the msgspec types to a generated OpenAPI document, and to each route the problems it may answer."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(COMPONENTS)
    for operations in schema["paths"].values():
        for operation in operations.values():
            # The framework's own 422 is never sent: it would repeat the input.
            operation["responses"].pop("422", None)
            operation["responses"].update(PROBLEMS)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return schema
