"""The service shows whether the promise still applies, and keeps suggested categories from automation."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient
from typer.testing import CliRunner

from model.bundle import Bundle
from model.guarantee import read_guarantee
from model.taxonomy import FaultCategory
from serving.app import make_app
from serving.database import migrate
from serving.guarantee import banner, guarantee_gauge
from serving.settings import Settings
from training.cli import app as train_app

Start = Callable[..., TestClient]


@pytest.fixture
def start(tmp_path: Path, models_folder: Path) -> Iterator[Start]:
    """Start services on one data folder with the seed model; the last one is stopped at the end."""
    (tmp_path / "models").symlink_to(models_folder, target_is_directory=True)
    running: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        found = Settings(home=tmp_path, **settings)
        migrate(found.url)
        client = TestClient(make_app(found))
        running.append(client.__enter__())
        return client

    yield make
    for client in running:
        client.__exit__(None, None, None)


def run_test(home: Path) -> str:
    result = CliRunner().invoke(train_app, ["exchangeability", "--home", str(home)])
    assert result.exit_code == 0, result.output
    return result.output


def test_nobody_knows_before_the_test_has_run(start: Start) -> None:
    client = start()
    assert client.get("/v1/model").json()["guarantee"] == {
        "applies": None,
        "checked_at": None,
        "warning": None,
    }
    assert client.get("/readyz").json()["guarantee"]["applies"] is None


def test_requests_unlike_those_calibrated_on_raise_a_visible_warning(
    start: Start, tmp_path: Path, bundle: Bundle
) -> None:
    client = start()
    for number in range(20):
        # Nothing in them the model could be sure of, again and again.
        requests = [{"refund_id": f"R{number}-{i}", "text": "嗯" * (1 + i % 3)} for i in range(20)]
        assert client.post("/v1/triage/batch", json={"requests": requests}).status_code == 200
    assert "no longer applies" in run_test(tmp_path)
    shown = client.get("/v1/model").json()["guarantee"]
    assert shown["applies"] is False
    assert shown["n_cases"] == 400
    assert "Recalibrate" in shown["warning"]
    assert client.get("/readyz").json()["guarantee"]["applies"] is False
    assert guarantee_gauge(tmp_path, bundle.model_version).samples[0].value == 0
    assert "重新校准" in (banner(tmp_path, bundle.model_version, "zh") or "")
    assert banner(tmp_path, "another-model", "zh") is None


def test_too_few_requests_say_nothing(start: Start, tmp_path: Path) -> None:
    start().post("/v1/triage", json={"refund_id": "R1", "text": "碎了"})
    assert "too few cases" in run_test(tmp_path)
    found = read_guarantee(tmp_path)
    assert found is not None
    assert (found.applies, found.n_cases) == (None, 1)


def test_a_damaged_finding_never_stops_the_service(start: Start, tmp_path: Path) -> None:
    client = start()
    (tmp_path / "guarantee.json").write_text("{", "utf-8")
    assert client.get("/readyz").status_code == 200
    assert client.get("/v1/model").json()["guarantee"]["applies"] is None


def test_a_suggested_category_is_reviewed_with_its_reason(start: Start) -> None:
    client = start(suggest_categories="all")
    modes = client.get("/v1/model").json()["operating_point"]["modes"]
    assert "automate" not in modes.values()
    assert modes["likely_abuse"] == "never"
    answer = client.post("/v1/triage", json={"refund_id": "R1", "text": "箱子压烂了 杯子全碎了"}).json()
    assert answer["route"] == "review"
    assert "suggest_mode" in answer["review"]["reasons"]


@pytest.mark.parametrize("value", ["quality,wrong_item", "quality, wrong_item", '["quality", "wrong_item"]'])
def test_categories_are_read_with_commas_or_as_json(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("REFUND_TRIAGE_SUGGEST_CATEGORIES", value)
    assert Settings().suggest_categories == {FaultCategory.QUALITY, FaultCategory.WRONG_ITEM}


def test_an_unknown_category_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUND_TRIAGE_SUGGEST_CATEGORIES", "qualty")
    with pytest.raises(ValidationError):
        Settings()
