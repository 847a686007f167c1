"""Bodies of the queue's JSON API."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from model.taxonomy import FaultCategory, Resolution

Reviewer = Annotated[str, Field(min_length=1, max_length=128, examples=["xiaoli"])]


class StrictModel(BaseModel):
    """Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class ClaimBody(StrictModel):
    """Who takes the next case."""

    reviewer: Reviewer


class VerdictBody(StrictModel):
    """What a person decided; `fault: none` says that the request fits no category."""

    reviewer: Reviewer
    fault: FaultCategory | Annotated[str, Field(pattern="^none$")]
    resolution: Resolution | None = None
    note: Annotated[str, Field(max_length=2_000)] = ""


class ReviewOut(BaseModel):
    """A review as the list and the claim show it."""

    review_id: str
    refund_id: str
    state: str
    request: dict[str, Any]
    triage: dict[str, Any]
    reasons: list[str]
    respond_by: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    created_at: datetime


class ReviewPage(BaseModel):
    """A page of reviews; `next_cursor` is None on the last."""

    reviews: list[ReviewOut]
    next_cursor: str | None


class VerdictOut(BaseModel):
    """The verdict as stored."""

    verdict_id: str
    review_id: str
    state: str
