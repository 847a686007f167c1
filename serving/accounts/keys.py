"""API keys of programs, and the check that every JSON endpoint makes."""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from fastapi import Request
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from serving.accounts.errors import ForbiddenError, NotSignedInError
from serving.accounts.roles import Scope
from serving.accounts.sessions import hash_of
from serving.accounts.tables import api_keys
from serving.database import reading

logger = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
"""A key that is added or revoked counts after this long at the latest; no query per scored request."""

AHEAD_SECONDS = 0.5
"""From this age on the keys are read again beside the requests, so that under load nobody waits for them."""


def add_key(connection: Connection, name: str, scopes: Sequence[Scope], now: datetime) -> str:
    """Make a key and return it; only its hash is kept."""
    key = f"rt_{secrets.token_urlsafe(32)}"
    values = {"key_hash": hash_of(key), "scopes": list(scopes), "created_at": now, "revoked_at": None}
    if connection.execute(update(api_keys).where(api_keys.c.name == name).values(values)).rowcount == 0:
        connection.execute(insert(api_keys).values(name=name, **values))
    return key


def revoke_key(connection: Connection, name: str, now: datetime) -> bool:
    """Make a key useless; tells whether there was one."""
    query = update(api_keys).where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
    return connection.execute(query.values(revoked_at=now)).rowcount == 1


class ApiKeys:
    """The keys, kept in memory for a second at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._scopes: dict[str, list[str]] = {}
        # While no key was ever made the API is open: a first run on the own machine needs no set-up. Revoking
        # the last key does not open it again.
        self.are_needed = False
        self._read_at = float("-inf")
        self._ahead: asyncio.Task[None] | None = None

    @property
    def age_seconds(self) -> float:
        """Time since the keys were read; infinite before the first time."""
        return time.monotonic() - self._read_at

    def read(self, max_age_seconds: float = FRESH_SECONDS) -> None:
        """Read the keys where they are older than this, once for all who wait."""
        with self._lock:
            if self.age_seconds < max_age_seconds:
                return
            with reading(self._engine) as connection:
                rows = connection.execute(select(api_keys)).all()
            self.are_needed = bool(rows)
            self._scopes = {row.key_hash: row.scopes for row in rows if row.revoked_at is None}
            self._read_at = time.monotonic()

    async def keep_fresh(self) -> None:
        """Wait for the keys where they are too old; read them ahead where they soon will be."""
        age = self.age_seconds
        if age >= FRESH_SECONDS:
            await run_in_threadpool(self.read)
        elif age >= AHEAD_SECONDS and (self._ahead is None or self._ahead.done()):
            self._ahead = asyncio.create_task(self._read_ahead())

    async def _read_ahead(self) -> None:
        try:
            await run_in_threadpool(self.read, AHEAD_SECONDS)
        except SQLAlchemyError as error:
            # Whoever finds the keys too old tries again, and is told.
            logger.error("API keys: %s", type(error).__name__)

    def check(self, authorization: str, scope: Scope) -> None:
        """Let a call with this Authorization header pass, or refuse it.

        Raises
        ------
        NotSignedInError, ForbiddenError
            When the key is missing or unknown, or lacks the scope.
        """
        if not self.are_needed:
            return
        kind, _, key = authorization.partition(" ")
        scopes = self._scopes.get(hash_of(key.strip())) if kind.lower() == "bearer" else None
        if scopes is None:
            raise NotSignedInError(NotSignedInError.__doc__)
        if scope not in scopes:
            raise ForbiddenError(f"this API key lacks the scope '{scope}'")


def require(scope: Scope) -> Callable[[Request], Awaitable[None]]:
    """Return the dependency that asks for a key with this scope."""

    async def check(request: Request) -> None:
        keys: ApiKeys = request.app.state.api_keys
        if keys.age_seconds >= AHEAD_SECONDS:  # asked here, which saves most requests a coroutine
            await keys.keep_fresh()
        if keys.are_needed:
            keys.check(request.headers.get("authorization", ""), scope)

    return check
