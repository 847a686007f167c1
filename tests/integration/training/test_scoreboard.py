"""The scoreboard measures every model on the same rows and writes table, figures and pictures."""

import json
from pathlib import Path

import pytest

from model.bundle import Bundle
from model.taxonomy import FAULT_LABELS
from training import scoreboard
from training.labeled_data import LabeledRow
from training.learning_curve import write_curve
from training.peers import PEERS
from training.scoreboard import OURS, run
from training.scoreboard_report import write_report

QUICK = ("majority + keyword rules", "ComplementNB on words")


@pytest.fixture
def quick_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoreboard, "PEERS", {name: PEERS[name] for name in QUICK})


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """Two lines in the form of the real texts, written for this test."""
    lines = [
        {"text": "壶嘴漏水 底座也不加热", "label": "quality", "sure": True},
        {"text": "什么时候能开发票", "label": "none", "sure": False},
        {"text": "给我寄成别人家的枕头了", "label": "wrong_item", "sure": True},
    ]
    path = tmp_path / "real.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


@pytest.mark.usefixtures("quick_peers")
def test_every_model_is_measured_on_every_slice_and_written_down(
    bundle: Bundle, seed_rows: list[LabeledRow], real: Path, tmp_path: Path
) -> None:
    results = run(seed_rows, bundle, real)
    assert set(results) == {"test", "hard", "real", "real, unarguable"}
    for models in results.values():
        assert list(models) == [OURS, *QUICK]
    ours = results["test"][OURS]
    low, high = ours["macro_f1_interval"]
    assert low <= ours["macro_f1"] <= high
    assert ours["behind_ours_interval"] == (0.0, 0.0)
    assert results["test"]["majority + keyword rules"]["behind_ours_interval"][0] > 0
    assert set(ours["reliability"]) == set(FAULT_LABELS)
    assert ours["macro_f1"] > results["test"]["majority + keyword rules"]["macro_f1"]

    write_report(tmp_path / "out", results, {"model": bundle.model_version})
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"README.md", "results.json", "macro-f1.png", "risk-coverage.png", "reliability.png"}
    page = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert page.count(f"| **{OURS}** |") == len(results)


def test_a_peer_that_is_not_installed_is_left_out_and_said_so(
    bundle: Bundle, seed_rows: list[LabeledRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise ImportError("no such library")

    monkeypatch.setattr(scoreboard, "PEERS", {"absent": (missing, False)})
    said: list[str] = []
    results = run(seed_rows, bundle, None, say=said.append)
    assert list(results["test"]) == [OURS]
    assert said[-1] == "absent is left out: no such library"


def test_the_learning_curve_is_written_as_table_and_picture(tmp_path: Path) -> None:
    points = [
        {"n_rows": n, "lexicon": lexicon, "macro_f1": {"test": 0.5 + n / 10_000 + lexicon / 20}}
        for n in (500, 1_000)
        for lexicon in (True, False)
    ]
    write_curve(tmp_path, points, {"rows": 1_500})
    assert "| 1,000 | without | 0.600 |" in (tmp_path / "README.md").read_text("utf-8")
    assert (tmp_path / "curve.png").stat().st_size > 1_000
