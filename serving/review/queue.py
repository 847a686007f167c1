"""Who gets which case: claim, keep, give back, hand up; by exactly one person at a time."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, and_, exists, func, select, update
from sqlalchemy.sql import ColumnElement

from serving.review.states import OPEN, Action, ReviewState
from serving.review.steps import (
    SERVICE,
    UNCLAIMED,
    ReviewConflictError,
    held_by,
    locked,
    locked_if_held,
    step,
)
from serving.review.tables import IS_OPEN, review_events, reviews, verdicts

QUEUE_ORDER = (reviews.c.rank, reviews.c.respond_by, reviews.c.review_id)
"""Most money first, then the nearest deadline; see priority.rank."""

MAX_RETURNED = 200
"""Leases returned in one transaction; the rest follow with the next claim."""


def has_expired(now: datetime) -> ColumnElement[bool]:
    """A claimed case whose lease has run out."""
    return and_(reviews.c.state == ReviewState.CLAIMED, reviews.c.claimed_until <= now)


def return_expired(connection: Connection, now: datetime) -> int:
    """Put cases whose lease has run out back into the queue; returns how many."""
    query = select(reviews).where(has_expired(now)).order_by(reviews.c.claimed_until).limit(MAX_RETURNED)
    expired = connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
    for row in expired:
        step(connection, row, Action.EXPIRE, SERVICE, now, row["claimed_by"] or "", **UNCLAIMED)
    return len(expired)


def claim(
    connection: Connection, reviewer: str, now: datetime, lease_seconds: int, *, senior: bool = False
) -> str | None:
    """Hand the most urgent case to a reviewer; None when none waits for this person.

    A case the reviewer has skipped comes only when nothing else waits, and never one that they have given
    an opinion on.
    """
    return_expired(connection, now)
    skipped = exists().where(
        review_events.c.review_id == reviews.c.review_id,
        review_events.c.action == Action.SKIP,
        review_events.c.actor == reviewer,
    )
    row = _first(connection, reviewer, senior, ~skipped) or _first(connection, reviewer, senior)
    if row is None:
        return None
    step(connection, row, Action.CLAIM, reviewer, now, **held_by(reviewer, now, lease_seconds))
    return str(row["review_id"])


def _first(
    connection: Connection, reviewer: str, senior: bool, *conditions: ColumnElement[bool]
) -> RowMapping | None:
    """Lock the first case waiting for this person; one that somebody else is just taking is skipped."""
    query = select(reviews).where(reviews.c.state == ReviewState.WAITING, ~has_decided(reviewer), *conditions)
    if not senior:
        query = query.where(reviews.c.needs_senior.is_(False))
    ordered = query.order_by(*QUEUE_ORDER).limit(1).with_for_update(skip_locked=True, of=reviews)
    return connection.execute(ordered).mappings().one_or_none()


def has_decided(reviewer: str) -> ColumnElement[bool]:
    """A review on which this person's verdict stands."""
    return exists().where(
        verdicts.c.review_id == reviews.c.review_id,
        verdicts.c.reviewer == reviewer,
        verdicts.c.withdrawn_at.is_(None),
    )


def claim_this(
    connection: Connection,
    review_id: str,
    reviewer: str,
    now: datetime,
    lease_seconds: int,
    *,
    senior: bool = False,
) -> None:
    """Hand one particular case to a reviewer.

    Raises
    ------
    ReviewNotFoundError, ReviewConflictError
        When it is not waiting, waits for a senior, or this person has decided it before.
    """
    return_expired(connection, now)
    row = locked(connection, review_id)
    if row["needs_senior"] and not senior:
        raise ReviewConflictError("the case waits for a senior")
    mine = select(reviews.c.review_id).where(reviews.c.review_id == review_id, has_decided(reviewer))
    if row["state"] == ReviewState.WAITING and connection.execute(mine).first():
        raise ReviewConflictError("the case waits for somebody else's independent opinion")
    step(connection, row, Action.CLAIM, reviewer, now, **held_by(reviewer, now, lease_seconds))


def held(connection: Connection, reviewer: str, now: datetime) -> str | None:
    """Return the case a reviewer is working on, if any."""
    query = select(reviews.c.review_id).where(
        reviews.c.state == ReviewState.CLAIMED,
        reviews.c.claimed_by == reviewer,
        reviews.c.claimed_until > now,
    )
    return connection.execute(query.order_by(reviews.c.claimed_at).limit(1)).scalar_one_or_none()


def renew(
    connection: Connection, review_id: str, reviewer: str, now: datetime, lease_seconds: int
) -> datetime:
    """Lengthen a lease while the case is being looked at; returns its new end."""
    locked_if_held(connection, review_id, reviewer)
    until = now + timedelta(seconds=lease_seconds)
    connection.execute(update(reviews).where(reviews.c.review_id == review_id).values(claimed_until=until))
    return until


def release(connection: Connection, review_id: str, now: datetime, reviewer: str | None = None) -> None:
    """Give a claimed case back; with `reviewer`, only their own."""
    row = locked_if_held(connection, review_id, reviewer)
    step(connection, row, Action.RELEASE, reviewer or str(row["claimed_by"]), now, **UNCLAIMED)


def skip(connection: Connection, review_id: str, reviewer: str, reason: str, now: datetime) -> None:
    """Give a claimed case back and do not get it again while others wait."""
    row = locked_if_held(connection, review_id, reviewer)
    step(connection, row, Action.SKIP, reviewer, now, reason, **UNCLAIMED)


def escalate(connection: Connection, review_id: str, reviewer: str, reason: str, now: datetime) -> None:
    """Hand a claimed case up: only a senior gets it now, and their verdict is final."""
    row = locked_if_held(connection, review_id, reviewer)
    step(connection, row, Action.ESCALATE, reviewer, now, reason, needs_senior=True, **UNCLAIMED)


def cancel(connection: Connection, review_id: str, actor: str, reason: str, now: datetime) -> None:
    """Close a case that the platform has closed."""
    row = locked(connection, review_id)
    step(connection, row, Action.CANCEL, actor, now, reason, closed_at=now, claimed_until=None)


def supersede(connection: Connection, refund_id: str, at: datetime) -> None:
    """Close the open review of a request whose content has changed."""
    review_id = open_review_of(connection, refund_id)
    if review_id is not None:
        row, note = locked(connection, review_id), "the request has changed"
        step(connection, row, Action.SUPERSEDE, SERVICE, at, note, closed_at=at, claimed_until=None)


def open_review_of(connection: Connection, refund_id: str) -> str | None:
    """Return the open review of a request; there is one at most."""
    # In the very words of the partial index, or SQLite would walk through all open reviews instead.
    return connection.execute(
        select(reviews.c.review_id).where(reviews.c.refund_id == refund_id, IS_OPEN)
    ).scalar_one_or_none()


def backlog(connection: Connection) -> dict[str, tuple[int, datetime | None]]:
    """Return number and nearest deadline of the reviews in each open state; reads only the open ones."""
    rows = connection.execute(
        select(reviews.c.state, func.count(), func.min(reviews.c.respond_by))
        .where(reviews.c.state.in_(OPEN))
        .group_by(reviews.c.state)
    )
    found = {state: (count, respond_by) for state, count, respond_by in rows}
    return {str(state): found.get(state, (0, None)) for state in OPEN}
