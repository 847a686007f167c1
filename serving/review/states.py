"""States of a review and the transitions allowed between them."""

from enum import StrEnum


class ReviewState(StrEnum):
    """Where a review stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


OPEN = (ReviewState.WAITING, ReviewState.CLAIMED)
"""States in which a person still has to decide."""
