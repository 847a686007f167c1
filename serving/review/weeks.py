"""The weeks of a report, as ranges and as a column to group by."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, literal

from serving.pages import BEIJING

N_WEEKS = 8


def week_starts(now: datetime, count: int = N_WEEKS) -> list[datetime]:
    """Return the Mondays, 00:00 in Beijing, of the last weeks, oldest first; the last is this week's."""
    local = now.astimezone(BEIJING)
    monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return [monday - timedelta(weeks=back) for back in reversed(range(count))]


def week_of(column: ColumnElement[datetime], starts: Sequence[datetime]) -> ColumnElement[Any]:
    """Return the number of the week a moment lies in, the same on both databases."""
    conditions = [
        (column >= literal(start, column.type), number) for number, start in reversed(list(enumerate(starts)))
    ]
    return case(*conditions)


def week_name(start: datetime) -> str:
    """Write a week by its Monday."""
    return start.strftime("%m-%d")
