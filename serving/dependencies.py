"""What endpoints are given: the engine, a transaction, the body."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine
from starlette.requests import ClientDisconnect
from starlette.types import Message

from serving.database import reading
from serving.errors import BodyTooLargeError
from serving.settings import Settings


def engine_of(request: Request) -> Engine:
    """Return the application's engine."""
    engine: Engine = request.app.state.engine
    return engine


def writing_connection(request: Request) -> Iterator[Connection]:
    """Give one transaction for one request: committed on return, rolled back on raise."""
    with request.app.state.engine.begin() as connection:
        yield connection


def reading_connection(request: Request) -> Iterator[Connection]:
    """Give one read-only transaction for one request."""
    with reading(request.app.state.engine) as connection:
        yield connection


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Read the body, refusing more than `max_bytes` before it is all in memory.

    Raises
    ------
    BodyTooLargeError
        Before reading where the length told is too large, else as soon as the limit is passed.
    ClientDisconnect
        When the other end has gone before the body was complete.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise BodyTooLargeError(max_bytes)
    part = await _next_part(request)
    body: bytes = part.get("body", b"")
    if part.get("more_body", False):
        body = await _read_on(request, bytearray(body), max_bytes)
    if len(body) > max_bytes:
        raise BodyTooLargeError(max_bytes)
    return body


async def _read_on(request: Request, body: bytearray, max_bytes: int) -> bytes:
    """Read the parts after the first, until all is there or too much."""
    more = True
    while more and len(body) <= max_bytes:
        part = await _next_part(request)
        body += part.get("body", b"")
        more = part.get("more_body", False)
    return bytes(body)


async def _next_part(request: Request) -> Message:
    part = await request.receive()
    if part["type"] == "http.disconnect":
        raise ClientDisconnect
    return part


def settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    settings: Settings = request.app.state.settings
    return settings


SettingsOf = Annotated[Settings, Depends(settings_of)]
