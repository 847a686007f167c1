"""One step of a review: the only place that writes a state, and its event in the same transaction.

The row is locked (PostgreSQL: FOR UPDATE; SQLite: the transaction holds the write lock from its start) and
changed under the condition that it still is what was read.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from serving.review.states import TRANSITIONS, Action, ReviewState
from serving.review.tables import review_events, reviews

SERVICE = "service"
"""Actor of the steps that nobody asked for."""


class ReviewNotFoundError(Exception):
    """There is no review with this id."""


class ReviewConflictError(Exception):
    """The review is not in the state this step needs; reload it and look again."""


UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_at": None, "claimed_until": None}


def held_by(reviewer: str, now: datetime, lease_seconds: int) -> dict[str, Any]:
    """Values of a review that a reviewer holds from now on."""
    until = now + timedelta(seconds=lease_seconds)
    return {"claimed_by": reviewer, "claimed_at": now, "claimed_until": until}


def locked(connection: Connection, review_id: str) -> RowMapping:
    """Lock a review for the rest of the transaction and return it.

    Raises
    ------
    ReviewNotFoundError
        When there is none.
    """
    query = select(reviews).where(reviews.c.review_id == review_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise ReviewNotFoundError(ReviewNotFoundError.__doc__)
    return row


def locked_if_held(connection: Connection, review_id: str, reviewer: str | None) -> RowMapping:
    """Lock a review that is claimed, by `reviewer` where one is named.

    A lease that has run out still holds as long as nobody has returned the case: the work is not lost.

    Raises
    ------
    ReviewNotFoundError, ReviewConflictError
        When there is none, or it is not held so.
    """
    row = locked(connection, review_id)
    if row["state"] != ReviewState.CLAIMED:
        raise ReviewConflictError(WHY_NOT_HELD[row["state"]])
    if reviewer is not None and row["claimed_by"] != reviewer:
        raise ReviewConflictError("the case is claimed by somebody else")
    return row


WHY_NOT_HELD = {
    ReviewState.WAITING: "the case is waiting again (its lease ran out or it was given back): claim it first",
    ReviewState.DECIDED: "the case is decided already",
    ReviewState.SUPERSEDED: "the buyer has changed the request: this case is superseded by a newer one",
    ReviewState.CANCELLED: "the platform has closed the request: this case is cancelled",
}


def step(
    connection: Connection,
    row: RowMapping,
    action: Action,
    actor: str,
    now: datetime,
    note: str = "",
    **values: Any,
) -> None:
    """Take one step with a locked review.

    Raises
    ------
    ReviewConflictError
        When the transition table does not allow it from here.
    """
    sources, target = TRANSITIONS[action]
    if row["state"] not in sources:
        raise ReviewConflictError(f"a case that is {row['state']} cannot take the step '{action}'")
    changed = connection.execute(
        update(reviews)
        # The version too: whoever got here first has moved it on, and this step changes nothing.
        .where(
            reviews.c.review_id == row["review_id"],
            reviews.c.state == row["state"],
            reviews.c.version == row["version"],
        )
        .values(state=target, version=row["version"] + 1, **values)
    ).rowcount
    if changed != 1:
        raise ReviewConflictError(ReviewConflictError.__doc__)
    connection.execute(
        insert(review_events).values(
            review_id=row["review_id"],
            action=action,
            from_state=row["state"],
            to_state=target,
            actor=actor,
            at=now,
            note=note,
        )
    )
