"""Each step of a retraining works by itself, on the seed rows."""

import shutil
from pathlib import Path

import mlflow
import pytest
from typer.testing import CliRunner, Result

from model.bundle import Bundle
from training import tracking
from training.cli import app
from training.fit import FitParameters
from training.labeled_data import LabeledRow, read_rows, write_rows


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, models_folder: Path, seed_rows: list[LabeledRow]) -> Path:
    """A home with the seed model as champion, its rows beside it and its test rows frozen."""
    found = tmp_path_factory.mktemp("steps")
    shutil.copytree(models_folder, found / "models")
    write_rows(found / "rows.jsonl", seed_rows)
    write_rows(found / "models" / "frozen-test.jsonl", [row for row in seed_rows if row.split == "test"])
    return found


@pytest.fixture(autouse=True)
def local_tracking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything stays in the test's own home."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("REFUND_TRIAGE_DATABASE_URL", raising=False)


def call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home)])


def test_join_writes_one_set_of_rows(home: Path, tmp_path: Path, seed_rows: list[LabeledRow]) -> None:
    (tmp_path / "labeled").mkdir()
    write_rows(tmp_path / "labeled" / "seed.jsonl", seed_rows)
    out = tmp_path / "joined.jsonl"
    result = call(home, "join", str(out), "--data", str(tmp_path / "labeled"))
    assert result.exit_code == 0, result.output
    assert read_rows(out) == seed_rows


def test_fit_gives_the_same_model_from_the_same_rows(
    home: Path, bundle: Bundle, seed_parameters: FitParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.train.read_parameters", lambda: seed_parameters)
    result = call(home, "fit", "--rows", str(home / "rows.jsonl"))
    assert result.exit_code == 0, result.output
    assert bundle.manifest.model_version in result.output.replace("\n", "")


def test_evaluate_prints_the_figures_on_the_frozen_test(home: Path, bundle: Bundle) -> None:
    result = call(home, "evaluate", bundle.manifest.model_version)
    assert result.exit_code == 0, result.output
    assert f"{bundle.manifest.metrics['test']['macro_f1']:.3f}" in result.output
    assert call(home, "evaluate", "nothing").exit_code == 2


def test_register_logs_a_bundle_once_with_its_learning_curve(home: Path, bundle: Bundle) -> None:
    arguments = ("register", str(bundle.folder), "--rows", str(home / "rows.jsonl"))
    result = call(home, *arguments)
    assert result.exit_code == 0, result.output
    registered = tracking.find(bundle.manifest.model_version)
    assert registered is not None
    plots = mlflow.artifacts.list_artifacts(run_id=registered.run_id, artifact_path="plots")
    assert "plots/learning_curve.png" in [plot.path for plot in plots]
    assert "already" in call(home, *arguments).output
    assert call(home, "promote", registered.number).exit_code == 1  # the gate has not judged it


def test_gate_prints_each_check_and_says_no_by_its_exit_code(
    home: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("gate", bundle.manifest.model_version, "--rows", str(home / "rows.jsonl"))
    for broken, code in (([], 0), (["odd request 1: other labels"], 1)):
        monkeypatch.setattr("training.judging.p99_ms", lambda *_: 1.0)  # a busy machine proves nothing
        monkeypatch.setattr("training.judging.broken_promises", lambda _, broken=broken: broken)
        result = call(home, *arguments)
        assert result.exit_code == code, result.output
        assert "contract" in result.output
        assert "macro_f1" in result.output
