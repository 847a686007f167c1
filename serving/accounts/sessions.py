"""Sessions of signed-in people: an opaque cookie, its hash in the database, a CSRF token beside it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from serving.accounts.roles import Role
from serving.accounts.tables import sessions, users


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who is at the other end, and the token their forms must carry."""

    name: str
    role: Role
    csrf_token: str


def hash_of(token: str) -> str:
    """Return what is stored of a secret; a random token needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(connection: Connection, user_name: str, now: datetime, hours: int) -> str:
    """Start a session and return its token; sessions that are over are swept out on the way."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
    connection.execute(
        insert(sessions).values(
            token_hash=hash_of(token),
            user_name=user_name,
            csrf_token=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    return token


def end(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == hash_of(token)))


def find(connection: Connection, token: str, now: datetime) -> SignedIn | None:
    """Return who holds a session, None where it is unknown, over, or the account is disabled."""
    row = connection.execute(
        select(users.c.name, users.c.role, sessions.c.csrf_token)
        .join(users, users.c.name == sessions.c.user_name)
        .where(
            sessions.c.token_hash == hash_of(token),
            sessions.c.expires_at > now,
            users.c.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return SignedIn(name=row.name, role=Role(row.role), csrf_token=row.csrf_token)
