"""What the reports count about people: who decides how much, how fast, and how far two of them agree."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from statistics import median
from typing import Any

from sqlalchemy import Connection, select

from model.taxonomy import FAULT_LABELS
from serving.review.report import Report
from serving.review.statistics import kappa
from serving.review.tables import reviews, verdicts
from serving.review.weeks import week_starts


def reviewers(connection: Connection, now: datetime) -> Report:
    """Count what each reviewer decided, how fast, and how often their word was the outcome."""
    start = week_starts(now)[0]
    is_outcome = reviews.c.outcome_verdict_id.is_not(None)
    outcome = verdicts.alias("outcome")
    by_name: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(
        select(verdicts.c.reviewer, verdicts.c.fault, verdicts.c.seconds_spent, verdicts.c.created_at)
        .add_columns(outcome.c.fault.label("final"), is_outcome.label("closed"))
        .join(reviews, reviews.c.review_id == verdicts.c.review_id)
        .outerjoin(outcome, outcome.c.verdict_id == reviews.c.outcome_verdict_id)
        .where(verdicts.c.created_at >= start, verdicts.c.withdrawn_at.is_(None))
    ):
        by_name[row.reviewer].append(row)
    rows = []
    for name, given in sorted(by_name.items(), key=lambda item: -len(item[1])):
        days = len({row.created_at.date() for row in given})
        seconds = [row.seconds_spent for row in given if row.seconds_spent is not None]
        upheld = [row.fault == row.final for row in given if row.closed]
        share = sum(upheld) / len(upheld) if upheld else None
        rows.append((name, len(given), len(given) / days, median(seconds) if seconds else None, share))
    columns = ("reviewer", "verdicts", "per_day", "median_seconds", "upheld")
    return Report(name="reviewers", columns=columns, rows=rows)


def agreement(connection: Connection, now: datetime) -> Report:
    """Compare the first two, independent opinions of each pair of people, over all and per category."""
    start = week_starts(now)[0]
    by_review: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.execute(
        select(verdicts.c.review_id, verdicts.c.reviewer, verdicts.c.fault)
        .join(reviews, reviews.c.review_id == verdicts.c.review_id)
        .where(
            reviews.c.verdicts_needed > 1,
            verdicts.c.opinion <= 2,
            verdicts.c.withdrawn_at.is_(None),
            verdicts.c.created_at >= start,
        )
        .order_by(verdicts.c.review_id, verdicts.c.opinion)
    ):
        by_review[row.review_id].append((row.reviewer, row.fault))
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for opinions in by_review.values():
        for (left, left_fault), (right, right_fault) in combinations(sorted(opinions), 2):
            pairs[left, right].append((left_fault, right_fault))
    rows: list[tuple[Any, ...]] = []
    for (left, right), faults in sorted(pairs.items()):
        rows.append((left, right, "all", len(faults), _agreed(faults), kappa(faults)))
        for name in FAULT_LABELS:
            named = [pair for pair in faults if name in pair]
            if named:
                # One category against the rest, over all cases the two had in common.
                one_or_other = [(str(a == name), str(b == name)) for a, b in faults]
                rows.append((left, right, name, len(named), _agreed(named), kappa(one_or_other)))
    columns = ("reviewer", "other_reviewer", "fault", "cases", "agreed", "kappa")
    return Report(name="agreement", columns=columns, rows=rows)


def _agreed(pairs: Sequence[tuple[str, str]]) -> float:
    return sum(left == right for left, right in pairs) / len(pairs)
