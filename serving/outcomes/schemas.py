"""Bodies of POST /v1/outcomes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from model.request import PRINTABLE
from model.taxonomy import FaultCategory, Resolution
from serving.review.schemas import StrictModel


class OutcomeSource(StrEnum):
    """Who says what really happened."""

    PLATFORM = "platform"
    INSPECTION = "inspection"
    APPEAL = "appeal"


def written_moment(value: object) -> object:
    """Refuse a number, which would be read as seconds since 1970."""
    if not isinstance(value, str | datetime):
        raise ValueError("write a moment as RFC 3339 with offset")
    return value


def sane_moment(moment: datetime) -> datetime:
    """Refuse a moment at the ends of the calendar, where no zone can be subtracted from it any more."""
    if not 2000 <= moment.year < 2200:
        raise ValueError("not a moment between the years 2000 and 2200")
    return moment


class OutcomeBody(StrictModel):
    """What really happened; at least one of `fault` and `resolution` is known."""

    refund_id: Annotated[
        str, Field(min_length=1, max_length=128, pattern=PRINTABLE, examples=["R20261123001"])
    ]
    fault: FaultCategory | Annotated[str, Field(pattern="^none$")] | None = None
    resolution: Resolution | None = None
    source: OutcomeSource
    at: Annotated[
        AwareDatetime,
        BeforeValidator(written_moment),
        AfterValidator(sane_moment),
        Field(examples=["2026-11-25T10:00:00+08:00"]),
    ]

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse an outcome that says neither fault nor resolution."""
        if self.fault is None and self.resolution is None:
            raise ValueError("give fault, resolution or both")
        return self


class OutcomeOut(StrictModel):
    """The outcome as stored; `is_new` is false where it had been reported before."""

    outcome_id: str
    refund_id: str
    is_new: bool
    received_at: datetime
