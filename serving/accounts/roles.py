"""Roles of people and scopes of programs."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each may do what the one before may."""

    REVIEWER = "reviewer"
    SENIOR = "senior"
    ADMIN = "admin"

    @property
    def is_senior(self) -> bool:
        """Tell whether cases handed up may be decided, and decided ones reopened or cancelled."""
        return self is not Role.REVIEWER


class Scope(StrEnum):
    """What a program's key opens: the queue, scoring and outcomes, or the model's operation."""

    REVIEW = "review"
    SCORE = "score"
    OPERATE = "operate"
