"""How much time is left, in words and in a class for the colour."""

from datetime import datetime
from typing import NamedTuple

SOON_SECONDS = 2 * 3600
TODAY_SECONDS = 12 * 3600


class Deadline(NamedTuple):
    """`urgency` is overdue, soon, today or later; `hours` and `minutes` are left, or past when overdue."""

    urgency: str
    days: int
    hours: int
    minutes: int
    at: datetime


def deadline(respond_by: datetime, now: datetime) -> Deadline:
    """Tell how far away a deadline is."""
    seconds = (respond_by - now).total_seconds()
    if seconds < 0:
        urgency = "overdue"
    elif seconds < SOON_SECONDS:
        urgency = "soon"
    elif seconds < TODAY_SECONDS:
        urgency = "today"
    else:
        urgency = "later"
    minutes = int(abs(seconds) // 60)
    return Deadline(urgency, minutes // 1440, minutes // 60 % 24, minutes % 60, respond_by)
