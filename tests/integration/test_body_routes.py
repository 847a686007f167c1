"""The routes that are answered before the framework: what they keep of its manners."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from serving.app import make_app
from serving.database import migrate
from serving.scoring import service
from serving.scoring.body_route import BodyRoute
from serving.scoring.endpoints import MAX_ONE_BYTES, router
from serving.settings import Settings

BODY = msgspec.json.encode({"refund_id": "R1", "text": "鞋底开胶"})
BODY_ROUTES = {"/v1/triage", "/v1/triage/batch", "/v1/score"}

Message = dict[str, Any]


@pytest.fixture
def client(tmp_path: Path, models_folder: Path) -> Iterator[TestClient]:
    """A service on a fresh SQLite file with the seed model; errors are answered, not raised."""
    (tmp_path / "models").symlink_to(models_folder, target_is_directory=True)
    settings = Settings(home=tmp_path)
    migrate(settings.url)
    with TestClient(make_app(settings), raise_server_exceptions=False) as client:
        yield client


def send_parts(client: TestClient, parts: list[Message], root_path: str = "") -> list[Message]:
    """Send a request to /v1/triage as an ASGI server would, in these parts; returns what came back."""
    waiting, told = iter(parts), list[Message]()
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{root_path}/v1/triage",
        "root_path": root_path,
        "query_string": b"",
        "headers": [],
    }

    async def receive() -> Message:
        return next(waiting)

    async def send(message: Message) -> None:
        told.append(message)

    async def run() -> None:
        await client.app(scope, receive, send)  # type: ignore[arg-type]

    assert client.portal is not None
    client.portal.call(run)
    return told


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_the_body_routes_are_these_and_stand_in_the_openapi_document(client: TestClient) -> None:
    assert {route.path for route in router.routes if isinstance(route, BodyRoute)} == BODY_ROUTES
    assert set(client.get("/openapi.json").json()["paths"]) > BODY_ROUTES


def test_another_method_is_refused_with_a_problem(client: TestClient) -> None:
    answer = client.get("/v1/score")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_in_parts_is_put_together(client: TestClient) -> None:
    start, body = send_parts(
        client, [part(BODY[:9], more=True), part(BODY[9:30], more=True), part(BODY[30:])]
    )
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-length"] == b"%d" % len(body["body"])
    assert msgspec.json.decode(body["body"])["refund_id"] == "R1"


def test_a_body_is_refused_as_soon_as_it_is_too_large(client: TestClient) -> None:
    half = part(b"x" * (MAX_ONE_BYTES // 2 + 1), more=True)
    start, body = send_parts(client, [half, half])  # a third part is never asked for
    assert start["status"] == 413
    assert msgspec.json.decode(body["body"])["errors"][0]["field"] == "body"


def test_a_caller_who_leaves_amid_the_body_is_answered_nothing(client: TestClient) -> None:
    assert send_parts(client, [part(BODY[:9], more=True), {"type": "http.disconnect"}]) == []


def test_a_body_route_under_a_root_path_answers_too(client: TestClient) -> None:
    start, _ = send_parts(client, [part(BODY)], root_path="/refunds")
    assert start["status"] == 200


def test_an_unforeseen_error_is_a_problem_that_tells_nothing_and_is_raised_to_the_server(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("鞋底开胶")

    monkeypatch.setattr(service, "answer", fail)
    answer = client.post("/v1/triage", content=BODY)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "鞋底" not in answer.text
    with pytest.raises(RuntimeError):
        send_parts(client, [part(BODY)])


def test_keys_are_read_ahead_so_that_no_request_waits_for_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app: Any = client.app
    keys = app.state.api_keys
    client.post("/v1/triage", content=BODY)
    read_at = keys._read_at
    monkeypatch.setattr("serving.accounts.keys.AHEAD_SECONDS", 0.0)

    async def ask() -> None:
        await keys.keep_fresh()
        assert keys._read_at == read_at, "asking does not wait for the reading"
        while not keys._ahead.done():
            await asyncio.sleep(0.001)

    with caplog.at_level(logging.ERROR):
        assert client.portal is not None
        client.portal.call(ask)
    assert keys._read_at > read_at
    assert caplog.records == []
