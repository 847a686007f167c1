"""Storing outcomes: the same report twice is one, a changed one is refused."""

import uuid
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, and_, select

from serving.outcomes.schemas import OutcomeBody, OutcomeOut
from serving.outcomes.tables import outcomes
from serving.scoring.tables import triages


class UnknownRefundError(Exception):
    """No request with this refund_id was ever judged here."""


class OutcomeConflictError(Exception):
    """This source has reported another outcome of the same moment; a correction carries a later `at`."""


def store_outcome(connection: Connection, body: OutcomeBody, now: datetime) -> OutcomeOut:
    """Store what really happened to a refund.

    Raises
    ------
    UnknownRefundError, OutcomeConflictError
        See their texts.
    """
    known = connection.execute(
        select(triages.c.triage_id).where(triages.c.refund_id == body.refund_id).limit(1)
    ).first()
    if known is None:
        raise UnknownRefundError(UnknownRefundError.__doc__)
    row: dict[str, Any] = {
        "outcome_id": str(uuid.uuid4()),
        "refund_id": body.refund_id,
        "fault": body.fault,
        "resolution": body.resolution,
        "source": body.source,
        "at": body.at,
        "received_at": now,
    }
    # Two reports at the same instant: the second inserts nothing and then reads the first's row.
    # The other database's dialect is not imported: 2 MB and a thirtieth of a server's start.
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    is_new = connection.execute(dialect.insert(outcomes).values(row).on_conflict_do_nothing()).rowcount == 1
    key = ("refund_id", "source", "at")
    stored = connection.execute(
        select(outcomes).where(and_(*(outcomes.c[name] == row[name] for name in key)))
    ).one()
    if (stored.fault, stored.resolution) != (body.fault, body.resolution):
        raise OutcomeConflictError(OutcomeConflictError.__doc__)
    return OutcomeOut(
        outcome_id=stored.outcome_id,
        refund_id=body.refund_id,
        is_new=is_new,
        received_at=stored.received_at,
    )
