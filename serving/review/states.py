"""States of a review, the steps between them, and what a verdict leads to."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class ReviewState(StrEnum):
    """Where a review stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


OPEN = (ReviewState.WAITING, ReviewState.CLAIMED)
"""States in which a person still has to decide."""


class Action(StrEnum):
    """A step of a review; every one writes an event row."""

    CLAIM = "claim"
    EXPIRE = "expire"
    RELEASE = "release"
    SKIP = "skip"
    ESCALATE = "escalate"
    GIVE_OPINION = "give_opinion"
    DISAGREE = "disagree"
    DECIDE = "decide"
    UNDO = "undo"
    REOPEN = "reopen"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"


class Transition(NamedTuple):
    """From which states a step may start, and where it ends."""

    sources: tuple[ReviewState, ...]
    target: ReviewState


W, C, D = ReviewState.WAITING, ReviewState.CLAIMED, ReviewState.DECIDED

TRANSITIONS: dict[Action, Transition] = {
    Action.CLAIM: Transition((W,), C),
    Action.EXPIRE: Transition((C,), W),
    Action.RELEASE: Transition((C,), W),
    Action.SKIP: Transition((C,), W),
    Action.ESCALATE: Transition((C,), W),
    Action.GIVE_OPINION: Transition((C,), W),
    Action.DISAGREE: Transition((C,), W),
    Action.DECIDE: Transition((C,), D),
    Action.UNDO: Transition((W, D), C),
    Action.REOPEN: Transition((D,), W),
    Action.SUPERSEDE: Transition((W, C), ReviewState.SUPERSEDED),
    Action.CANCEL: Transition((W, C), ReviewState.CANCELLED),
}


class ReviewKind(StrEnum):
    """Why the review exists: the model was unsure, or an automated case was drawn for an audit."""

    CASE = "case"
    AUDIT = "audit"


class Opinion(NamedTuple):
    """What one person thinks of a case."""

    fault: str
    resolution: str | None


def step_after_verdict(opinions: Sequence[Opinion], needed: int, *, by_senior: bool) -> Action:
    """Tell what the newest of `opinions` leads to.

    Fewer than needed: the case waits for another, independent person. A senior's word on a case that was
    handed up is final. Two people who differ in fault or resolution hand the case up; all else is decided.
    """
    if by_senior:
        return Action.DECIDE
    if len(opinions) < needed:
        return Action.GIVE_OPINION
    return Action.DECIDE if len(set(opinions)) == 1 else Action.DISAGREE
