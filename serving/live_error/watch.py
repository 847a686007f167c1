"""Reading the audit sample, demoting and restoring: every query of live error."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prometheus_client import Counter as Metric
from prometheus_client import Gauge
from sqlalchemy import Connection, Engine, case, func, insert, inspect, or_, select, update
from sqlalchemy.exc import IntegrityError

from model.bundle import Bundle
from model.taxonomy import FAULT_LABELS, FAULTS
from serving.database import make_engine, reading
from serving.live_error.demotion import LiveError, live_error, promised_rate
from serving.live_error.tables import demotions
from serving.review.tables import IS_AUDITED, reviews, verdicts
from serving.scoring.tables import triages

logger = logging.getLogger(__name__)

# Every process finds the same: the newest finding is everybody's, whoever made it.
DEMOTED = Gauge(
    "refund_triage_demoted",
    "1 while a category is demoted to review",
    ["category"],
    multiprocess_mode="mostrecent",
)
DEMOTIONS = Metric("refund_triage_demotions_total", "Categories demoted by this process", ["category"])
LOWER_BOUND = Gauge(
    "refund_triage_wrongly_automated_lower_bound",
    "Time-uniform 95 % lower bound of the wrongly-automated rate",
    ["category"],
    multiprocess_mode="mostrecent",
)


class NotDemotedError(Exception):
    """This category is not demoted."""


def read_live_error(connection: Connection, bundle: Bundle) -> list[LiveError]:
    """Count the audit verdicts on this model's automated answers, by category, since its last restoration."""
    # A person who restores a category has looked at the old verdicts: they count no more.
    restored = (
        select(demotions.c.category, func.max(demotions.c.restored_at).label("at"))
        .where(demotions.c.restored_at.is_not(None))
        .group_by(demotions.c.category)
        .subquery()
    )
    # Counted by the database: every verdict of a year, every few seconds, would be a quarter of a second.
    rows = connection.execute(
        select(
            triages.c.fault, func.count(), func.sum(case((verdicts.c.fault != triages.c.fault, 1), else_=0))
        )
        .join(reviews, reviews.c.triage_id == triages.c.triage_id)
        .join(verdicts, verdicts.c.verdict_id == reviews.c.outcome_verdict_id)
        .outerjoin(restored, restored.c.category == triages.c.fault)
        .where(
            IS_AUDITED,
            triages.c.model_version == bundle.model_version,
            verdicts.c.fault.in_(FAULT_LABELS),
            or_(restored.c.at.is_(None), verdicts.c.created_at > restored.c.at),
        )
        .group_by(triages.c.fault)
    )
    found = {fault: (audited, wrong) for fault, audited, wrong in rows}
    promise = promised_rate(bundle.operating_point)
    return [live_error(name, bundle.model_version, *found.get(name, (0, 0)), promise) for name in FAULTS]


def read_demoted(connection: Connection) -> frozenset[str]:
    """Return the categories that are demoted now."""
    rows = connection.execute(select(demotions.c.category).where(demotions.c.restored_at.is_(None)))
    return frozenset(rows.scalars())


def demoted_in(database_url: str) -> frozenset[str]:
    """Return the categories demoted in a service's database; none where there is no such database yet."""
    if database_url.startswith("sqlite") and not Path(database_url.removeprefix("sqlite:///")).is_file():
        return frozenset()
    engine = make_engine(database_url)
    try:
        with reading(engine) as connection:
            known = inspect(connection).has_table(demotions.name)
            return read_demoted(connection) if known else frozenset()
    finally:
        engine.dispose()


def read_demotions(connection: Connection) -> Sequence[dict[str, Any]]:
    """Return every demotion, newest first."""
    rows = connection.execute(select(demotions).order_by(demotions.c.demoted_at.desc()))
    return [dict(row) for row in rows.mappings()]


def watch(engine: Engine, bundle: Bundle, now: datetime) -> frozenset[str]:
    """Demote what breaks its promise; returns the categories that are demoted now."""
    with reading(engine) as connection:
        found = read_live_error(connection, bundle)
        demoted = read_demoted(connection)
    for error in found:
        LOWER_BOUND.labels(error.category).set(error.lower_bound)
        if error.breaks_promise and error.category not in demoted:
            _demote(engine, error, now)
    with reading(engine) as connection:
        demoted = read_demoted(connection)
    for category in FAULTS:
        DEMOTED.labels(category).set(category in demoted)
    return demoted


def _demote(engine: Engine, error: LiveError, now: datetime) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(
                insert(demotions).values(
                    demotion_id=str(uuid.uuid4()),
                    category=error.category,
                    model_version=error.model_version,
                    n_audited=error.n_audited,
                    n_wrong=error.n_wrong,
                    lower_bound=error.lower_bound,
                    promised_rate=error.promised_rate,
                    demoted_at=now,
                )
            )
    except IntegrityError:
        return  # another process was first
    DEMOTIONS.labels(error.category).inc()
    logger.warning(
        "%s is demoted to review: %d of %d audited answers were wrong",
        error.category,
        error.n_wrong,
        error.n_audited,
    )


def restore(connection: Connection, category: str, *, by: str, reason: str, now: datetime) -> None:
    """Let a demoted category be automated again; only a person does this.

    Raises
    ------
    NotDemotedError
        When the category is not demoted.
    """
    changed = connection.execute(
        update(demotions)
        .where(demotions.c.category == category, demotions.c.restored_at.is_(None))
        .values(restored_at=now, restored_by=by, reason=reason)
    )
    if changed.rowcount == 0:
        raise NotDemotedError(f"{category} is not demoted")
