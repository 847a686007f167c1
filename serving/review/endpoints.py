"""The queue as JSON: list, claim, decide, release."""

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection, RowMapping

from model.errors import RequestError
from serving.dependencies import reading_connection, writing_connection
from serving.review import queue
from serving.review.schemas import ClaimBody, ReviewOut, ReviewPage, VerdictBody, VerdictOut
from serving.review.states import ReviewState
from serving.scoring.service import now_utc
from serving.settings import get_settings

router = APIRouter(prefix="/v1/reviews", tags=["review"])

Reading = Annotated[Connection, Depends(reading_connection)]
Writing = Annotated[Connection, Depends(writing_connection, scope="function")]


@router.get("", summary="Cases in the queue, nearest deadline first")
def list_reviews(
    connection: Reading,
    state: ReviewState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ReviewPage:
    """List reviews; pass `next_cursor` of a page to get the one after it."""
    rows = queue.page(connection, state, limit, decode_cursor(cursor))
    following = encode_cursor(rows[-1]) if len(rows) == limit else None
    return ReviewPage(reviews=[review_out(row) for row in rows], next_cursor=following)


@router.post("/claim", summary="Take the most urgent case", responses={204: {"description": "None waits"}})
def claim_review(body: ClaimBody, connection: Writing, response: Response) -> ReviewOut | None:
    """Hand the most urgent waiting case to a reviewer for the length of the lease; 204 when none waits."""
    review_id = queue.claim(connection, body.reviewer, now_utc(), get_settings().lease_seconds)
    if review_id is None:
        response.status_code = 204
        return None
    return review_out(queue.get(connection, review_id))


@router.post("/{review_id}/verdict", summary="Decide a claimed case")
def decide_review(review_id: str, body: VerdictBody, connection: Writing) -> VerdictOut:
    """Record what a person decided; only who has claimed the case may."""
    verdict_id = queue.decide(
        connection,
        review_id,
        reviewer=body.reviewer,
        fault=str(body.fault),
        resolution=body.resolution,
        note=body.note,
        now=now_utc(),
    )
    return VerdictOut(verdict_id=verdict_id, review_id=review_id, state=ReviewState.DECIDED)


@router.post("/{review_id}/release", status_code=204, summary="Give a claimed case back")
def release_review(review_id: str, connection: Writing) -> None:
    """Put a claimed case back into the queue."""
    queue.release(connection, review_id, now_utc())


def review_out(row: RowMapping) -> ReviewOut:
    """Show a stored review."""
    shown = {name: row[name] for name in ReviewOut.model_fields if name in row and name != "request"}
    return ReviewOut(request=json.loads(row["request"]), triage=json.loads(row["answer"]), **shown)


def encode_cursor(row: RowMapping) -> str:
    """Name a place in the list."""
    return base64.urlsafe_b64encode(f"{row['respond_by'].isoformat()}|{row['review_id']}".encode()).decode()


def decode_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    """Read a place in the list.

    Raises
    ------
    RequestError
        When it is not one this service gave out.
    """
    if cursor is None:
        return None
    try:
        moment, _, review_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        deadline = datetime.fromisoformat(moment)
    except (ValueError, binascii.Error):
        raise RequestError("cursor", "not a cursor of this list") from None
    if deadline.tzinfo is None:
        raise RequestError("cursor", "not a cursor of this list")
    return deadline, review_id
