"""A search goes on where it stopped, and what it finds is used by nobody."""

from pathlib import Path

import pytest
import yaml

from training.labeled_data import LabeledRow
from training.train import read_parameters
from training.tune import FOUND_FILE, tune


# 250 rows are few: a fold may lack a rare resolution, and a temperature may run to its end.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_search_goes_on_where_it_stopped_and_only_writes_its_result_down(
    tmp_path: Path, seed_rows: list[LabeledRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    base = read_parameters()
    rows = seed_rows[::3]
    tune(tmp_path, rows, base, n_trials=1)
    study = tune(tmp_path, rows, base, n_trials=1)
    assert len(study.trials) == 2
    assert study.trials[0].params["fault_C"] == base.fault_C  # the shipped settings are the first trial
    found = yaml.safe_load((tmp_path / FOUND_FILE).read_text("utf-8"))
    assert found["min_df"] == base.min_df
    assert found["fault_C"] == pytest.approx(study.best_params["fault_C"], abs=1e-4)
    assert read_parameters() == base
