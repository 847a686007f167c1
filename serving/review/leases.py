"""Leases that run out come back by themselves, also when nobody claims: whoever looks puts them back."""

from collections.abc import Iterator

from fastapi import Request
from sqlalchemy import Connection, Engine, select

from serving.database import reading
from serving.review.queue import has_expired, return_expired
from serving.review.tables import reviews
from serving.scoring.service import now_utc


def current_queue(request: Request) -> Iterator[Connection]:
    """Give a read-only transaction on a queue without leases that are over."""
    engine: Engine = request.app.state.engine
    now = now_utc()
    with reading(engine) as connection:
        stale = connection.execute(select(reviews.c.review_id).where(has_expired(now)).limit(1)).first()
    if stale is not None:
        with engine.begin() as connection:
            return_expired(connection, now)
    with reading(engine) as connection:
        yield connection
