"""Problems as RFC 9457 documents: the one place where exceptions become status codes."""

import logging
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from model.errors import BundleError, RequestError
from serving import pages
from serving.accounts.errors import ForbiddenError, NotSignedInError
from serving.outcomes.service import OutcomeConflictError, UnknownRefundError
from serving.review.steps import ReviewConflictError, ReviewNotFoundError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class BodyTooLargeError(Exception):
    """The body is larger than this endpoint reads."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"body: at most {max_bytes} bytes")


class NotReadyError(Exception):
    """No model is loaded yet; ask again in a moment."""


class NotFoundError(Exception):
    """There is no such thing here."""


def problem(status: int, detail: str, **extra: Any) -> Response:
    """Return a problem document."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return Response(msgspec.json.encode(body | extra), status, media_type=MEDIA_TYPE)


def answer(request: Request, status: int, detail: str, **extra: Any) -> Response:
    """Return a problem as a page to a person, as a document to a program."""
    if pages.is_page(request):
        return pages.problem_page(request, status, detail)
    return problem(status, detail, **extra)


UNFORESEEN = 500

STATUS_OF: dict[type, int] = {
    NotReadyError: 503,
    NotFoundError: 404,
    ReviewNotFoundError: 404,
    ReviewConflictError: 409,
    NotSignedInError: 401,
    ForbiddenError: 403,
    BundleError: 503,
    UnknownRefundError: 404,
    OutcomeConflictError: 409,
}


def broken_rules(error: RequestValidationError) -> list[dict[str, str]]:
    """Return where and what rule, and nothing else: pydantic's own answer would repeat the input."""
    where = [
        [str(part) for part in e["loc"] if part not in {"body", "query", "path"}] for e in error.errors()
    ]
    return [
        {"field": ".".join(parts) or "body", "problem": e["msg"]}
        for parts, e in zip(where, error.errors(), strict=True)
    ]


class Finding(NamedTuple):
    """What a caller is told of an error; never what the error itself says of a row or of our insides."""

    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


def finding(error: Exception) -> Finding:
    """Return what a caller is told; what the log must know besides is logged."""
    match error:
        case RequestError():
            return Finding(422, error.problem, [{"field": error.field, "problem": error.problem}])
        case BodyTooLargeError():
            return Finding(413, str(error), [{"field": "body", "problem": str(error)}])
        case RequestValidationError():
            errors = broken_rules(error)
            return Finding(422, f"{errors[0]['field']}: {errors[0]['problem']}", errors)
        case HTTPException():
            return Finding(error.status_code, str(error.detail))
        case DataError():
            # Bodies are checked before; an address may still hold what PostgreSQL knows no text for (%00).
            logger.warning("database: %s", type(error.orig).__name__)
            return Finding(422, "a value that no stored one can be equal to")
        case OperationalError():
            # The driver's text may quote a row; its class is enough to act upon.
            logger.error("database: %s", type(error.orig).__name__)
            return Finding(503, "the database does not answer; try again")
    for kind in type(error).__mro__:
        if kind in STATUS_OF:
            return Finding(STATUS_OF[kind], str(error) or (type(error).__doc__ or ""))
    # Logged with its traceback by the server.
    return Finding(UNFORESEEN, "the service failed to answer; the request may be sent again")


def problem_of(error: Exception) -> Response:
    """Return the problem document of an error, for a program at the other end."""
    found = finding(error)
    return problem(found.status, found.detail, **_extra(found))


def _extra(found: Finding) -> dict[str, Any]:
    return {} if found.errors is None else {"errors": found.errors}


def install(app: FastAPI) -> None:
    """Answer every error with its finding: a page to a person, a document to a program."""

    async def on_error(request: Request, error: Exception) -> Response:
        found = finding(error)
        response = answer(request, found.status, found.detail, **_extra(found))
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    named = (RequestError, BodyTooLargeError, RequestValidationError, HTTPException, DataError)
    for kind in (*named, OperationalError, Exception, *STATUS_OF):
        app.add_exception_handler(kind, on_error)
