"""`refund-triage demo` sends texts through a real service and prints measured figures."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from serving.demo.running import free_port

pytestmark = pytest.mark.e2e

ROWS = [
    {"text": "快递太暴力 箱子压烂了 里面的杯子全碎了", "label": "courier_damage", "sure": True},
    {"text": "？？？", "label": "none", "sure": False},
    {"text": "鞋底开胶了", "label": "quality", "sure": True},
]


def run_demo(home: Path, texts: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: v for name, v in os.environ.items() if not name.startswith("REFUND_TRIAGE_")}
    return subprocess.run(
        [sys.executable, "-c", "from serving.cli import app; app()", "demo", "--texts", str(texts)],
        env=environment
        | {"REFUND_TRIAGE_HOME": str(home), "REFUND_TRIAGE_PORT": str(free_port()), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Three texts in the form of the real ones."""
    path = tmp_path / "texts.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in ROWS))
    return path


def test_where_no_service_runs_the_demo_starts_one_and_leaves_nothing_behind(
    tmp_path: Path, models_folder: Path, texts: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models_folder, target_is_directory=True)
    done = run_demo(home, texts)
    assert done.returncode == 0, done.stderr
    for word in ("3 real texts", "courier_damage", "macro-F1", "false accusations", "of 3 go to people"):
        assert word in done.stdout
    assert "too_little_information" in done.stdout
    assert [path.name for path in home.iterdir()] == ["models"]


def test_without_a_model_the_demo_says_what_to_do(tmp_path: Path, texts: Path) -> None:
    done = run_demo(tmp_path / "empty", texts)
    assert done.returncode == 1
    assert "make train" in done.stdout
