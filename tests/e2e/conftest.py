"""A registry with two models, for tests with real processes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from training.fit import FitParameters
from training.labeled_data import LabeledRow, write_rows
from training.retrain import retrain
from training.sources import Sources

sys.path.insert(0, str(Path(__file__).parent))  # e2e_servers.py: tests are no package


@pytest.fixture(scope="session")
def registry_home(
    tmp_path_factory: pytest.TempPathFactory, seed_rows: list[LabeledRow], seed_parameters: FitParameters
) -> Iterator[Path]:
    """A home whose registry holds two models: the first champion and a later, promoted one."""
    home = tmp_path_factory.mktemp("registry")
    data = home / "labeled"
    data.mkdir()
    write_rows(data / "a.jsonl", seed_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        sources = Sources(home=home, data_folder=data)
        retrain(sources, parameters=seed_parameters)
        test_rows = [row for row in seed_rows if row.split == "test"]
        others = [row for row in seed_rows if row.split != "test"]
        write_rows(data / "a.jsonl", [*others[:-5], *test_rows])
        retrain(sources, parameters=seed_parameters, force="a test wants two champions")
        yield home


@pytest.fixture(scope="session")
def requests(seed_rows: list[LabeledRow]) -> list[dict[str, object]]:
    """500 requests as JSON, with fields of every kind missing and present."""
    return [
        {name: value for name, value in msgspec.to_builtins(row.request).items() if value is not None}
        for row in seed_rows[:500]
    ]
