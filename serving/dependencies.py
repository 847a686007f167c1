"""What endpoints are given: the engine, a transaction, the body."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine
from starlette.requests import ClientDisconnect

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
    message = f"body: at most {max_bytes} bytes"
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise BodyTooLargeError(message)
    body: bytes | bytearray = b""
    more = True
    while more:
        part = await request.receive()
        if part["type"] == "http.disconnect":
            raise ClientDisconnect
        # Nearly every body comes in one part, which is not copied.
        if not body:
            body = part.get("body", b"")
        else:
            body = body if isinstance(body, bytearray) else bytearray(body)
            body += part.get("body", b"")
        if len(body) > max_bytes:
            raise BodyTooLargeError(message)
        more = part.get("more_body", False)
    return bytes(body)


def settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    settings: Settings = request.app.state.settings
    return settings


SettingsOf = Annotated[Settings, Depends(settings_of)]
