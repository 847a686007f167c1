"""What the buttons of the pages do: post, step, redirect."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from model.taxonomy import FaultCategory, Resolution
from serving.accounts.errors import ForbiddenError
from serving.accounts.sessions import SignedIn
from serving.dependencies import SettingsOf, writing_connection
from serving.pages import FormUser, redirect
from serving.review import blindness, listing, queue, verdicts
from serving.review.schemas import NO_NUL, LeaseOut
from serving.review.verdicts import Verdict
from serving.scoring.service import now_utc
from serving.settings import Settings

router = APIRouter(prefix="/review", include_in_schema=False)

Writing = Annotated[Connection, Depends(writing_connection, scope="function")]
Reason = Annotated[str, Form(min_length=1, max_length=2_000, pattern=NO_NUL)]
LongText = Annotated[str, Form(max_length=2_000, pattern=NO_NUL)]
Proof = Annotated[str, Field(max_length=200, pattern=NO_NUL)]


def senior_form(user: FormUser) -> SignedIn:
    """Return the senior who sends a form.

    Raises
    ------
    ForbiddenError
        When it is somebody else.
    """
    if not user.role.is_senior:
        raise ForbiddenError("only a senior may do that")
    return user


SeniorForm = Annotated[SignedIn, Depends(senior_form)]


def go_on(connection: Connection, user: SignedIn, settings: Settings, done: str = "") -> Response:
    """Lead to the case this person holds, else to the next one, else to the list."""
    now = now_utc()
    review_id = queue.held(connection, user.name, now) or queue.claim(
        connection, user.name, now, settings.lease_seconds, senior=user.role.is_senior
    )
    place = f"/review/case/{review_id}" if review_id else "/review"
    return redirect(f"{place}?done={done}" if done else place)


@router.post("/next")
def next_case(user: FormUser, connection: Writing, settings: SettingsOf) -> Response:
    """Take the next case."""
    return go_on(connection, user, settings)


@router.post("/case/{review_id}/claim")
def claim_case(review_id: str, user: FormUser, connection: Writing, settings: SettingsOf) -> Response:
    """Take this case."""
    lease, senior = settings.lease_seconds, user.role.is_senior
    queue.claim_this(connection, review_id, user.name, now_utc(), lease, senior=senior)
    return redirect(f"/review/case/{review_id}")


@router.post("/case/{review_id}/verdict")
def decide_case(
    review_id: str,
    user: FormUser,
    connection: Writing,
    settings: SettingsOf,
    version: Annotated[int, Form(ge=0, lt=2**31)],
    fault: Annotated[str, Form(pattern=f"^({'|'.join(FaultCategory)}|none)$")],
    resolution: Annotated[Resolution | None, Form()] = None,
    note: LongText = "",
    reply: LongText = "",
    evidence_seen: Annotated[list[Proof] | None, Form(max_length=20)] = None,
    seconds_spent: Annotated[float | None, Form(ge=0, le=86_400, allow_inf_nan=False)] = None,
) -> Response:
    """Decide this case and take the next."""
    verdict = Verdict(
        reviewer=user.name,
        fault=fault,
        resolution=resolution,
        note=note,
        reply=reply,
        evidence_seen=evidence_seen or [],
        seconds_spent=seconds_spent,
        review_version=version,
    )
    seen = blindness.shown(listing.get(connection, review_id))
    verdicts.decide(connection, review_id, verdict, seen, now_utc())
    return go_on(connection, user, settings, done=review_id)


@router.post("/case/{review_id}/skip")
def skip_case(
    review_id: str, user: FormUser, connection: Writing, settings: SettingsOf, reason: Reason
) -> Response:
    """Leave this case to others and take the next."""
    queue.skip(connection, review_id, user.name, reason, now_utc())
    return go_on(connection, user, settings)


@router.post("/case/{review_id}/escalate")
def escalate_case(
    review_id: str, user: FormUser, connection: Writing, settings: SettingsOf, reason: Reason
) -> Response:
    """Hand this case up and take the next."""
    queue.escalate(connection, review_id, user.name, reason, now_utc())
    return go_on(connection, user, settings)


@router.post("/case/{review_id}/release")
def release_case(review_id: str, user: FormUser, connection: Writing) -> Response:
    """Give this case back and return to the list."""
    queue.release(connection, review_id, now_utc(), user.name)
    return redirect("/review")


@router.post("/case/{review_id}/renew")
def renew_case(review_id: str, user: FormUser, connection: Writing, settings: SettingsOf) -> LeaseOut:
    """Keep this case while its page is open; asked by the page's script."""
    until = queue.renew(connection, review_id, user.name, now_utc(), settings.lease_seconds)
    return LeaseOut(claimed_until=until)


@router.post("/case/{review_id}/undo")
def undo_case(review_id: str, user: FormUser, connection: Writing, settings: SettingsOf) -> Response:
    """Take the verdict back; a case taken since then goes back to the queue."""
    now = now_utc()
    held = queue.held(connection, user.name, now)
    if held is not None and held != review_id:
        queue.release(connection, held, now, user.name)
    verdicts.undo(
        connection,
        review_id,
        user.name,
        now,
        undo_seconds=settings.undo_seconds,
        lease_seconds=settings.lease_seconds,
    )
    return redirect(f"/review/case/{review_id}")


@router.post("/case/{review_id}/reopen")
def reopen_case(review_id: str, user: SeniorForm, connection: Writing, reason: Reason) -> Response:
    """Put a decided case back into the queue."""
    verdicts.reopen(connection, review_id, user.name, reason, now_utc())
    return redirect(f"/review/case/{review_id}")


@router.post("/case/{review_id}/cancel")
def cancel_case(review_id: str, user: SeniorForm, connection: Writing, reason: Reason) -> Response:
    """Close a case that the platform has closed."""
    queue.cancel(connection, review_id, user.name, reason, now_utc())
    return redirect(f"/review/case/{review_id}")
