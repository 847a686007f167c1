"""Accounts, sessions and API keys on both databases, and the JSON API behind a key."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from serving.accounts import keys, sessions, users
from serving.accounts.errors import ForbiddenError, NotSignedInError
from serving.accounts.keys import ApiKeys
from serving.accounts.roles import Role, Scope
from serving.accounts.tables import users as user_rows
from serving.app import make_app
from serving.database import make_engine, migrate
from serving.settings import Settings

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "a-long-password"


def test_a_password_is_kept_as_an_argon2_hash_only(engine: Engine) -> None:
    with engine.begin() as connection:
        users.add_user(connection, "li", PASSWORD, Role.REVIEWER, NOW)
        stored = connection.execute(select(user_rows.c.password_hash)).scalar_one()
        assert stored.startswith("$argon2id$")
        assert users.check_password(connection, "li", PASSWORD, NOW)
        assert not users.check_password(connection, "li", PASSWORD + "x", NOW)


def test_five_wrong_passwords_lock_an_account_for_a_minute(engine: Engine) -> None:
    with engine.begin() as connection:
        users.add_user(connection, "li", PASSWORD, Role.REVIEWER, NOW)
        for _ in range(5):
            assert not users.check_password(connection, "li", "wrong", NOW)
        assert not users.check_password(connection, "li", PASSWORD, NOW)
        assert users.check_password(connection, "li", PASSWORD, NOW + timedelta(seconds=61))


def test_the_first_admin_is_made_once(engine: Engine) -> None:
    with engine.begin() as connection:
        password = users.add_first_admin(connection, NOW)
        assert password is not None
        assert users.check_password(connection, "admin", password, NOW)
        assert users.add_first_admin(connection, NOW) is None
        assert users.role_of(connection, "admin").is_senior


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), (" li", PASSWORD), ("li", "short")])
def test_a_bad_name_or_password_makes_no_account(engine: Engine, name: str, password: str) -> None:
    with engine.begin() as connection, pytest.raises(users.AccountError):
        users.add_user(connection, name, password, Role.REVIEWER, NOW)


def test_a_session_ends_by_itself(engine: Engine) -> None:
    with engine.begin() as connection:
        users.add_user(connection, "li", PASSWORD, Role.SENIOR, NOW)
        token = sessions.start(connection, "li", NOW, hours=1)
        found = sessions.find(connection, token, NOW)
        assert found is not None
        assert (found.name, found.role) == ("li", Role.SENIOR)
        assert sessions.find(connection, token, NOW + timedelta(hours=1)) is None
        assert sessions.find(connection, "guess", NOW) is None


def test_without_any_key_the_api_is_open_and_a_revoked_last_key_leaves_it_closed(engine: Engine) -> None:
    open_keys = ApiKeys(engine)
    open_keys.read()
    open_keys.check("", Scope.REVIEW)
    with engine.begin() as connection:
        key = keys.add_key(connection, "erp", [Scope.REVIEW], NOW)
    closed = ApiKeys(engine)
    closed.read()
    closed.check(f"Bearer {key}", Scope.REVIEW)
    with pytest.raises(ForbiddenError, match="score"):
        closed.check(f"Bearer {key}", Scope.SCORE)
    for wrong in ("", "Bearer guess", f"Basic {key}"):
        with pytest.raises(NotSignedInError):
            closed.check(wrong, Scope.REVIEW)
    with engine.begin() as connection:
        assert keys.revoke_key(connection, "erp", NOW)
    revoked = ApiKeys(engine)
    revoked.read()
    with pytest.raises(NotSignedInError):
        revoked.check(f"Bearer {key}", Scope.REVIEW)


@pytest.fixture
def key_of_erp(tmp_path: Path) -> Iterator[tuple[TestClient, str]]:
    """A service for which one key with the scope `review` was made."""
    settings = Settings(home=tmp_path)
    migrate(settings.url)
    with make_engine(settings.url).begin() as connection:
        key = keys.add_key(connection, "erp", [Scope.REVIEW], NOW)
    with TestClient(make_app(settings)) as client:
        yield client, key


def test_the_queue_asks_for_a_key_with_its_scope(key_of_erp: tuple[TestClient, str]) -> None:
    client, key = key_of_erp
    headers = {"Authorization": f"Bearer {key}"}
    refused = client.get("/v1/reviews")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/reviews", headers=headers).status_code == 200
    body = {"refund_id": "R1", "text": "碎了"}
    assert client.post("/v1/triage", json=body).status_code == 401
    assert client.post("/v1/triage", json=body, headers=headers).status_code == 403
    assert client.get("/healthz").status_code == 200
