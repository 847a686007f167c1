"""Storing past SQLAlchemy: what is written so reads back the same; errors and lost connections are told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from serving import schema
from serving.database import driver_of, make_engine, reading
from serving.review.intake import INSERT_REVIEWS
from serving.review.tables import reviews
from serving.scoring.group_commit import GroupCommit
from serving.scoring.statements import LATEST_REVISIONS, RowInsert, latest_revisions, transaction
from serving.scoring.store import INSERT_TRIAGES, Case
from serving.scoring.tables import triages

AT = datetime(2026, 11, 25, 18, 0, 0, 120_000, tzinfo=timezone(timedelta(hours=8)))
"""In Beijing, and not in full milliseconds of any kind."""

TRIAGE: dict[str, Any] = {
    "triage_id": "t1",
    "refund_id": "R'1; --",
    "revision": 1,
    "content_hash": "h",
    "request": '{"text":"杯子“碎”了\\n\\u0000"}',
    "answer": "{}",
    "model_version": "m",
    "policy_version": "p",
    "fault": "quality",
    "confidence": 0.1 + 0.2,
    "resolution": None,
    "route": "review",
    "shop_id": None,
    "sku_id": None,
    "courier": "顺丰",
    "created_at": AT,
}
REVIEW: dict[str, Any] = {
    "review_id": "r1",
    "triage_id": "t1",
    "refund_id": "R'1; --",
    "state": "waiting",
    "kind": "case",
    "sampling_probability": 1.0,
    "reasons": ["low_confidence", "“怪”"],
    "rank": -(2**40),
    "respond_by": AT,
    "fault_guess": None,
    "confidence": None,
    "shop_id": None,
    "blind": True,
    "verdicts_needed": 2,
    "created_at": AT,
}


@pytest.mark.parametrize(
    ("statement", "table", "row"), [(INSERT_TRIAGES, triages, TRIAGE), (INSERT_REVIEWS, reviews, REVIEW)]
)
def test_a_row_reads_back_as_if_sqlalchemy_had_written_it(
    engine: Engine, statement: RowInsert, table: Any, row: dict[str, Any]
) -> None:
    key = next(iter(table.primary_key)).name
    with engine.begin() as connection:
        if table is reviews:
            INSERT_TRIAGES.execute(connection, [TRIAGE])
        statement.execute(connection, [row])
        ours = dict(connection.execute(select(table)).mappings().one())
        connection.execute(table.delete())
        connection.execute(insert(table).values(row))
        theirs = dict(connection.execute(select(table)).mappings().one())
    assert ours == theirs
    assert {name: ours[name] for name in row} == row | {
        name: value.astimezone(UTC) for name, value in row.items() if isinstance(value, datetime)
    }
    assert ours[key] == row[key]


def test_a_moment_without_zone_is_refused(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(ValueError, match="without time zone"):
        INSERT_TRIAGES.execute(connection, [TRIAGE | {"created_at": AT.replace(tzinfo=None)}])


def test_a_broken_constraint_is_sqlalchemys_error_and_leaves_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(IntegrityError), transaction(connection):
            INSERT_TRIAGES.execute(connection, [TRIAGE | {"refund_id": "other"}, TRIAGE])
        with transaction(connection):
            assert latest_revisions(connection, ["other", TRIAGE["refund_id"]]) == {}


def test_the_newest_revision_is_found_among_many(engine: Engine) -> None:
    with engine.connect() as connection, transaction(connection):
        rows = [
            TRIAGE | {"triage_id": f"{name}{n}", "refund_id": name, "revision": n, "answer": f"{n}"}
            for name in ("a", "b", "c")
            for n in (1, 2, 10)
        ]
        INSERT_TRIAGES.execute(connection, rows)
        found = latest_revisions(connection, ["a", "c", "nobody"])
    assert found == {"a": (10, "h", "10"), "c": (10, "h", "10")}


def test_revisions_are_looked_up_in_an_index_even_while_the_table_is_small(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite plans every statement once and has no such choice")
    query = "EXPLAIN " + LATEST_REVISIONS["postgresql"].replace("%s", "'[\"a\"]'")
    with reading(engine) as connection:
        plan = "\n".join(connection.execute(text(query.replace(":", "\\:"))).scalars())
    assert "uq_triages_refund_id_revision" in plan
    assert "Seq Scan" not in plan


def test_a_lost_connection_is_made_again_and_the_case_is_stored(
    engine: Engine, make_case: Callable[[str], Case]
) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("a file cannot hang up")
    commits = GroupCommit(engine, 10)
    commits._store([make_case("R1")])
    with engine.connect() as admin:
        admin.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        )
    [answer] = commits._store([make_case("R2")])
    assert answer.is_new
    commits.start()
    commits.stop()
    with reading(engine) as connection:
        assert set(connection.scalars(select(triages.c.refund_id))) == {"R1", "R2"}


def test_a_file_that_somebody_else_locks_fails_one_commit_and_not_the_next(
    tmp_path: Path, make_case: Callable[[str], Case]
) -> None:
    url = f"sqlite:///{tmp_path / 'cases.sqlite'}"
    engine = make_engine(url)
    assert schema.is_ready(engine)
    commits = GroupCommit(engine, 10)
    commits._store([make_case("R1")])
    assert commits._connection is not None
    driver_of(commits._connection).execute("PRAGMA busy_timeout=20")
    with engine.begin(), pytest.raises(OperationalError):
        commits._store([make_case("R2")])
    [answer] = commits._store([make_case("R3")])
    assert answer.is_new
    commits.start()
    commits.stop()
    engine.dispose()
