"""Reading the queue: lists, counts, one case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Text, cast, func, literal, select, tuple_

from serving.review.queue import QUEUE_ORDER
from serving.review.states import ReviewState
from serving.review.steps import ReviewNotFoundError
from serving.review.tables import review_events, reviews
from serving.scoring.tables import triages

Place = tuple[int, datetime, str]
"""Where a page of the list ended: rank, deadline, id."""

COUNTED_UP_TO = 10_000
"""Counting stops here, so that the list page costs the same however long the queue has become."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the list shows; None shows all."""

    state: ReviewState | None = None
    fault: str | None = None
    reason: str | None = None
    shop_id: str | None = None
    created_before: datetime | None = None

    def apply(self, query: Select[Any]) -> Select[Any]:
        """Narrow a query over reviews."""
        if self.state is not None:
            query = query.where(reviews.c.state == self.state)
        if self.fault is not None:
            query = query.where(reviews.c.fault_guess == self.fault)
        if self.reason is not None:
            # A blind case shows no reasons, so none may find it. Codes hold no wildcard or quote.
            has_reason = cast(reviews.c.reasons, Text).contains(f'"{self.reason}"', autoescape=True)
            query = query.where(has_reason, reviews.c.blind.is_(False))
        if self.shop_id is not None:
            query = query.where(reviews.c.shop_id == self.shop_id)
        if self.created_before is not None:
            query = query.where(reviews.c.created_at <= self.created_before)
        return query


def page(connection: Connection, filters: Filters, limit: int, after: Place | None) -> Sequence[RowMapping]:
    """Return the next reviews in the queue's order, after `after`."""
    query = filters.apply(select(*CASE_COLUMNS).join(triages, triages.c.triage_id == reviews.c.triage_id))
    if after is not None:
        # Types taken from the columns: a bare moment would be compared as text on SQLite.
        values = [literal(value, column.type) for value, column in zip(after, QUEUE_ORDER, strict=True)]
        query = query.where(tuple_(*QUEUE_ORDER) > tuple_(*values))
    return connection.execute(query.order_by(*QUEUE_ORDER).limit(limit)).mappings().all()


CASE_COLUMNS = (
    reviews,
    triages.c.request,
    triages.c.answer,
    triages.c.model_version,
    triages.c.policy_version,
    triages.c.revision,
)


def get(connection: Connection, review_id: str) -> RowMapping:
    """Return a review with its request and answer.

    Raises
    ------
    ReviewNotFoundError
        When there is none.
    """
    query = select(*CASE_COLUMNS).join(triages, triages.c.triage_id == reviews.c.triage_id)
    row = connection.execute(query.where(reviews.c.review_id == review_id)).mappings().one_or_none()
    if row is None:
        raise ReviewNotFoundError(ReviewNotFoundError.__doc__)
    return row


def events_of(connection: Connection, review_id: str) -> Sequence[RowMapping]:
    """Return what happened to a review, oldest first."""
    query = select(review_events).where(review_events.c.review_id == review_id)
    return connection.execute(query.order_by(review_events.c.event_id)).mappings().all()


def counts(connection: Connection) -> dict[str, int]:
    """Return how many reviews are in each state, each counted up to `COUNTED_UP_TO`."""
    parts = [
        select(func.count())
        .select_from(select(literal(1)).where(reviews.c.state == state).limit(COUNTED_UP_TO).subquery())
        .scalar_subquery()
        .label(state)
        for state in ReviewState
    ]
    return dict(connection.execute(select(*parts)).mappings().one())


def shops(connection: Connection) -> Sequence[str]:
    """Return the shops that have cases waiting, for the list's filter."""
    waiting = select(reviews.c.shop_id).where(reviews.c.state == ReviewState.WAITING)
    first = waiting.order_by(*QUEUE_ORDER).limit(500).subquery()
    query = select(first.c.shop_id).where(first.c.shop_id.is_not(None)).distinct()
    return sorted(connection.execute(query).scalars())
