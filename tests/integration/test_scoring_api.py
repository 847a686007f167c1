"""The scoring API against a real database: the contract every ticketing system relies on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from model.taxonomy import FAULTS, RESOLUTIONS
from serving.app import make_app
from serving.database import migrate, reading
from serving.review.tables import reviews
from serving.scoring.tables import triages
from serving.settings import Settings

SECRET = "请打我电话13800001111"
ODD = {"refund_id": "R-odd", "text": "？？？"}
"""Without a word in it, so it always goes to review."""


def client_for(home: Path, models_folder: Path | None) -> TestClient:
    if models_folder is not None:
        (home / "models").symlink_to(models_folder, target_is_directory=True)
    settings = Settings(home=home)
    migrate(settings.url)
    return TestClient(make_app(settings))


@pytest.fixture
def client(tmp_path: Path, models_folder: Path) -> Iterator[TestClient]:
    """A service on a fresh SQLite file with the seed model."""
    with client_for(tmp_path, models_folder) as client:
        yield client


def stored(client: TestClient) -> int:
    app: Any = client.app
    with reading(app.state.engine) as connection:
        return connection.scalar(select(func.count()).select_from(triages)) or 0


def states(client: TestClient, refund_id: str) -> list[str]:
    app: Any = client.app
    query = select(reviews.c.state).where(reviews.c.refund_id == refund_id).order_by(reviews.c.review_id)
    with reading(app.state.engine) as connection:
        return [str(state) for state in connection.scalars(query)]


def test_an_answer_has_everything_the_contract_names(client: TestClient) -> None:
    answer = client.post("/v1/triage", json={"refund_id": "R1", "text": "杯子收到就碎了 箱子都瘪了"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["refund_id"] == "R1"
    assert tuple(body["fault"]["probabilities"]) == FAULTS
    assert tuple(body["resolution"]["probabilities"]) == RESOLUTIONS
    assert {"recommended", "confidence", "freight_payer", "evidence_required"} <= set(body["resolution"])
    assert body["route"] in {"auto", "review"}
    assert (body["review"] is None) == (body["route"] == "auto")
    assert all(set(part) == {"name", "weight"} for part in body["explanation"])
    assert {"triage_id", "model_version"} <= set(body)


def test_the_same_content_again_gets_the_same_bytes_and_no_second_case(client: TestClient) -> None:
    first = client.post("/v1/triage", json=ODD)
    reordered = dict(reversed(list(ODD.items())))
    assert client.post("/v1/triage", json=reordered).content == first.content
    assert stored(client) == 1
    assert states(client, "R-odd") == ["waiting"]


def test_changed_content_supersedes_the_waiting_case(client: TestClient) -> None:
    first = client.post("/v1/triage", json=ODD).json()
    second = client.post("/v1/triage", json=ODD | {"text": "！！！"}).json()
    assert second["triage_id"] != first["triage_id"]
    assert states(client, "R-odd") == ["superseded", "waiting"]
    assert client.get("/v1/triage/R-odd").json() == second


def test_changed_content_supersedes_a_claimed_case_too(client: TestClient) -> None:
    client.post("/v1/triage", json=ODD)
    app: Any = client.app
    with app.state.engine.begin() as connection:
        connection.execute(reviews.update().values(state="claimed", claimed_by="xiaoli"))
    client.post("/v1/triage", json=ODD | {"evidence_count": 3})
    assert states(client, "R-odd") == ["superseded", "waiting"]


def test_a_batch_answers_in_order_and_one_bad_item_fails_alone(client: TestClient) -> None:
    items: list[Any] = [
        {"refund_id": "B1", "text": "鞋底开胶"},
        {"refund_id": "B2", "text": "坏了", "refund_amount_fen": -1},
        "not an object",
        {"refund_id": "B3", "text": "发错颜色了"},
    ]
    results = client.post("/v1/triage/batch", json={"requests": items}).json()["results"]
    assert [result["refund_id"] for result in results] == ["B1", "B2", None, "B3"]
    assert results[1]["error"]["field"] == "refund_amount_fen"
    assert "坏了" not in str(results[1])
    assert results[2]["error"]["field"] == "body"
    assert stored(client) == 2
    assert client.get("/v1/triage/B3").json() == results[3]


def test_a_batch_answers_what_one_request_at_a_time_was_answered(client: TestClient) -> None:
    one = client.post("/v1/triage", json=ODD).json()
    batch = client.post("/v1/triage/batch", json={"requests": [ODD, ODD]}).json()["results"]
    assert batch == [one, one]
    assert stored(client) == 1


def test_of_two_revisions_in_one_batch_only_the_last_waits(client: TestClient) -> None:
    later = ODD | {"text": "！！！"}
    client.post("/v1/triage/batch", json={"requests": [ODD, later, later]})
    assert states(client, "R-odd")[-1:] == ["waiting"]
    assert states(client, "R-odd").count("waiting") == 1
    waiting = client.get("/v1/triage/R-odd").json()["review"]["review_id"]
    app: Any = client.app
    with reading(app.state.engine) as connection:
        found = connection.scalar(select(reviews.c.review_id).where(reviews.c.state == "waiting"))
    assert found == waiting


def test_more_than_a_thousand_requests_are_no_batch(client: TestClient) -> None:
    answer = client.post("/v1/triage/batch", json={"requests": [ODD] * 1_001})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "requests"
    assert client.post("/v1/triage/batch", json={"requests": []}).json() == {"results": []}


def test_score_judges_alike_and_stores_nothing(client: TestClient) -> None:
    scored = client.post("/v1/score", json={"requests": [ODD]}).json()["results"][0]
    assert stored(client) == 0
    told = client.post("/v1/triage", json=ODD).json()
    assert scored["fault"] == told["fault"]
    assert scored["route"] == told["route"]


BAD: list[tuple[str, bytes, str]] = [
    ("an unknown field", msgspec.json.encode({"refund_id": "X", "text": SECRET, "shoe": 4}), "shoe"),
    ("a wrong type", msgspec.json.encode({"refund_id": "X", "text": [SECRET]}), "text"),
    (
        "a negative amount",
        msgspec.json.encode({"refund_id": "X", "text": SECRET, "refund_amount_fen": -5}),
        "refund_amount_fen",
    ),
    ("a text of 1 MB", msgspec.json.encode({"refund_id": "X", "text": SECRET * 50_000}), "text"),
    ("a body of 3 MB", msgspec.json.encode({"refund_id": "X", "text": SECRET * 150_000}), "body"),
    ("invalid UTF-8", b'{"refund_id": "X", "text": "' + SECRET.encode("gbk") + b'"}', "body"),
    ("not JSON", SECRET.encode(), "body"),
    ("an empty body", b"", "body"),
    ("nesting without end", b'{"refund_id":"X","text":' + b"[" * 200_000, "text"),
    ("a missing field", msgspec.json.encode({"text": SECRET}), "refund_id"),
]


@pytest.mark.parametrize(("body", "field"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_input_gets_a_problem_that_names_the_field_and_repeats_nothing(
    client: TestClient, body: bytes, field: str
) -> None:
    answer = client.post("/v1/triage", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["errors"][0]["field"] == field
    assert "13800001111" not in answer.text
    assert stored(client) == 0


def test_a_bad_batch_body_is_a_problem_not_a_crash(client: TestClient) -> None:
    for body in (b"", b"[]", b'{"requests": 5}', b'{"requests": [' + b"[" * 200_000, b'{"other": []}'):
        answer = client.post("/v1/triage/batch", content=body)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("refund_id", ["R1", "2026/11/23-7", "退款 一", "100%", "a?b#c"])
def test_a_stored_answer_is_found_under_any_id(client: TestClient, refund_id: str) -> None:
    from urllib.parse import quote

    told = client.post("/v1/triage", json={"refund_id": refund_id, "text": "鞋底开胶"})
    assert client.get(f"/v1/triage/{quote(refund_id, safe='')}").content == told.content


def test_what_is_not_there_is_a_problem_with_404(client: TestClient) -> None:
    for path in ("/v1/triage/nobody", "/v1/nothing", "/nothing"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.delete("/v1/triage").status_code == 405


def test_ready_and_the_model_in_charge(client: TestClient, models_folder: Path) -> None:
    champion = (models_folder / "champion").read_text().strip()
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["model_version"] == champion
    assert client.get("/v1/model").json()["model_version"] == champion


def test_without_a_model_the_service_lives_but_is_not_ready(tmp_path: Path) -> None:
    with client_for(tmp_path, None) as client:
        assert client.get("/healthz").status_code == 200
        for answer in (
            client.get("/readyz"),
            client.get("/v1/model"),
            client.post("/v1/triage", json=ODD),
            client.post("/v1/triage/batch", json={"requests": [ODD]}),
        ):
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
        assert stored(client) == 0


def test_the_openapi_document_promises_problems_and_nothing_that_is_never_sent(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert set(operation["responses"]["4XX"]["content"]) == {"application/problem+json"}
            assert "422" not in operation["responses"]
    assert document["paths"]["/v1/triage"]["post"]["requestBody"]["required"]
