"""API keys of programs, and the check that every JSON endpoint makes."""

import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from fastapi import Request
from sqlalchemy import Connection, Engine, insert, select, update
from starlette.concurrency import run_in_threadpool

from serving.accounts.errors import ForbiddenError, NotSignedInError
from serving.accounts.roles import Scope
from serving.accounts.sessions import hash_of
from serving.accounts.tables import api_keys
from serving.database import reading

FRESH_SECONDS = 1.0
"""A key that is added or revoked counts after this long at the latest; no query per scored request."""


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
        self._any = False
        self._read_at = float("-inf")

    @property
    def is_fresh(self) -> bool:
        """Tell whether the keys need not be read again yet."""
        return time.monotonic() - self._read_at < FRESH_SECONDS

    def read(self) -> None:
        """Read the keys, once for all who wait."""
        with self._lock:
            if self.is_fresh:
                return
            with reading(self._engine) as connection:
                rows = connection.execute(select(api_keys)).all()
            self._any = bool(rows)
            self._scopes = {row.key_hash: row.scopes for row in rows if row.revoked_at is None}
            self._read_at = time.monotonic()

    def check(self, authorization: str, scope: Scope) -> None:
        """Let a call with this Authorization header pass, or refuse it.

        While no key was ever made the API is open: a first run on the own machine needs no set-up. Revoking
        the last key does not open it again.

        Raises
        ------
        NotSignedInError, ForbiddenError
            When the key is missing or unknown, or lacks the scope.
        """
        if not self._any:
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
        if not keys.is_fresh:
            await run_in_threadpool(keys.read)
        keys.check(request.headers.get("authorization", ""), scope)

    return check
