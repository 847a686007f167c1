"""Login, logout and the language switch."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from model.request import PRINTABLE
from serving import pages
from serving.accounts import sessions, users
from serving.accounts.errors import ForbiddenError
from serving.dependencies import SettingsOf
from serving.pages import FormUser
from serving.scoring.service import now_utc

router = APIRouter(include_in_schema=False)

LOGIN_COOKIE = "refund_triage_login"
"""Before there is a session the form's token is matched with this cookie, which no other site can read."""


@router.get("/login")
def login_page(request: Request, next: Annotated[str, Query(max_length=500)] = "/review") -> Response:
    """Ask for name and password."""
    return _login_form(request, next, failed=False)


def _login_form(request: Request, target: str, *, failed: bool) -> Response:
    token = secrets.token_urlsafe(32)
    page = pages.render(
        request,
        "login.html",
        None,
        401 if failed else 200,
        failed=failed,
        token=token,
        target=pages.local_path(target),
    )
    page.set_cookie(
        LOGIN_COOKIE, token, max_age=3600, httponly=True, samesite="strict", secure=_is_https(request)
    )
    return page


@router.post("/login")
def login(
    request: Request,
    settings: SettingsOf,
    name: Annotated[str, Form(max_length=128, pattern=PRINTABLE)],
    password: Annotated[str, Form(max_length=256)],
    csrf_token: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=500)] = "/review",
) -> Response:
    """Start a session."""
    cookie = request.cookies.get(LOGIN_COOKIE, "")
    if not cookie or not secrets.compare_digest(csrf_token.encode(), cookie.encode()):
        raise ForbiddenError("the form is too old or not ours; reload the page and send it again")
    now = now_utc()
    with request.app.state.engine.begin() as connection:
        right = users.check_password(connection, name, password, now)
        token = sessions.start(connection, name, now, settings.session_hours) if right else None
    if token is None:
        return _login_form(request, next, failed=True)
    answer = pages.redirect(pages.local_path(next))
    answer.delete_cookie(LOGIN_COOKIE)
    answer.set_cookie(
        pages.SESSION_COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
    )
    return answer


@router.post("/logout")
def logout(request: Request, _: FormUser) -> Response:
    """End the session."""
    with request.app.state.engine.begin() as connection:
        sessions.end(connection, request.cookies[pages.SESSION_COOKIE])
    answer = pages.redirect("/login")
    answer.delete_cookie(pages.SESSION_COOKIE)
    return answer


@router.get("/language")
def switch_language(to: str, next: Annotated[str, Query(max_length=500)] = "/review") -> Response:
    """Remember the reader's language and go back to the page."""
    answer = pages.redirect(pages.local_path(next))
    if to in pages.LANGUAGES:
        answer.set_cookie(pages.LANGUAGE_COOKIE, to, max_age=365 * 86_400, samesite="lax")
    return answer


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
