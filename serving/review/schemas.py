"""Bodies of the queue's JSON API."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from model.request import PRINTABLE
from model.taxonomy import FaultCategory, Resolution

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL."""

Reviewer = Annotated[str, Field(min_length=1, max_length=128, pattern=PRINTABLE, examples=["xiaoli"])]
Note = Annotated[str, Field(max_length=2_000, pattern=NO_NUL)]


class StrictModel(BaseModel):
    """Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class ClaimBody(StrictModel):
    """Who takes a case."""

    reviewer: Reviewer


class VerdictBody(StrictModel):
    """What a person decided; `fault: none` says that the request fits no category.

    `version` is that of the review as it was shown: a verdict on anything older is refused.
    """

    reviewer: Reviewer
    fault: FaultCategory | Annotated[str, Field(pattern="^none$")]
    resolution: Resolution | None = None
    note: Note = ""
    reply: Note = ""
    seconds_spent: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] | None = None
    version: int | None = None


class ReleaseBody(StrictModel):
    """Who gives the case back; without it, whoever holds it."""

    reviewer: Reviewer | None = None


class ReasonBody(StrictModel):
    """Who takes a step, and why."""

    reviewer: Reviewer
    note: Annotated[str, Field(min_length=1, max_length=2_000, pattern=NO_NUL)]


class ReviewOut(BaseModel):
    """A review as the list and the claim show it; of a blind one without the model's answer."""

    review_id: str
    refund_id: str
    state: str
    version: int
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
    """The verdict as stored, and where the case stands now: a second opinion puts it back to waiting."""

    verdict_id: str
    review_id: str
    state: str


class LeaseOut(BaseModel):
    """Until when the case is held."""

    claimed_until: datetime
