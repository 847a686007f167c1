"""Problems as RFC 9457 documents: the one place where exceptions become status codes."""

import logging
from http import HTTPStatus
from typing import Any

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


class NotReadyError(Exception):
    """No model is loaded yet; ask again in a moment."""


class NotFoundError(Exception):
    """There is no such thing here."""


def problem(status: int, detail: str, *, field: str | None = None, **extra: Any) -> Response:
    """Return a problem document."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if field is not None:
        body["errors"] = [{"field": field, "problem": detail}]
    return Response(msgspec.json.encode(body | extra), status, media_type=MEDIA_TYPE)


def answer(request: Request, status: int, detail: str, **extra: Any) -> Response:
    """Return a problem as a page to a person, as a document to a program."""
    if pages.is_page(request):
        return pages.problem_page(request, status, detail)
    return problem(status, detail, **extra)


STATUS_OF: dict[type[Exception], int] = {
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


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(RequestError)
    async def on_request_error(request: Request, error: RequestError) -> Response:
        return answer(request, 422, error.problem, field=error.field)

    @app.exception_handler(BodyTooLargeError)
    async def on_large_body(_: Request, error: BodyTooLargeError) -> Response:
        return problem(413, str(error), field="body")

    @app.exception_handler(RequestValidationError)
    async def on_validation_error(request: Request, error: RequestValidationError) -> Response:
        errors = broken_rules(error)
        detail = f"{errors[0]['field']}: {errors[0]['problem']}"
        return answer(request, 422, detail, errors=errors)

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        response = answer(request, error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    _install_unforeseen(app)
    for kind, status in STATUS_OF.items():
        app.add_exception_handler(kind, _answer_with(status))


def _install_unforeseen(app: FastAPI) -> None:
    """Register the handlers of what no rule of ours names; none of them repeats what an error says."""

    @app.exception_handler(DataError)
    async def on_data_error(request: Request, error: DataError) -> Response:
        # Bodies are checked before; an address may still hold what PostgreSQL knows no text for (%00).
        logger.warning("database: %s", type(error.orig).__name__)
        return answer(request, 422, "a value that no stored one can be equal to")

    @app.exception_handler(OperationalError)
    async def on_database_error(_: Request, error: OperationalError) -> Response:
        # The driver's text may quote a row; its class is enough to act upon.
        logger.error("database: %s", type(error.orig).__name__)
        return problem(503, "the database does not answer; try again")

    @app.exception_handler(Exception)
    async def on_anything_else(request: Request, _: Exception) -> Response:
        # Logged with its traceback by the server; the caller learns nothing of our insides.
        return answer(request, 500, "the service failed to answer; the request may be sent again")


def _answer_with(status: int) -> Any:
    async def handler(request: Request, error: Exception) -> Response:
        return answer(request, status, str(error) or (type(error).__doc__ or ""))

    return handler
