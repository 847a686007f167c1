"""POST /v1/triage and its relatives.

These read the body themselves: msgspec checks the contract in a few microseconds, where the framework's
models cost as much as the scoring (docs/decisions/0002-msgspec-on-the-hot-path.md).
"""

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from model.request import decode_request
from serving.accounts.keys import require
from serving.accounts.roles import Scope
from serving.database import reading
from serving.dependencies import engine_of, read_body
from serving.errors import NotFoundError
from serving.scoring import service, store
from serving.scoring.body_route import BodyRoute
from serving.scoring.openapi import BATCH_BODY, ONE_BODY, SCORE_BODY, answers

router = APIRouter(prefix="/v1", tags=["triage"], route_class=BodyRoute)
stored_router = APIRouter(prefix="/v1", tags=["triage"], dependencies=[Depends(require(Scope.SCORE))])

MAX_ONE_BYTES = 2 * 1024 * 1024
"""Far above any request, so that a text of a megabyte is refused by the rule that names the field."""
MAX_BATCH_BYTES = 16 * 1024 * 1024
CHUNK = 16
"""Requests scored in one go before others get their turn: 256 at once held single requests up for 169 ms."""


@router.post(
    "/triage", openapi_extra=ONE_BODY, responses=answers("Triage"), summary="Judge and store one request"
)
async def triage(request: Request) -> bytes:
    """Judge a request, store the case and its answer, and answer. Safe to repeat: see `refund_id`."""
    body = await read_body(request, MAX_ONE_BYTES)
    case_request = decode_request(body)
    now = service.now_utc()
    answer = service.answer(case_request, service.current_judgement(request.app.state.champion), now)
    case = store.Case(request=case_request, triage=answer, received_at=now)
    return (await store_case(request, case)).body


async def store_case(request: Request, case: store.Case) -> store.StoredAnswer:
    """Store a case; once it is, the challenger may look at it too."""
    stored: store.StoredAnswer = await request.app.state.commits.store(case)
    if stored.is_new:
        request.app.state.shadow.offer(case)
    return stored


@router.post(
    "/triage/batch",
    openapi_extra=BATCH_BODY,
    responses=answers("BatchTriage"),
    summary="Judge and store up to 1,000 requests",
)
async def triage_batch(request: Request) -> bytes:
    """Judge and store many requests; an item in error does not fail the others."""
    raws = service.decode_batch(await read_body(request, MAX_BATCH_BYTES))
    judgement = service.current_judgement(request.app.state.champion)
    pending: list[Any] = []
    for position, raw in enumerate(raws):
        if position % CHUNK == 0:
            await asyncio.sleep(0)
        item = service.decode_item(raw)
        if isinstance(item, dict):
            pending.append(item)
            continue
        now = service.now_utc()
        case = store.Case(request=item, triage=service.answer(item, judgement, now), received_at=now)
        pending.append(asyncio.ensure_future(store_case(request, case)))
    parts = [msgspec.json.encode(item) if isinstance(item, dict) else (await item).body for item in pending]
    return service.join_results(parts)


@router.post(
    "/score",
    openapi_extra=SCORE_BODY,
    responses=answers("BatchTriage"),
    summary="Judge up to 1,000 requests, store nothing",
)
async def score(request: Request) -> bytes:
    """Judge requests without storing them: for trying out, simulating and bulk work."""
    raws = service.decode_batch(await read_body(request, MAX_BATCH_BYTES))
    judgement = service.current_judgement(request.app.state.champion)
    parts = []
    for position, raw in enumerate(raws):
        if position and position % CHUNK == 0:
            await asyncio.sleep(0)
        item = service.decode_item(raw)
        result = item if isinstance(item, dict) else service.answer(item, judgement, service.now_utc())
        parts.append(msgspec.json.encode(result))
    return service.join_results(parts)


@stored_router.get(
    "/triage/{refund_id:path}", responses=answers("Triage"), summary="The stored answer to a request"
)
async def stored_triage(
    refund_id: Annotated[str, Path(max_length=128)], engine: Annotated[Any, Depends(engine_of)]
) -> Response:
    """Return the newest answer given to a request."""

    def read() -> bytes | None:
        with reading(engine) as connection:
            return store.latest_answer(connection, refund_id)

    body = await run_in_threadpool(read)
    if body is None:
        raise NotFoundError("no triage of this refund_id")
    return Response(body, media_type="application/json")
