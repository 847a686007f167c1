"""The queue's JSON API over the application, and what the list costs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from serving.accounts.roles import Role
from serving.accounts.users import add_user
from serving.app import make_app
from serving.database import make_engine, migrate
from serving.review import listing
from serving.review.listing import Filters
from serving.review.sampling import Sampling
from serving.review.states import ReviewState
from serving.settings import Settings


@pytest.fixture
def make_client(tmp_path: Path, models_folder: Path) -> Iterator[Callable[..., TestClient]]:
    """Start the application with some settings."""
    clients = []

    def make(**settings: Any) -> TestClient:
        (tmp_path / "models").symlink_to(models_folder, target_is_directory=True)
        chosen = Settings(home=tmp_path, **({"audit_share": 0, "blind_share": 0} | settings))
        migrate(chosen.url)
        client = TestClient(make_app(chosen))
        client.__enter__()
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


def add(client: TestClient, refund_id: str = "R1", words: str = "用了半年想全额退款 不退钱就差评") -> Any:
    body = {"refund_id": refund_id, "text": words, "refund_amount_fen": 500}
    return client.post("/v1/triage", json=body).json()


def test_claim_decide_and_nothing_left(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    triage = add(client)
    case = client.post("/v1/reviews/claim", json={"reviewer": "li"}).json()
    assert case["review_id"] == triage["review"]["review_id"]
    assert case["triage"] == triage
    assert case["request"]["refund_id"] == "R1"
    assert case["reasons"] == triage["review"]["reasons"]
    assert client.post("/v1/reviews/claim", json={"reviewer": "wang"}).status_code == 204
    verdict = {"reviewer": "li", "fault": "buyer_error", "resolution": "return_and_refund", "note": "好"}
    path = f"/v1/reviews/{case['review_id']}"
    assert client.post(f"{path}/verdict", json=verdict | {"reviewer": "wang"}).status_code == 409
    assert client.post(f"{path}/verdict", json=verdict | {"version": 1}).status_code == 409
    answer = client.post(f"{path}/verdict", json=verdict | {"version": case["version"]})
    assert (answer.status_code, answer.json()["state"]) == (200, "decided")
    assert client.post(f"{path}/verdict", json=verdict).status_code == 409
    assert client.post(f"{path}/undo", json={"reviewer": "li"}).status_code == 204
    assert client.post(f"{path}/release").status_code == 204
    assert client.get("/v1/reviews?state=waiting").json()["reviews"][0]["refund_id"] == "R1"


def test_only_a_senior_reopens(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    path = f"/v1/reviews/{add(client)['review']['review_id']}"
    client.post(f"{path}/claim", json={"reviewer": "li"})
    client.post(f"{path}/verdict", json={"reviewer": "li", "fault": "quality"})
    assert client.post(f"{path}/reopen", json={"reviewer": "li", "note": "再看"}).status_code == 403
    with client.app.state.engine.begin() as connection:  # type: ignore[attr-defined]
        add_user(connection, "chief", "a long pass phrase", Role.SENIOR, datetime.now(UTC))
    assert client.post(f"{path}/reopen", json={"reviewer": "chief", "note": "再看"}).status_code == 204


def test_skip_escalate_renew_and_cancel_are_there_too(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    add(client)
    reason = {"reviewer": "li", "note": "金额大"}
    path = f"/v1/reviews/{client.post('/v1/reviews/claim', json={'reviewer': 'li'}).json()['review_id']}"
    assert client.post(f"{path}/renew", json={"reviewer": "li"}).status_code == 200
    assert client.post(f"{path}/renew", json={"reviewer": "wang"}).status_code == 409
    assert client.post(f"{path}/skip", json=reason).status_code == 204
    assert client.post(f"{path}/claim", json={"reviewer": "li"}).status_code == 200
    assert client.post(f"{path}/escalate", json=reason | {"note": ""}).status_code == 422
    assert client.post(f"{path}/escalate", json=reason).status_code == 204
    assert client.post("/v1/reviews/claim", json={"reviewer": "wang"}).status_code == 204
    assert client.post(f"{path}/cancel", json=reason).status_code == 204
    assert client.get("/v1/reviews").json()["reviews"][0]["state"] == "cancelled"


def test_an_audit_shows_neither_the_answer_nor_that_it_is_one(
    make_client: Callable[..., TestClient], tmp_path: Path, add_case: Callable[..., str]
) -> None:
    client = make_client()
    blind = Sampling(audit_share=1, blind_share=1)
    database = make_engine(Settings(home=tmp_path).url)
    with database.begin() as connection:
        add_case(connection, route="auto", sampling=blind)
        add_case(connection, route="review", sampling=blind)
    database.dispose()
    one, other = client.get("/v1/reviews?state=waiting").json()["reviews"]
    for case in (one, other):
        assert case["reasons"] == []
        assert case["triage"]["fault"]["category"] is None
        assert case["triage"]["resolution"]["recommended"] is None
        assert case["triage"]["explanation"] == []
        assert case["triage"]["review"] is None
        assert case["triage"]["route"] == "review"
    assert set(one) == set(other)
    assert set(one["triage"]) == set(other["triage"])


@pytest.mark.parametrize(
    "cursor", ["x", "####", "MXwyMDI2fGE=", "YXxifGM=", "MHwwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwfGE="]
)
def test_a_cursor_that_is_none_of_ours_is_refused(
    make_client: Callable[..., TestClient], cursor: str
) -> None:
    assert make_client().get("/v1/reviews", params={"cursor": cursor}).status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reviews/claim", {"reviewer": "li\0"}),
        ("reviews/any/skip", {"reviewer": "li", "note": "a\0b"}),
        ("reviews/any/verdict", {"reviewer": "li", "fault": "quality", "reply": "\0"}),
        (
            "outcomes",
            {"refund_id": "R\0", "fault": "quality", "source": "platform", "at": "2026-11-25T10:00:00Z"},
        ),
    ],
)
def test_what_postgresql_cannot_store_is_refused_on_every_database(
    make_client: Callable[..., TestClient], path: str, body: dict[str, str]
) -> None:
    assert make_client().post(f"/v1/{path}", json=body).status_code == 422


def test_an_address_that_postgresql_cannot_store_is_refused_too(
    make_client: Callable[..., TestClient], postgres_server: str
) -> None:
    client = make_client(database_url=postgres_server)
    assert client.get("/v1/triage/%00").status_code == 422
    assert client.post("/v1/reviews/%00/claim", json={"reviewer": "li"}).status_code == 422


@pytest.mark.parametrize("state", [ReviewState.WAITING, None])
def test_the_list_reads_the_index_in_order_and_sorts_nothing(tmp_path: Path, state: Any) -> None:
    url = f"sqlite:///{tmp_path}/t.sqlite"
    migrate(url)
    plans = explain_plan(
        make_engine(url), lambda connection: listing.page(connection, Filters(state=state), 50, None)
    )
    assert any("ix_reviews_" in line for line in plans)
    assert not any("TEMP B-TREE" in line or line.startswith("SCAN triages") for line in plans)


def explain_plan(engine: Engine, run: Callable[[Any], Any]) -> list[str]:
    """Return SQLite's plan for the statement that `run` executes."""
    statements: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3])))
    with engine.begin() as connection:
        run(connection)
        statement, parameters = statements[-1]
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    engine.dispose()
    return [str(row[3]) for row in rows]


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("claim", {"reviewer": "l\0i"}),
        ("verdict", {"reviewer": "li", "fault": "quality", "note": "a\0b"}),
        ("verdict", {"reviewer": "li", "fault": "quality", "reply": "a\0b"}),
        ("verdict", {"reviewer": "l\0i", "fault": "quality"}),
        ("verdict", {"reviewer": "li", "fault": "quality", "version": 2**31}),
        ("release", {"reviewer": "l\0i"}),
        ("skip", {"reviewer": "li", "note": "\0"}),
        ("escalate", {"reviewer": "l\0i", "note": "x"}),
    ],
)
def test_no_step_takes_what_postgresql_cannot_store(
    make_client: Callable[..., TestClient], step: str, body: dict[str, Any]
) -> None:
    client = make_client()
    review_id = add(client)["review"]["review_id"]
    client.post("/v1/reviews/claim", json={"reviewer": "li"})
    answer = client.post(f"/v1/reviews/{review_id}/{step}", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_nul_in_an_address_is_no_server_error_on_postgresql(
    make_client: Callable[..., TestClient], database_url: str
) -> None:
    client = make_client(database_url=database_url)
    for path in ("/v1/reviews/a%00b/renew", "/v1/reviews/a%00b/claim"):
        assert client.post(path, json={"reviewer": "li"}).status_code in {404, 409, 422}
    assert client.get("/v1/triage/a%00b").status_code in {404, 422}


def test_a_note_of_several_lines_is_kept(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    review_id = add(client)["review"]["review_id"]
    client.post("/v1/reviews/claim", json={"reviewer": "li"})
    body = {"reviewer": "li", "fault": "quality", "note": "第一行\n第二行"}
    assert client.post(f"/v1/reviews/{review_id}/verdict", json=body).status_code == 200
