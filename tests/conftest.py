"""A small real model, trained once a run on the seed rows, and what is built on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from model import bundle as bundles
from model.bundle import Bundle
from model.policy import Policy, read_policy
from model.request import TriageRequest
from model.triage import Triage, judge
from training.fit import FitParameters
from training.labeled_data import DATA_FOLDER, LabeledRow, read_rows
from training.promotion import promote
from training.train import read_parameters, train_bundle

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def seed_rows() -> list[LabeledRow]:
    """The 750 seed rows."""
    return read_rows(DATA_FOLDER / "requests-750.jsonl")


@pytest.fixture(scope="session")
def seed_parameters() -> FitParameters:
    """The shipped settings, which suit thirty times as many rows, so that so few name every category."""
    return msgspec.structs.replace(read_parameters(), min_df=2, fault_C=4.0, label_weights={})


@pytest.fixture(scope="session")
def models_folder(
    tmp_path_factory: pytest.TempPathFactory, seed_rows: list[LabeledRow], seed_parameters: FitParameters
) -> Path:
    """A models folder whose champion is trained on the seed rows (a few seconds)."""
    folder = tmp_path_factory.mktemp("home") / "models"
    manifest = train_bundle(seed_rows, folder, parameters=seed_parameters)
    promote(folder, manifest.model_version)
    return folder


@pytest.fixture(scope="session")
def bundle(models_folder: Path) -> Bundle:
    """The champion of `models_folder`, loaded."""
    return bundles.load(models_folder / (models_folder / "champion").read_text().strip())


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The shipped policy."""
    return read_policy()


@pytest.fixture
def triage(bundle: Bundle, policy: Policy) -> Callable[..., Triage]:
    """Judge a request made of keyword fields; `refund_id` and `text` have defaults."""

    def make(text: str = "杯子收到就碎了 箱子都瘪了", **fields: Any) -> Triage:
        request = TriageRequest(refund_id=fields.pop("refund_id", "R1"), text=text, **fields)
        return judge(request, bundle, policy, now=NOW, triage_id="t", review_id="r")

    return make
