"""Answers are stored before they are sent: races, poison, and many at once."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from serving.database import make_engine, migrate, reading
from serving.review.tables import reviews
from serving.scoring import group_commit
from serving.scoring.group_commit import GroupCommit
from serving.scoring.store import Case, StoredAnswer, store_cases
from serving.scoring.tables import triages

sys.path.insert(0, str(Path(__file__).parent))
import postgres


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL started for this module."""
    folder = postgres.programs()
    if folder is None:
        pytest.skip(postgres.MISSING)
    yield from postgres.run_postgres(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A fresh database of either kind."""
    url = f"sqlite:///{tmp_path / 'cases.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    migrate(url)
    engine = make_engine(url)
    yield engine
    if request.param == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def count(engine: Engine, table: Any) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def store_all(engine: Engine, cases: list[Case], max_cases: int = 256) -> tuple[list[Any], list[int]]:
    """Store cases at once through one group commit; returns answers (or errors) and commit sizes."""
    commits = GroupCommit(engine, max_cases)
    sizes: list[int] = []
    commits.on_commit = sizes.append

    async def run() -> list[Any]:
        waiting = [asyncio.ensure_future(commits.store(case)) for case in cases]
        await asyncio.sleep(0)
        commits.start()
        return await asyncio.gather(*waiting, return_exceptions=True)

    try:
        return asyncio.run(run()), sizes
    finally:
        commits.stop()


def test_requests_that_wait_together_share_a_commit(engine: Engine, make_case: Callable[..., Case]) -> None:
    answers, sizes = store_all(engine, [make_case(f"R{n}") for n in range(100)], max_cases=60)
    assert all(isinstance(answer, StoredAnswer) and answer.is_new for answer in answers)
    assert sizes == [60, 40]
    assert count(engine, triages) == 100


def test_a_poisoned_case_fails_alone(engine: Engine, make_case: Callable[..., Case]) -> None:
    cases = [make_case(f"R{n}") for n in range(5)]
    poisoned = replace(cases[2], received_at=cases[2].received_at.replace(tzinfo=None))
    answers, _ = store_all(engine, [*cases[:2], poisoned, *cases[3:]])
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, True, False, False]
    assert count(engine, triages) == 4


def test_a_content_that_changes_later_supersedes_the_waiting_case(
    engine: Engine, make_case: Callable[..., Case]
) -> None:
    store_all(engine, [make_case("R0")])
    answers, _ = store_all(engine, [make_case("R0", text="换了一段文字")])
    assert [type(answer) for answer in answers] == [StoredAnswer]
    with reading(engine) as connection:
        states = connection.execute(select(reviews.c.state)).scalars().all()
    assert sorted(states) == ["superseded", "waiting"]


def test_a_case_that_breaks_a_constraint_fails_alone_with_its_own_error(
    engine: Engine, make_case: Callable[..., Case]
) -> None:
    """The first case supersedes a waiting one, so statements are on their way when the error comes."""
    before = [make_case(f"R{n}") for n in range(2)]
    store_all(engine, before)
    changed = make_case("R0", text="换了一段文字")
    taken = replace(
        make_case("R5"),
        triage=msgspec.structs.replace(make_case("R5").triage, triage_id=before[1].triage.triage_id),
    )
    answers, _ = store_all(engine, [changed, taken, make_case("R6")])
    assert [type(answer) for answer in answers] == [StoredAnswer, IntegrityError, StoredAnswer]
    assert count(engine, triages) == 4


def test_the_same_request_in_one_batch_is_one_case(engine: Engine, make_case: Callable[..., Case]) -> None:
    answers, _ = store_all(engine, [make_case("R1") for _ in range(20)])
    assert len({answer.body for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1
    assert count(engine, triages) == count(engine, reviews) == 1


def test_many_threads_posting_one_request_make_one_case(
    engine: Engine, make_case: Callable[..., Case]
) -> None:
    together, bodies = threading.Barrier(8), []

    def post() -> None:
        together.wait()
        for number in range(10):
            with engine.begin() as connection:
                [answer] = store_cases(connection, [make_case(f"R{number}")])
            bodies.append((number, answer.body))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 80
    assert len(set(bodies)) == 10
    assert count(engine, triages) == count(engine, reviews) == 10


def test_changed_content_makes_a_revision_and_one_review_waits(
    engine: Engine, make_case: Callable[..., Case]
) -> None:
    answers, _ = store_all(engine, [make_case("R1", text) for text in ("？？？", "？！", "？！", "……")])
    assert [answer.is_new for answer in answers] == [True, True, False, True]
    assert count(engine, triages) == 3
    with reading(engine) as connection:
        states = connection.execute(select(reviews.c.state)).scalars().all()
    assert list(states).count("waiting") == 1


def test_a_database_that_does_not_answer_is_asked_once(
    engine: Engine, make_case: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(*_: object) -> None:
        asked.append(1)
        raise OperationalError("BEGIN", {}, Exception("gone"))

    monkeypatch.setattr(group_commit, "store_cases", refuse)
    answers, _ = store_all(engine, [make_case(f"R{n}") for n in range(20)])
    assert all(isinstance(answer, OperationalError) for answer in answers)
    assert len(asked) == 1
