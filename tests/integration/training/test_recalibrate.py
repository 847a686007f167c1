"""A shop's own verdicts choose the thresholds; the model stays as it is."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from model import bundle as bundles
from model.bundle import Bundle
from training.labeled_data import LabeledRow
from training.recalibrate import TooFewRowsError, evenly_sampled, recalibrate
from training.train import of_split


@pytest.fixture
def verdicts(seed_rows: list[LabeledRow]) -> list[LabeledRow]:
    """Rows the champion was not fitted on, as if they came from reviewers."""
    unseen = [row for row in seed_rows if row.split != "train"]
    return [msgspec.structs.replace(row, source="verdict") for row in unseen]


def test_the_scorer_stays_and_the_operating_point_is_new(
    bundle: Bundle, verdicts: list[LabeledRow], seed_rows: list[LabeledRow], tmp_path: Path
) -> None:
    manifest = recalibrate(bundle, verdicts, tmp_path, calibrated_on="verdicts", known_rows=seed_rows)
    again = bundles.load(tmp_path / manifest.model_version)
    assert again.model_version != bundle.model_version
    assert again.operating_point.calibrated_on == "verdicts"
    assert again.operating_point.n_rows == len(verdicts)
    request = verdicts[0].request
    assert np.array_equal(again.scorer.score(request).fault, bundle.scorer.score(request).fault)
    assert (again.folder / bundles.CARD_FILE).read_text("utf-8").count("Calibrated on: **verdicts**") == 1


def test_the_same_verdicts_make_the_same_bundle(
    bundle: Bundle, verdicts: list[LabeledRow], seed_rows: list[LabeledRow], tmp_path: Path
) -> None:
    first, second = (
        recalibrate(bundle, rows, tmp_path, calibrated_on="verdicts", known_rows=seed_rows)
        for rows in (verdicts, verdicts)
    )
    assert first == second


def test_too_few_verdicts_are_refused(
    bundle: Bundle, verdicts: list[LabeledRow], seed_rows: list[LabeledRow], tmp_path: Path
) -> None:
    with pytest.raises(TooFewRowsError, match="at least 100"):
        recalibrate(bundle, verdicts[:50], tmp_path, calibrated_on="verdicts", known_rows=seed_rows)
    assert not list(tmp_path.iterdir())


def test_rows_reviewed_more_often_are_thinned_to_the_chance_of_the_rarest(
    seed_rows: list[LabeledRow],
) -> None:
    doubtful, sure = seed_rows[:500], seed_rows[500:]
    rows = [
        *doubtful,
        *(msgspec.structs.replace(row, sampling_probability=0.2) for row in sure),
    ]
    kept = {row.row_id for row in evenly_sampled(rows)}
    assert {row.row_id for row in sure} <= kept
    # 500 rows at 0.2: 100, give or take three standard deviations of nine.
    assert 73 <= len(kept) - len(sure) <= 127


def test_rows_seen_with_equal_chance_are_all_kept(seed_rows: list[LabeledRow]) -> None:
    assert evenly_sampled(seed_rows) == seed_rows
    assert evenly_sampled([]) == []


def test_the_card_says_what_is_never_automated(bundle: Bundle, seed_rows: list[LabeledRow]) -> None:
    card = (bundle.folder / bundles.CARD_FILE).read_text("utf-8")
    assert "| likely_abuse | never: an accusation needs a person |" in card
    for category, threshold in bundle.operating_point.thresholds.items():
        if threshold is None and category != "likely_abuse":
            assert f"| {category} | never: no threshold keeps the promise |" in card
    assert "| text only |" in card
    assert len(of_split(seed_rows, "test")) == bundle.manifest.metrics["test"]["n_rows"]
