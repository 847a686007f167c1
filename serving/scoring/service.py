"""What the scoring endpoints do: judge, then store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from uuid_utils import uuid7

from model.errors import RequestError
from model.request import UNREADABLE, TriageRequest, decode_request
from model.triage import Triage, judge
from serving import metrics
from serving.champion import Champion, Judgement
from serving.errors import NotReadyError

MAX_BATCH = 1_000


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of the batch endpoints; the requests stay raw so that one bad item fails alone."""

    requests: list[msgspec.Raw]


_batch_decoder = msgspec.json.Decoder(Batch)


def decode_batch(body: bytes) -> list[msgspec.Raw]:
    """Return the raw requests of a batch body.

    Raises
    ------
    RequestError
        When the body is no batch, or holds more than 1,000 requests.
    """
    try:
        requests = _batch_decoder.decode(body).requests
    except msgspec.ValidationError as error:
        raise RequestError("requests", str(error).partition(" - at")[0].replace("`", "'")) from None
    except UNREADABLE:
        raise RequestError("body", "not valid UTF-8 JSON") from None
    if len(requests) > MAX_BATCH:
        raise RequestError("requests", f"at most {MAX_BATCH} requests in one batch")
    return requests


def current_judgement(champion: Champion) -> Judgement:
    """Return the judgement in charge, or say that none is loaded yet."""
    judgement = champion.current
    if judgement is None:
        raise NotReadyError(NotReadyError.__doc__)
    return judgement


def answer(request: TriageRequest, judgement: Judgement, now: datetime, *, explained: bool = True) -> Triage:
    """Judge one request under fresh ids."""
    triage = judge(
        request,
        judgement.bundle,
        judgement.policy,
        now=now,
        triage_id=new_id(),
        review_id=new_id(),
        suggested=judgement.suggested,
        demoted=judgement.demoted,
        explained=explained,
    )
    metrics.judged_as(triage.route, triage.fault.category).inc()
    return triage


def decode_item(raw: msgspec.Raw) -> TriageRequest | dict[str, Any]:
    """Parse one item of a batch, or return its error entry with the refund id where that much is readable."""
    try:
        return decode_request(raw)
    except RequestError as error:
        return failed_item(refund_id_of(raw), error)


def failed_item(refund_id: str | None, error: RequestError) -> dict[str, Any]:
    """Return the entry of an item that cannot be judged."""
    return {"refund_id": refund_id, "error": {"field": error.field, "problem": error.problem}}


def refund_id_of(raw: bytes | msgspec.Raw) -> str | None:
    """Return the refund id of a request that breaks some other rule, where it can be read."""
    try:
        refund_id = msgspec.json.decode(raw).get("refund_id")
    except (*UNREADABLE, AttributeError):
        return None
    return refund_id if isinstance(refund_id, str) and len(refund_id) <= 128 else None


def join_results(parts: Sequence[bytes]) -> bytes:
    """Put encoded results into one batch answer without encoding them again."""
    return b'{"results":[' + b",".join(parts) + b"]}"


def new_id() -> str:
    """Return an id that sorts by the time it was made (UUID version 7, RFC 9562)."""
    return str(uuid7())


def now_utc() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)
