"""The simulator's totals add up, and it reads what a service has stored."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from model.bundle import Bundle
from model.policy import SHIPPED_POLICY, Policy, read_policy
from model.request import TriageRequest
from model.triage import judge
from serving.database import make_engine, metadata
from serving.scoring.store import Case, store_cases
from training.cli import app
from training.labeled_data import DATA_FOLDER, LabelError
from training.past_cases import read_cases, stored_cases
from training.simulate import simulate

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CHEAP = SHIPPED_POLICY.read_text("utf-8").replace("goods_percent: 60", "goods_percent: 10")


@pytest.fixture
def cheap_file(tmp_path: Path) -> Path:
    file = tmp_path / "cheap.yaml"
    file.write_text(CHEAP, "utf-8")
    return file


def test_the_totals_add_up_on_the_labelled_data(bundle: Bundle, policy: Policy, cheap_file: Path) -> None:
    cases = list(read_cases(DATA_FOLDER / "requests-750.jsonl"))
    result = simulate(cases, bundle, policy, read_policy(cheap_file), now=NOW)
    for totals in (result.before, result.after):
        assert totals.cases == len(cases) == totals.resolutions.total()
        assert 0 <= totals.automated < totals.cases
        assert 0 < totals.as_labelled <= totals.labelled == sum(c.resolution is not None for c in cases)
    moved = dict.fromkeys(result.before.resolutions | result.after.resolutions, 0)
    for change in result.changes:
        moved[change.before] -= 1
        moved[change.after] += 1
    for name, difference in moved.items():
        assert result.after.resolutions[name] - result.before.resolutions[name] == difference
    assert result.changes


def test_the_same_policy_changes_nothing(bundle: Bundle, policy: Policy) -> None:
    cases = list(read_cases(DATA_FOLDER / "requests-750.jsonl"))[:100]
    result = simulate(cases, bundle, policy, policy, now=NOW)
    assert result.changes == []
    assert result.before == result.after


def test_of_a_stored_case_only_the_newest_revision_is_replayed(
    bundle: Bundle, policy: Policy, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'db.sqlite'}"
    engine = make_engine(url)
    metadata.create_all(engine)
    for number, (refund_id, text) in enumerate([("R1", "碎了"), ("R2", "发错了"), ("R1", "碎了，退钱")]):
        request = TriageRequest(refund_id=refund_id, text=text)
        triage = judge(request, bundle, policy, now=NOW, triage_id=f"t{number}", review_id=f"r{number}")
        with engine.begin() as connection:
            store_cases(connection, [Case(request=request, triage=triage, received_at=NOW)])
    engine.dispose()
    found = {case.request.refund_id: case.request.text for case in stored_cases(url)}
    assert found == {"R1": "碎了，退钱", "R2": "发错了"}


def test_the_command_prints_both_policies_and_writes_the_changes(
    models_folder: Path, cheap_file: Path, tmp_path: Path
) -> None:
    changes = tmp_path / "changes.jsonl"
    arguments = ["simulate", "--policy", str(cheap_file), "--home", str(models_folder.parent)]
    arguments += ["--cases", str(DATA_FOLDER / "requests-750.jsonl"), "--changes", str(changes)]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 0, found.output
    assert "750" in found.output
    lines = changes.read_bytes().splitlines()
    assert f"{len(lines)} cases change" in found.output
    assert set(msgspec.json.decode(lines[0])) == {"refund_id", "before", "after"}


def test_a_broken_policy_is_named_and_nothing_is_replayed(models_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(CHEAP.replace("goods_percent: 10", "goods_percent: ten"), "utf-8")
    found = CliRunner().invoke(app, ["simulate", "--policy", str(file), "--home", str(models_folder.parent)])
    assert found.exit_code == 1
    assert "goods_percent" in found.output.replace("\n", "")


def test_a_line_that_is_no_request_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"refund_id": "R1", "text": "碎了"}\n{"refund_id": 5}\n', "utf-8")
    with pytest.raises(LabelError, match=r"cases\.jsonl:2"):
        list(read_cases(file))
