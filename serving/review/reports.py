"""What the reports count: how much is automated and how rightly, why people are asked, where to act."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, case, cast, func, or_, select

from model.taxonomy import ReviewReason
from serving.review.report import Report
from serving.review.reports_on_people import agreement, reviewers
from serving.review.states import OPEN, ReviewKind
from serving.review.statistics import wilson_interval
from serving.review.tables import reviews, verdicts
from serving.review.weeks import week_name, week_of, week_starts
from serving.scoring.tables import triages

HOT_RATIO = 2.0
HOT_CASES = 5
"""A SKU or courier is hot from this many cases in this week, if that is this many times its normal."""


def automation(connection: Connection, now: datetime) -> Report:
    """Count per week what was automated and, from the audits, how much of it wrongly."""
    starts = week_starts(now)
    week = week_of(triages.c.created_at, starts).label("week")
    automated = func.sum(case((triages.c.route == "auto", 1), else_=0))
    counted = {
        row.week: (row.total, row.automated)
        for row in connection.execute(
            select(week, func.count().label("total"), automated.label("automated"))
            .where(triages.c.created_at >= starts[0])
            .group_by(week)
        )
    }
    wrong = func.sum(case((verdicts.c.fault != triages.c.fault, 1), else_=0))
    audits = {
        row.week: (row.total, row.wrong)
        for row in connection.execute(
            select(week, func.count().label("total"), wrong.label("wrong"))
            .select_from(reviews)
            .join(triages, triages.c.triage_id == reviews.c.triage_id)
            .join(verdicts, verdicts.c.verdict_id == reviews.c.outcome_verdict_id)
            .where(reviews.c.kind == ReviewKind.AUDIT, triages.c.created_at >= starts[0])
            .group_by(week)
        )
    }
    rows = []
    for number, start in enumerate(starts):
        total, auto = counted.get(number, (0, 0))
        audited, mistaken = audits.get(number, (0, 0))
        low, high = wilson_interval(mistaken, audited)
        rate = mistaken / audited if audited else None
        share = auto / total if total else None
        rows.append((week_name(start), total, auto, share, audited, mistaken, rate, low, high))
    columns = ("week", "cases", "automated", "automation_rate", "audited", "wrong")
    return Report(name="automation", columns=(*columns, "wrongly_automated_rate", "low", "high"), rows=rows)


def reasons(connection: Connection, now: datetime) -> Report:
    """Count per week why people were asked; a case may have several reasons."""
    starts = week_starts(now)
    week = week_of(reviews.c.created_at, starts).label("week")
    as_text = cast(reviews.c.reasons, Text).label("reasons")
    counted: Counter[tuple[str, int]] = Counter()
    for row in connection.execute(
        select(week, as_text, func.count().label("total"))
        .where(reviews.c.created_at >= starts[0], reviews.c.kind == ReviewKind.CASE)
        .group_by(week, as_text)
    ):
        for reason in json.loads(row.reasons):
            counted[reason, row.week] += row.total
    present = [str(reason) for reason in ReviewReason if any(key[0] == reason for key in counted)]
    rows = [(reason, *(counted[reason, n] for n in range(len(starts)))) for reason in present]
    return Report(name="reasons", columns=("reason", *map(week_name, starts)), rows=rows)


def hotspots(connection: Connection, now: datetime) -> Report:
    """Find SKUs and couriers with many more cases of one fault this week than in their normal week."""
    rows = []
    for kind, column in (("sku", triages.c.sku_id), ("courier", triages.c.courier)):
        for name, faults in _faults_by_week(connection, column, week_starts(now)).items():
            this_week = sum(weeks[-1] for weeks in faults.values())
            for fault, weeks in faults.items():
                normal = sum(weeks[:-1]) / (len(weeks) - 1)
                # Compared with at least one case a week: 5 after none at all is not infinitely many times.
                ratio = weeks[-1] / max(normal, 1.0)
                if weeks[-1] >= HOT_CASES and ratio >= HOT_RATIO:
                    rows.append((kind, name, fault, weeks[-1], normal, ratio, weeks[-1] / this_week))
    rows.sort(key=lambda row: -row[3] * row[5])
    columns = ("kind", "name", "fault", "this_week", "normal_week", "ratio", "share_of_its_cases")
    return Report(name="hotspots", columns=columns, rows=rows)


def _faults_by_week(
    connection: Connection, column: Any, starts: Sequence[datetime]
) -> dict[str, dict[str, list[int]]]:
    """Count cases per name, fault and week; a person's verdict counts before the model's answer."""
    week = week_of(triages.c.created_at, starts).label("week")
    fault = func.coalesce(verdicts.c.fault, triages.c.fault).label("fault")
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * len(starts)))
    for row in connection.execute(
        select(column.label("name"), fault, week, func.count().label("total"))
        .select_from(triages)
        .outerjoin(reviews, reviews.c.triage_id == triages.c.triage_id)
        .outerjoin(verdicts, verdicts.c.verdict_id == reviews.c.outcome_verdict_id)
        .where(triages.c.created_at >= starts[0], column.is_not(None))
        .group_by(column, fault, week)
    ):
        found[row.name][row.fault][row.week] = row.total
    return found


def deadlines(connection: Connection, now: datetime) -> Report:
    """Count per week the cases whose deadline fell in it, and those that nobody had decided by then."""
    starts = week_starts(now)
    week = week_of(reviews.c.respond_by, starts).label("week")
    missed = or_(reviews.c.closed_at > reviews.c.respond_by, reviews.c.state.in_(OPEN))
    counted = {
        row.week: (row.total, row.missed)
        for row in connection.execute(
            select(week, func.count().label("total"), func.sum(case((missed, 1), else_=0)).label("missed"))
            .where(
                and_(reviews.c.respond_by >= starts[0], reviews.c.respond_by < now),
                reviews.c.kind == ReviewKind.CASE,
                reviews.c.state != "superseded",
            )
            .group_by(week)
        )
    }
    rows = []
    for number, start in enumerate(starts):
        total, late = counted.get(number, (0, 0))
        rows.append((week_name(start), total, late, late / total if total else None))
    return Report(name="deadlines", columns=("week", "due", "missed", "missed_share"), rows=rows)


REPORTS = {
    report.__name__: report for report in (automation, reasons, hotspots, reviewers, agreement, deadlines)
}
