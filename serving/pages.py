"""What every page shares: templates, language, who is signed in, the form token, problems as pages."""

import secrets
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import yaml
from fastapi import Depends, Form, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.taxonomy import gloss
from serving.accounts import sessions
from serving.accounts.errors import ForbiddenError, NotSignedInError
from serving.accounts.sessions import SignedIn
from serving.database import reading

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
SESSION_COOKIE = "refund_triage_session"
LANGUAGE_COOKIE = "refund_triage_language"
LANGUAGES = ("zh", "en")
PAGE_PATHS = ("/review", "/login", "/logout", "/language")

BEIJING = timezone(timedelta(hours=8))
"""The clock of the platforms and of everybody who reviews; it knows no summer time."""

HEADERS = {
    # Everything comes from this service: text of a buyer that slipped through as markup could load nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@cache
def messages() -> dict[str, dict[str, str]]:
    """Return every sentence of the pages in both languages."""
    content: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "messages.yaml").read_text("utf-8"))
    return content


def translate(key: str, language: str, **values: Any) -> str:
    """Return a sentence of the pages."""
    return messages()[key][language].format(**values)


def money(fen: int | None) -> str:
    """Write an amount in yuan."""
    return "—" if fen is None else f"¥{fen / 100:,.2f}"


def percent(share: float) -> str:
    """Write a share; what is not quite nothing or not quite certain is not rounded to it."""
    if 0 < share <= 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def moment(at: datetime) -> str:
    """Write a moment in Beijing time."""
    return at.astimezone(BEIJING).strftime("%m-%d %H:%M")


@cache
def environment() -> Environment:
    """Return the template engine; an unknown name in a template is an error, not an empty string."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"money": money, "moment": moment, "percent": percent}
    return made


def language_of(request: Request) -> str:
    """Return the language of the pages: Chinese unless the reader has switched."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def render(
    request: Request, template: str, user: SignedIn | None, /, status: int = 200, **context: Any
) -> HTMLResponse:
    """Render a page in the reader's language."""
    language = language_of(request)
    html = (
        environment()
        .get_template(template)
        .render(
            t=partial(translate, language=language),
            gloss=partial(gloss, language=language),
            language=language,
            here=str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
            user=user,
            **context,
        )
    )
    return HTMLResponse(html, status, headers=HEADERS)


def redirect(path: str) -> RedirectResponse:
    """Send the browser on after a form, so that a reload does not post it again."""
    return RedirectResponse(path, 303, headers=HEADERS)


def local_path(path: str) -> str:
    """Return a path within this site; anything else leads to the list."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/review"


def signed_in(request: Request) -> SignedIn:
    """Return who is signed in.

    Raises
    ------
    NotSignedInError
        When nobody is; on a page it becomes the way to the login.
    """
    token = request.cookies.get(SESSION_COOKIE, "")
    with reading(request.app.state.engine) as connection:
        user = sessions.find(connection, token, datetime.now(UTC)) if token else None
    if user is None:
        raise NotSignedInError(NotSignedInError.__doc__)
    return user


User = Annotated[SignedIn, Depends(signed_in)]


def signed_form(user: User, csrf_token: Annotated[str, Form(max_length=100)] = "") -> SignedIn:
    """Return who sends a form, once it is sure that it comes from our own page.

    Raises
    ------
    ForbiddenError
        When the token of the session is missing: another site may have sent the form.
    """
    if not secrets.compare_digest(csrf_token.encode(), user.csrf_token.encode()):
        raise ForbiddenError("the form is too old or not ours; reload the page and send it again")
    return user


FormUser = Annotated[SignedIn, Depends(signed_form)]


def is_page(request: Request) -> bool:
    """Tell whether a person with a browser is at the other end."""
    return request.url.path.startswith(PAGE_PATHS)


def problem_page(request: Request, status: int, detail: str) -> Response:
    """Show a problem, or the login where nobody is signed in."""
    if status == 401:
        target = request.url.path if request.method == "GET" else "/review"
        return redirect(f"/login?next={quote(target)}")
    words = messages().get(detail, {}).get(language_of(request), detail)
    return render(request, "problem.html", None, status, detail=words)
