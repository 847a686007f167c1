"""The queue as JSON: list, claim, decide, give back, hand up."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection, RowMapping

from serving.accounts.errors import ForbiddenError
from serving.accounts.keys import require
from serving.accounts.roles import Scope
from serving.accounts.users import role_of
from serving.dependencies import SettingsOf, writing_connection
from serving.review import blindness, listing, queue, verdicts
from serving.review.cursor import decode_cursor, encode_cursor
from serving.review.leases import current_queue
from serving.review.listing import Filters
from serving.review.schemas import (
    ClaimBody,
    LeaseOut,
    ReasonBody,
    ReleaseBody,
    ReviewOut,
    ReviewPage,
    VerdictBody,
    VerdictOut,
)
from serving.review.states import TRANSITIONS, ReviewState
from serving.review.verdicts import Verdict
from serving.scoring.service import now_utc

router = APIRouter(prefix="/v1/reviews", tags=["review"], dependencies=[Depends(require(Scope.REVIEW))])

Reading = Annotated[Connection, Depends(current_queue)]
Writing = Annotated[Connection, Depends(writing_connection, scope="function")]


@router.get("", summary="Cases in the queue, most money at risk first, then the nearest deadline")
def list_reviews(
    connection: Reading,
    state: ReviewState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ReviewPage:
    """List reviews; pass `next_cursor` of a page to get the one after it."""
    rows = listing.page(connection, Filters(state=state), limit, decode_cursor(cursor))
    following = encode_cursor(rows[-1]) if len(rows) == limit else None
    return ReviewPage(reviews=[review_out(row) for row in rows], next_cursor=following)


@router.post("/claim", summary="Take the next case", responses={204: {"description": "None waits"}})
def claim_review(
    body: ClaimBody, connection: Writing, settings: SettingsOf, response: Response
) -> ReviewOut | None:
    """Hand the next waiting case to a reviewer for the length of the lease; 204 when none waits."""
    senior = role_of(connection, body.reviewer).is_senior
    review_id = queue.claim(connection, body.reviewer, now_utc(), settings.lease_seconds, senior=senior)
    if review_id is None:
        response.status_code = 204
        return None
    return review_out(listing.get(connection, review_id))


@router.post("/{review_id}/claim", summary="Take this case")
def claim_this_review(
    review_id: str, body: ClaimBody, connection: Writing, settings: SettingsOf
) -> ReviewOut:
    """Hand one particular waiting case to a reviewer."""
    senior = role_of(connection, body.reviewer).is_senior
    queue.claim_this(connection, review_id, body.reviewer, now_utc(), settings.lease_seconds, senior=senior)
    return review_out(listing.get(connection, review_id))


@router.post("/{review_id}/renew", summary="Keep a claimed case")
def renew_review(review_id: str, body: ClaimBody, connection: Writing, settings: SettingsOf) -> LeaseOut:
    """Lengthen the lease while the case is being worked on."""
    until = queue.renew(connection, review_id, body.reviewer, now_utc(), settings.lease_seconds)
    return LeaseOut(claimed_until=until)


@router.post("/{review_id}/verdict", summary="Decide a claimed case")
def decide_review(review_id: str, body: VerdictBody, connection: Writing) -> VerdictOut:
    """Record what a person decided; only who has claimed the case may."""
    given = body.model_dump(exclude={"version"}) | {"fault": str(body.fault)}
    verdict = Verdict(**given, review_version=body.version)
    seen = blindness.shown(listing.get(connection, review_id))
    verdict_id, action = verdicts.decide(connection, review_id, verdict, seen, now_utc())
    return VerdictOut(verdict_id=verdict_id, review_id=review_id, state=TRANSITIONS[action].target)


@router.post("/{review_id}/release", status_code=204, summary="Give a claimed case back")
def release_review(review_id: str, connection: Writing, body: ReleaseBody | None = None) -> None:
    """Put a claimed case back into the queue."""
    queue.release(connection, review_id, now_utc(), body.reviewer if body else None)


@router.post("/{review_id}/skip", status_code=204, summary="Give a claimed case back and go on without it")
def skip_review(review_id: str, body: ReasonBody, connection: Writing) -> None:
    """Put a claimed case back; its reviewer gets it again only when nothing else waits."""
    queue.skip(connection, review_id, body.reviewer, body.note, now_utc())


@router.post("/{review_id}/escalate", status_code=204, summary="Hand a claimed case up to a senior")
def escalate_review(review_id: str, body: ReasonBody, connection: Writing) -> None:
    """Put a claimed case back for a senior, whose verdict is final."""
    queue.escalate(connection, review_id, body.reviewer, body.note, now_utc())


@router.post("/{review_id}/undo", status_code=204, summary="Take one's own verdict back")
def undo_review(review_id: str, body: ClaimBody, connection: Writing, settings: SettingsOf) -> None:
    """Take the verdict back within 30 s and hold the case again."""
    verdicts.undo(
        connection,
        review_id,
        body.reviewer,
        now_utc(),
        undo_seconds=settings.undo_seconds,
        lease_seconds=settings.lease_seconds,
    )


@router.post("/{review_id}/reopen", status_code=204, summary="Put a decided case back into the queue")
def reopen_review(review_id: str, body: ReasonBody, connection: Writing) -> None:
    """Put a decided case back, as a senior may; its verdicts stay as history but no longer stand."""
    if not role_of(connection, body.reviewer).is_senior:
        raise ForbiddenError("only a senior may do that")
    verdicts.reopen(connection, review_id, body.reviewer, body.note, now_utc())


@router.post("/{review_id}/cancel", status_code=204, summary="Close a case that the platform has closed")
def cancel_review(review_id: str, body: ReasonBody, connection: Writing) -> None:
    """Close an open case without a verdict."""
    queue.cancel(connection, review_id, body.reviewer, body.note, now_utc())


def review_out(row: RowMapping) -> ReviewOut:
    """Show a stored review."""
    own = {"request", "triage", "reasons"}
    plain = {name: row[name] for name in ReviewOut.model_fields if name not in own}
    return ReviewOut(
        request=json.loads(row["request"]),
        triage=blindness.visible_triage(row),
        reasons=blindness.visible_reasons(row),
        **plain,
    )
