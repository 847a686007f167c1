"""Every query of the queue: waiting → claimed → decided, by exactly one person."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from model.request import TriageRequest
from model.triage import Triage
from serving.review.states import OPEN, ReviewState
from serving.review.tables import review_events, reviews, verdicts
from serving.scoring.tables import triages


class ReviewNotFoundError(Exception):
    """There is no review with this id."""


class ReviewConflictError(Exception):
    """The review is not in the state this step needs; reload it and look again."""


def add(connection: Connection, cases: Sequence[tuple[TriageRequest, Triage, datetime]]) -> None:
    """Put cases into the queue."""
    rows: list[dict[str, Any]] = [
        {
            "review_id": triage.review.review_id,
            "triage_id": triage.triage_id,
            "refund_id": request.refund_id,
            "state": ReviewState.WAITING,
            "reasons": triage.review.reasons,
            "respond_by": triage.respond_by,
            "created_at": at,
        }
        for request, triage, at in cases
        if triage.review is not None
    ]
    if not rows:
        return
    connection.execute(insert(reviews), rows)
    connection.execute(
        insert(review_events),
        [_event(row["review_id"], None, ReviewState.WAITING, "service", row["created_at"]) for row in rows],
    )


def _event(
    review_id: Any, before: str | None, after: str, actor: str, at: datetime, note: str = ""
) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "from_state": before,
        "to_state": after,
        "actor": actor,
        "at": at,
        "note": note,
    }


def supersede(connection: Connection, refund_id: str, at: datetime) -> None:
    """Close the open review of a request whose content has changed."""
    for row in connection.execute(
        update(reviews)
        .where(reviews.c.refund_id == refund_id, reviews.c.state.in_(OPEN))
        .values(state=ReviewState.SUPERSEDED, version=reviews.c.version + 1, closed_at=at)
        .returning(reviews.c.review_id)
    ).all():
        connection.execute(
            insert(review_events).values(
                _event(row.review_id, None, ReviewState.SUPERSEDED, "service", at, "the request has changed")
            )
        )


def claimable(now: datetime) -> ColumnElement[bool]:
    """A case nobody holds: waiting, or claimed by someone whose lease has run out."""
    return or_(
        reviews.c.state == ReviewState.WAITING,
        and_(reviews.c.state == ReviewState.CLAIMED, reviews.c.claimed_until <= now),
    )


def claim(connection: Connection, reviewer: str, now: datetime, lease_seconds: int) -> str | None:
    """Hand the most urgent case to a reviewer; None when none waits.

    The conditional update is what makes a case go to one person only: on PostgreSQL a case someone else is
    just taking is skipped, on SQLite the write lock is held from the start of the transaction.
    """
    chosen = (
        select(reviews.c.review_id)
        .where(claimable(now))
        .order_by(reviews.c.respond_by, reviews.c.review_id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = connection.execute(
        update(reviews)
        .where(reviews.c.review_id == chosen, claimable(now))
        .values(
            state=ReviewState.CLAIMED,
            claimed_by=reviewer,
            claimed_until=now + timedelta(seconds=lease_seconds),
            version=reviews.c.version + 1,
        )
        .returning(reviews.c.review_id)
    ).one_or_none()
    if row is None:
        return None
    connection.execute(
        insert(review_events).values(
            _event(row.review_id, ReviewState.WAITING, ReviewState.CLAIMED, reviewer, now)
        )
    )
    return str(row.review_id)


def release(connection: Connection, review_id: str, now: datetime) -> None:
    """Give a claimed case back.

    Raises
    ------
    ReviewNotFoundError, ReviewConflictError
        When there is no such review, or nobody has claimed it.
    """
    row = connection.execute(
        update(reviews)
        .where(reviews.c.review_id == review_id, reviews.c.state == ReviewState.CLAIMED)
        .values(state=ReviewState.WAITING, claimed_by=None, claimed_until=None, version=reviews.c.version + 1)
        .returning(reviews.c.review_id)
    ).one_or_none()
    if row is None:
        raise _why_not(connection, review_id)
    connection.execute(
        insert(review_events).values(
            _event(review_id, ReviewState.CLAIMED, ReviewState.WAITING, "reviewer", now, "released")
        )
    )


def decide(
    connection: Connection,
    review_id: str,
    *,
    reviewer: str,
    fault: str,
    resolution: str | None,
    note: str,
    now: datetime,
) -> str:
    """Record a verdict and close the review; returns the verdict's id.

    Raises
    ------
    ReviewNotFoundError, ReviewConflictError
        When there is no such review, or this reviewer does not hold it.
    """
    row = connection.execute(
        update(reviews)
        .where(
            reviews.c.review_id == review_id,
            reviews.c.state == ReviewState.CLAIMED,
            reviews.c.claimed_by == reviewer,
        )
        .values(state=ReviewState.DECIDED, claimed_until=None, closed_at=now, version=reviews.c.version + 1)
        .returning(reviews.c.review_id)
    ).one_or_none()
    if row is None:
        raise _why_not(connection, review_id)
    verdict_id = str(uuid.uuid4())
    connection.execute(
        insert(verdicts).values(
            verdict_id=verdict_id,
            review_id=review_id,
            reviewer=reviewer,
            fault=fault,
            resolution=resolution,
            note=note,
            created_at=now,
        )
    )
    connection.execute(
        insert(review_events).values(
            _event(review_id, ReviewState.CLAIMED, ReviewState.DECIDED, reviewer, now)
        )
    )
    return verdict_id


def _why_not(connection: Connection, review_id: str) -> Exception:
    """Tell why a conditional update changed nothing."""
    row = connection.execute(select(reviews).where(reviews.c.review_id == review_id)).one_or_none()
    if row is None:
        return ReviewNotFoundError("there is no review with this id")
    if row.state == ReviewState.CLAIMED:
        return ReviewConflictError("the review is claimed by somebody else")
    if row.state == ReviewState.WAITING:
        return ReviewConflictError("the review is waiting: claim it first")
    return ReviewConflictError(f"the review is {row.state} already")


def get(connection: Connection, review_id: str) -> RowMapping:
    """Return a review with its request and answer.

    Raises
    ------
    ReviewNotFoundError
        When there is none.
    """
    row = (
        connection.execute(
            select(reviews, triages.c.request, triages.c.answer)
            .join(triages, triages.c.triage_id == reviews.c.triage_id)
            .where(reviews.c.review_id == review_id)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise ReviewNotFoundError("there is no review with this id")
    return row


def page(
    connection: Connection, state: ReviewState | None, limit: int, cursor: tuple[datetime, str] | None
) -> Sequence[RowMapping]:
    """Return the next reviews in the order of their deadlines, after `cursor`."""
    query = (
        select(reviews, triages.c.request, triages.c.answer)
        .join(triages, triages.c.triage_id == reviews.c.triage_id)
        .order_by(reviews.c.respond_by, reviews.c.review_id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(reviews.c.state == state)
    if cursor is not None:
        deadline, review_id = cursor
        query = query.where(
            or_(
                reviews.c.respond_by > deadline,
                and_(reviews.c.respond_by == deadline, reviews.c.review_id > review_id),
            )
        )
    return connection.execute(query).mappings().all()


def counts(connection: Connection) -> dict[str, int]:
    """Return how many reviews are in each state."""
    rows = connection.execute(select(reviews.c.state, func.count()).group_by(reviews.c.state))
    found: dict[str, int] = dict(rows.all())
    return {state: found.get(state, 0) for state in ReviewState}


def backlog(connection: Connection) -> dict[str, tuple[int, datetime | None]]:
    """Return number and nearest deadline of the reviews in each open state; reads only the open ones."""
    rows = connection.execute(
        select(reviews.c.state, func.count(), func.min(reviews.c.respond_by))
        .where(reviews.c.state.in_(OPEN))
        .group_by(reviews.c.state)
    )
    found = {state: (count, respond_by) for state, count, respond_by in rows}
    return {str(state): found.get(state, (0, None)) for state in OPEN}
