"""The reviewers' pages: the list and one case."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from model.taxonomy import FAULTS, ReviewReason
from serving import pages
from serving.accounts.sessions import SignedIn
from serving.dependencies import SettingsOf
from serving.pages import User
from serving.review import blindness, listing
from serving.review.banner import banners
from serving.review.case_view import case_view, undo_seconds_left
from serving.review.cursor import decode_cursor, encode_cursor
from serving.review.deadline import deadline
from serving.review.leases import current_queue
from serving.review.listing import Filters
from serving.review.states import ReviewState
from serving.scoring.service import now_utc
from serving.settings import Settings

router = APIRouter(prefix="/review", include_in_schema=False)

Reading = Annotated[Connection, Depends(current_queue)]
Choice = Annotated[str, Query(max_length=64)]

PAGE_SIZE = 50
REASONS = tuple(reason for reason in ReviewReason if reason != ReviewReason.AUDIT)
AGES_HOURS = (1, 4, 24, 72)


@router.get("")
def list_page(
    request: Request,
    user: User,
    connection: Reading,
    settings: SettingsOf,
    state: ReviewState = ReviewState.WAITING,
    fault: Choice = "",
    reason: Choice = "",
    shop: Choice = "",
    age: Choice = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
    done: Choice = "",
) -> Response:
    """Show the queue, most urgent first."""
    now = now_utc()
    filters = Filters(
        state=state,
        fault=fault or None,
        reason=reason or None,
        shop_id=shop or None,
        created_before=now - timedelta(hours=int(age)) if age.isdecimal() and len(age) < 5 else None,
    )
    rows = listing.page(connection, filters, PAGE_SIZE, decode_cursor(cursor or None))
    return pages.render(
        request,
        "list.html",
        user,
        cases=[
            {
                "row": row,
                "triage": blindness.visible_triage(row),
                "request": blindness.request_of(row),
                "reasons": blindness.visible_reasons(row),
                "deadline": deadline(row["respond_by"], now),
            }
            for row in rows
        ],
        counts=listing.counts(connection),
        counted_up_to=listing.COUNTED_UP_TO,
        filters={"state": state, "fault": fault, "reason": reason, "shop": shop, "age": age},
        choices={"fault": FAULTS, "reason": REASONS, "shop": listing.shops(connection), "age": AGES_HOURS},
        next_cursor=encode_cursor(rows[-1]) if len(rows) == PAGE_SIZE else "",
        banners=banners(connection, request.app.state.champion, settings.home, pages.language_of(request)),
        **undo_bar(connection, done, user, settings),
    )


@router.get("/case/{review_id}")
def case_page(
    request: Request,
    review_id: str,
    user: User,
    connection: Reading,
    settings: SettingsOf,
    done: Choice = "",
) -> Response:
    """Show one case with everything needed to decide it."""
    state = request.app.state
    row = listing.get(connection, review_id)
    language = pages.language_of(request)
    view = case_view(connection, row, user, state.champion, state.similar_cases, language, now_utc())
    view["banners"] = banners(connection, state.champion, settings.home, language)
    return pages.render(request, "case.html", user, **view, **undo_bar(connection, done, user, settings))


def undo_bar(connection: Connection, done: str, user: SignedIn, settings: Settings) -> dict[str, Any]:
    """Offer to take back the verdict that was just given."""
    left = undo_seconds_left(connection, done, user, settings.undo_seconds, now_utc()) if done else 0
    return {"done": done, "undo_seconds": left}
