"""Many people at once: no case decided twice, none lost, none stuck."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import Engine, func, select

from serving.database import make_engine
from serving.review import queue, verdicts
from serving.review.states import ReviewState
from serving.review.tables import reviews
from serving.review.tables import verdicts as verdict_rows
from serving.review.verdicts import Shown, Verdict
from serving.scoring.service import now_utc

N_CASES = 96
N_THREADS = 16
N_PROCESSES = 3
SHOWN = Shown(model_version="m", policy_version="p", probabilities=None)


def work_until_empty(engine: Engine, reviewer: str) -> list[str]:
    """Claim and decide, each in its own transaction, until nothing waits."""
    decided: list[str] = []
    while True:
        with engine.begin() as connection:
            review_id = queue.claim(connection, reviewer, now_utc(), 600)
        if review_id is None:
            return decided
        verdict = Verdict(reviewer=reviewer, fault="quality", resolution="refund_only")
        with engine.begin() as connection:
            verdicts.decide(connection, review_id, verdict, SHOWN, now_utc())
        decided.append(review_id)


def work_in_process(url: str, name: str) -> None:
    engine = make_engine(url)
    work_until_empty(engine, name)
    engine.dispose()


def claim_and_hang(url: str, ready: "multiprocessing.synchronize.Event") -> None:
    """Claim one case, start deciding the next inside an open transaction, and never end it."""
    engine = make_engine(url)
    with engine.begin() as connection:
        queue.claim(connection, "victim", now_utc(), 1)
    with engine.begin() as connection:
        queue.claim(connection, "victim", now_utc(), 1)
        ready.set()
        time.sleep(600)


def assert_each_decided_once(engine: Engine, expected: int) -> None:
    with engine.begin() as connection:
        by_state = select(reviews.c.state, func.count()).group_by(reviews.c.state)
        states = connection.execute(by_state).all()
        per_review = (
            select(func.count(verdict_rows.c.verdict_id).label("n"))
            .group_by(verdict_rows.c.review_id)
            .subquery()
        )
        most = connection.execute(select(func.count(), func.max(per_review.c.n))).one()
    assert [tuple(row) for row in states] == [(ReviewState.DECIDED, expected)]
    assert tuple(most) == (expected, 1)


def add_cases(engine: Engine, add_case: Callable[..., str], count: int) -> None:
    with engine.begin() as connection:
        for number in range(count):
            add_case(connection, refund_amount_fen=number % 7)


def test_sixteen_threads_decide_every_case_exactly_once(engine: Engine, add_case: Callable[..., str]) -> None:
    add_cases(engine, add_case, N_CASES)
    with ThreadPoolExecutor(N_THREADS) as pool:
        parts = list(pool.map(lambda n: work_until_empty(engine, f"r{n}"), range(N_THREADS)))
    decided = [review_id for part in parts for review_id in part]
    assert len(decided) == len(set(decided)) == N_CASES
    assert_each_decided_once(engine, N_CASES)


def test_three_processes_decide_every_case_exactly_once(
    engine: Engine, database_url: str, add_case: Callable[..., str]
) -> None:
    add_cases(engine, add_case, N_CASES)
    spawn = multiprocessing.get_context("spawn")
    workers = [
        spawn.Process(target=work_in_process, args=(database_url, f"p{n}")) for n in range(N_PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    assert_each_decided_once(engine, N_CASES)


def test_the_cases_of_a_killed_claimer_come_back(
    engine: Engine, database_url: str, add_case: Callable[..., str]
) -> None:
    add_cases(engine, add_case, 4)
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    victim = spawn.Process(target=claim_and_hang, args=(database_url, ready))
    victim.start()
    assert ready.wait(60)
    assert victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)
    victim.join(60)
    with engine.begin() as connection:
        # Past the lease of the first case; the second was never committed and so never left the queue.
        queue.return_expired(connection, now_utc() + timedelta(seconds=2))
    assert len(work_until_empty(engine, "li")) == 4
    assert_each_decided_once(engine, 4)


def test_two_verdicts_at_the_same_moment_leave_one(engine: Engine, add_case: Callable[..., str]) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection)
        queue.claim(connection, "li", now_utc(), 600)

    def decide(fault: str) -> bool:
        verdict = Verdict(reviewer="li", fault=fault, resolution=None)
        try:
            with engine.begin() as connection:
                verdicts.decide(connection, review_id, verdict, SHOWN, now_utc())
        except verdicts.ReviewConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(decide, ["quality", "buyer_error"] * 4)) == 1
    assert_each_decided_once(engine, 1)
