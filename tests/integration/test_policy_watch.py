"""A shop owner edits the policy while the service runs."""

import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from model.policy import SHIPPED_POLICY
from serving.app import make_app
from serving.database import make_engine
from serving.policy_watch import LOOK_SECONDS, PolicyFile
from serving.settings import Settings

SHIPPED = SHIPPED_POLICY.read_text("utf-8")


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(SHIPPED, "utf-8")
    return file


def generous(fen: int) -> str:
    head, wrong_item = SHIPPED.split("  wrong_item:\n    freight_payer", 1)
    changed = wrong_item.replace("compensation_fen: 500", f"compensation_fen: {fen}", 1)
    return f"{head}  wrong_item:\n    freight_payer{changed}"


def test_a_changed_file_counts_at_the_next_look(policy_file: Path) -> None:
    watched = PolicyFile(policy_file, look_seconds=0)
    before = watched.current()
    assert watched.current() is before
    policy_file.write_text(generous(900), "utf-8")
    assert watched.current().form.faults.wrong_item.compensation_fen == 900
    assert watched.current().version != before.version


def test_the_file_is_not_looked_at_again_at_once(policy_file: Path) -> None:
    watched = PolicyFile(policy_file, look_seconds=60)
    before = watched.current()
    policy_file.write_text(generous(900), "utf-8")
    assert watched.current() is before


def test_a_file_renamed_into_place_counts_too(policy_file: Path, tmp_path: Path) -> None:
    watched = PolicyFile(policy_file, look_seconds=0)
    watched.current()
    aside = tmp_path / "aside.yaml"
    aside.write_text(generous(700), "utf-8")
    aside.replace(policy_file)
    assert watched.current().form.faults.wrong_item.compensation_fen == 700


@pytest.mark.parametrize("broken", ["shop: [", "rules: []", ""])
def test_a_broken_or_missing_file_keeps_the_policy_before_it(policy_file: Path, broken: str) -> None:
    watched = PolicyFile(policy_file, look_seconds=0)
    before = watched.current()
    policy_file.write_text(broken, "utf-8")
    assert watched.current() is before
    assert watched.last_error is not None
    assert str(policy_file) in watched.last_error
    policy_file.unlink()
    assert watched.current() is before
    policy_file.write_text(generous(900), "utf-8")
    assert watched.current().form.faults.wrong_item.compensation_fen == 900
    assert watched.last_error is None


@pytest.fixture
def client(models_folder: Path, policy_file: Path, tmp_path: Path) -> Any:
    from serving.database import metadata

    settings = Settings(
        home=models_folder.parent, database_url=f"sqlite:///{tmp_path / 'db.sqlite'}", policy=policy_file
    )
    engine = make_engine(settings.url)
    metadata.create_all(engine)
    engine.dispose()
    with TestClient(make_app(settings)) as client:
        yield client


def test_the_compensation_changes_without_a_restart(client: TestClient, policy_file: Path) -> None:
    def ask(refund_id: str) -> dict[str, Any]:
        answer = client.post(
            "/v1/triage",
            json={
                "refund_id": refund_id,
                "text": "发错颜色了 我要的黑色给我发成白色 帮我换一下",
                "goods_received": True,
                "service_type": "exchange",
                "product_category": "服饰",
                "refund_amount_fen": 12_900,
            },
        )
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    before = ask("R1")
    policy_file.write_text(generous(888), "utf-8")
    time.sleep(2 * LOOK_SECONDS)
    after = ask("R2")
    assert before["fault"]["category"] == "wrong_item"
    assert before["resolution"]["compensation_fen"] == 500
    assert after["resolution"]["compensation_fen"] == 888
    assert "8.88元" in after["resolution"]["reply_draft"]
    assert after["policy_version"] != before["policy_version"]

    policy_file.write_text("rules: [", "utf-8")
    time.sleep(2 * LOOK_SECONDS)
    assert ask("R3")["policy_version"] == after["policy_version"]
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert str(policy_file) in ready.json()["last_policy_error"]
    assert ready.json()["policy_version"] == after["policy_version"]
