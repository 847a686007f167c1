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


def _content(media: str, name: str) -> dict[str, Any]:
    return {media: {"schema": {"$ref": f"#/components/schemas/{name}"}}}


_problem = _content("application/problem+json", "Problem")
PROBLEMS: dict[str, dict[str, Any]] = {
    "4XX": {"description": "What is wrong with the request", "content": _problem},
    "5XX": {"description": "The service cannot answer now", "content": _problem},
}


def answers(schema: str) -> dict[int | str, dict[str, Any]]:
    """Return the responses of an endpoint that answers with this type."""
    return {200: {"description": "The answer", "content": _content("application/json", schema)}}


def add_components(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the msgspec types to a generated OpenAPI document, and the problems every operation may give."""
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components.update(COMPONENTS)
    for name in ("HTTPValidationError", "ValidationError"):  # the framework's own form, never sent here
        components.pop(name, None)
    for path in schema["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"] = PROBLEMS | operation["responses"]
    return schema
