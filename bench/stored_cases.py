"""Filling a database with cases that look like those a shop has after a year."""

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from model.request import TriageRequest
from model.triage import Triage
from serving.champion import Champion
from serving.database import driver_of, make_engine
from serving.review.intake import review_row
from serving.review.sampling import SHIPPED
from serving.review.tables import review_events, reviews, verdicts
from serving.schema import is_ready
from serving.scoring.service import answer, new_id
from serving.scoring.statements import RowInsert
from serving.scoring.store import INSERT_TRIAGES, Case, triage_row
from training.labeled_data import read_folder

CHUNK = 10_000
N_TEMPLATES = 500
OPEN_CASES = 5_000
"""The newest review cases still wait for a person; the older ones are decided, each by one verdict."""

REVIEW = [
    *("review_id", "triage_id", "refund_id", "state", "kind", "sampling_probability", "reasons", "rank"),
    *("respond_by", "fault_guess", "confidence", "shop_id", "blind", "verdicts_needed", "created_at"),
    *("closed_at", "outcome_verdict_id"),
]
VERDICT = ["verdict_id", "review_id", "reviewer", "fault", "resolution", "note", "created_at"]
EVENT = ["review_id", "action", "from_state", "to_state", "actor", "at", "note"]

INSERT_REVIEWS = RowInsert(reviews, REVIEW)
INSERT_VERDICTS = RowInsert(verdicts, VERDICT)
INSERT_EVENTS = RowInsert(review_events, EVENT)

Judged = tuple[TriageRequest, Triage]


def fill(url: str, models: Path, n_cases: int) -> dict[str, int]:
    """Store cases as the service would have, but judge few and copy them; returns the rows of each table."""
    engine = make_engine(url)
    if not is_ready(engine):
        raise RuntimeError(f"{url} holds another schema")
    templates = judged(models)
    dice, first = random.Random(7), datetime.now(UTC) - timedelta(days=365)
    counts = dict.fromkeys(("triages", "reviews", "verdicts"), 0)
    with engine.connect() as connection:
        # Nobody would miss a database that is lost while it is being filled.
        if connection.dialect.name == "sqlite":
            driver_of(connection).execute("PRAGMA synchronous=OFF")
            driver_of(connection).execute("PRAGMA cache_size=-1000000")
        else:
            with connection.begin():
                connection.exec_driver_sql("SET synchronous_commit TO off")
        cases = itertools.islice(zip(itertools.count(), itertools.cycle(templates), strict=False), n_cases)
        while chunk := list(itertools.islice(cases, CHUNK)):
            made = [
                made_case(case, f"{dice.getrandbits(48):012x}-{n}", first + timedelta(seconds=31 * n))
                for n, case in chunk
            ]
            with connection.begin():
                is_open = n_cases - chunk[-1][0] <= OPEN_CASES
                for table, n in _store(connection, made, is_open=is_open).items():
                    counts[table] += n
    engine.dispose()
    return counts


def judged(models: Path) -> list[Judged]:
    """Judge some labelled requests with the champion: the rest of the cases are copies of these."""
    judgement = Champion(models, None).load()
    rows = read_folder()
    requests = [row.request for row in rows[:: max(len(rows) // N_TEMPLATES, 1)]]
    return [(request, answer(request, judgement, datetime.now(UTC))) for request in requests]


def made_case(case: Judged, refund_id: str, at: datetime) -> tuple[TriageRequest, Triage, datetime]:
    """Copy a judged request under ids of its own."""
    request, triage = case
    review = triage.review and msgspec.structs.replace(triage.review, review_id=new_id())
    return (
        msgspec.structs.replace(request, refund_id=refund_id),
        msgspec.structs.replace(triage, refund_id=refund_id, triage_id=new_id(), review=review),
        at,
    )


def _store(
    connection: Connection, cases: Sequence[tuple[TriageRequest, Triage, datetime]], *, is_open: bool
) -> dict[str, int]:
    INSERT_TRIAGES.execute(connection, [_triage_row(*case) for case in cases])
    rows = [row for case in cases if (row := review_row(*case, SHIPPED)) is not None]
    decided = [] if is_open else [_verdict(row) for row in rows]
    for row in rows:
        row |= {"closed_at": None, "outcome_verdict_id": None}
    for row, verdict in zip(rows, decided, strict=False):
        row |= {
            "state": "decided",
            "closed_at": verdict["created_at"],
            "outcome_verdict_id": verdict["verdict_id"],
        }
    INSERT_REVIEWS.execute(connection, rows)
    INSERT_VERDICTS.execute(connection, decided)
    INSERT_EVENTS.execute(connection, list(_events(rows)))
    return {"triages": len(cases), "reviews": len(rows), "verdicts": len(decided)}


def _triage_row(request: TriageRequest, triage: Triage, at: datetime) -> dict[str, Any]:
    case = Case(request=request, triage=triage, received_at=at)
    return triage_row(case, 1, "0" * 64, msgspec.json.encode(request), msgspec.json.encode(triage))


def _verdict(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "verdict_id": new_id(),
        "review_id": row["review_id"],
        "reviewer": "bench",
        "fault": row["fault_guess"] or "quality",
        "resolution": None,
        "note": "",
        "created_at": row["created_at"] + timedelta(hours=2),
    }


def _events(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        event = {"review_id": row["review_id"], "actor": "service", "note": "", "from_state": None}
        yield event | {"action": "add", "to_state": "waiting", "at": row["created_at"]}
        if row["closed_at"] is not None:
            yield event | {
                "action": "decide",
                "from_state": "claimed",
                "to_state": "decided",
                "actor": "bench",
                "at": row["closed_at"],
            }
