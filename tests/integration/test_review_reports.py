"""The reports' figures on both databases, from cases whose figures are known."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, update

from serving.review import queue, verdicts
from serving.review.reports import REPORTS
from serving.review.sampling import Sampling
from serving.review.tables import reviews
from serving.review.verdicts import Shown, Verdict
from serving.scoring.tables import triages

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
AddCase = Callable[..., str]
SHOWN = Shown(model_version="m", policy_version="p", probabilities=None)


def decide_next(connection: Connection, reviewer: str, fault: str, at: datetime = NOW) -> None:
    review_id = queue.claim(connection, reviewer, at, 600, senior=True)
    assert review_id is not None
    verdict = Verdict(reviewer=reviewer, fault=fault, resolution=None, seconds_spent=8)
    verdicts.decide(connection, review_id, verdict, SHOWN, at)


def test_audits_give_the_rate_of_wrongly_automated_cases(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        for _ in range(4):
            add_case(connection, route="auto", sampling=Sampling(audit_share=1))
        add_case(connection, refund_amount_fen=9)
        decide_next(connection, "li", "quality")
        for fault in ("quality", "quality", "buyer_error"):
            decide_next(connection, "li", fault)
        report = REPORTS["automation"](connection, NOW)
    week = dict(zip(report.columns, report.rows[-1], strict=True))
    assert (week["cases"], week["automated"], week["automation_rate"]) == (5, 4, 0.8)
    assert (week["audited"], week["wrong"]) == (3, 1)
    assert week["wrongly_automated_rate"] == pytest.approx(1 / 3)
    assert 0 < week["low"] < 1 / 3 < week["high"] < 1


def test_reasons_are_counted_by_week(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        add_case(connection)
        old = add_case(connection)
        move = update(reviews).where(reviews.c.review_id == old)
        connection.execute(move.values(created_at=NOW - timedelta(weeks=2)))
        report = REPORTS["reasons"](connection, NOW)
    assert report.rows == [("low_confidence", 0, 0, 0, 0, 0, 1, 0, 1)]


def test_a_sku_with_many_more_cases_than_normal_is_hot(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        for number in range(7):
            add_case(connection, refund_id=f"old{number}", sku_id="8812")
        connection.execute(update(triages).values(created_at=NOW - timedelta(weeks=3)))
        for number in range(6):
            add_case(connection, refund_id=f"new{number}", sku_id="8812")
            add_case(connection, refund_id=f"some{number}", sku_id=f"other{number}")
        report = REPORTS["hotspots"](connection, NOW)
    assert report.rows == [("sku", "8812", "quality", 6, 1.0, 6.0, 1.0)]


def test_agreement_is_shown_per_pair_and_category(engine: Engine, add_case: AddCase) -> None:
    two = Sampling(audit_share=0, blind_share=0, second_opinion_share=1)
    with engine.begin() as connection:
        for left, right in (
            ("quality", "quality"),
            ("buyer_error", "buyer_error"),
            ("quality", "buyer_error"),
        ):
            add_case(connection, sampling=two)
            decide_next(connection, "li", left)
            decide_next(connection, "wang", right)
        report = REPORTS["agreement"](connection, NOW)
        by_fault = {row[2]: row for row in report.rows}
        people = REPORTS["reviewers"](connection, NOW).rows
    assert by_fault["all"][:5] == ("li", "wang", "all", 3, pytest.approx(2 / 3))
    assert by_fault["all"][5] == pytest.approx(0.4)
    assert by_fault["quality"][3:5] == (2, 0.5)
    assert [row[:2] for row in people] == [("li", 3), ("wang", 3)]
    assert {row[3] for row in people} == {8}


def test_a_deadline_is_missed_when_nobody_decides_before_it(engine: Engine, add_case: AddCase) -> None:
    soon = NOW - timedelta(hours=1)
    with engine.begin() as connection:
        add_case(connection, respond_by=soon, refund_amount_fen=2)
        add_case(connection, respond_by=soon, refund_amount_fen=1)
        add_case(connection, respond_by=NOW + timedelta(days=9))
        decide_next(connection, "li", "quality", soon - timedelta(minutes=5))
        report = REPORTS["deadlines"](connection, NOW)
    assert report.rows[-1][1:] == (2, 1, 0.5)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_of_an_empty_queue_is_made(engine: Engine, name: str) -> None:
    with engine.begin() as connection:
        assert REPORTS[name](connection, NOW).columns
