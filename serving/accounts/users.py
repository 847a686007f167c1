"""Accounts of people: making one, checking a password."""

import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, insert, select, update

from serving.accounts.roles import Role
from serving.accounts.tables import users

MIN_PASSWORD_CHARS = 10
MAX_FAILED_LOGINS = 5
LOCKED_FOR = timedelta(minutes=1)

_hasher = PasswordHasher()


@cache
def _hash_of_nothing() -> str:
    """Checked for unknown names, so that they take as long to refuse as known ones.

    Made when it is first asked for: hashing takes 64 MB and a tenth of a second, which no worker that only
    scores should spend on its start.
    """
    return _hasher.hash(secrets.token_urlsafe())


class AccountError(Exception):
    """The account cannot be made as asked; the message says why."""


def new_password() -> str:
    """Return a password nobody can guess, of characters that are easy to type."""
    return secrets.token_hex(8)


def add_user(connection: Connection, name: str, password: str, role: Role, now: datetime) -> None:
    """Make an account, or give an existing one this password and role.

    Raises
    ------
    AccountError
        When name or password are too short or long.
    """
    if not 1 <= len(name) <= 128 or name.strip() != name:
        raise AccountError("a name has 1 to 128 characters and no blanks around it")
    if not MIN_PASSWORD_CHARS <= len(password) <= 256:
        raise AccountError(f"a password has {MIN_PASSWORD_CHARS} to 256 characters")
    values = {
        "password_hash": _hasher.hash(password),
        "role": role,
        "failed_logins": 0,
        "locked_until": None,
        "disabled_at": None,
    }
    if connection.execute(update(users).where(users.c.name == name).values(values)).rowcount == 0:
        connection.execute(insert(users).values(name=name, created_at=now, **values))


def add_first_admin(connection: Connection, now: datetime) -> str | None:
    """Make the account `admin` where there is none at all; returns its password, which is shown only once."""
    if connection.execute(select(users.c.name).limit(1)).first() is not None:
        return None
    password = new_password()
    add_user(connection, "admin", password, Role.ADMIN, now)
    return password


def check_password(connection: Connection, name: str, password: str, now: datetime) -> bool:
    """Tell whether the password is right; five wrong ones in a row lock the account for a minute.

    Returns instead of raising, because the count of failures must be committed either way.
    """
    row = connection.execute(select(users).where(users.c.name == name).with_for_update()).one_or_none()
    known = row is not None and row.disabled_at is None
    nothing = _hash_of_nothing()  # before looking, so that the first call ever is as slow for known names
    try:
        _hasher.verify(row.password_hash if row is not None else nothing, password)
        right = known
    except VerificationError:
        right = False
    if row is None or (row.locked_until is not None and row.locked_until > now):
        return False
    failed = 0 if right else row.failed_logins + 1
    locked_until = now + LOCKED_FOR if failed >= MAX_FAILED_LOGINS else None
    values = {"failed_logins": 0 if locked_until else failed, "locked_until": locked_until}
    connection.execute(update(users).where(users.c.name == name).values(values))
    return right


def role_of(connection: Connection, name: str) -> Role:
    """Return the role of a reviewer's name; a name without account, as a program may use, is a reviewer."""
    role = connection.execute(
        select(users.c.role).where(users.c.name == name, users.c.disabled_at.is_(None))
    ).scalar_one_or_none()
    return Role(role or Role.REVIEWER)
