"""Retraining: the same labels change nothing, poisoned ones are refused, a reason overrules and is kept."""

import random
from collections.abc import Iterator
from pathlib import Path

import mlflow
import msgspec
import pandas as pd
import pytest

from model.bundle import Bundle
from model.taxonomy import FAULT_LABELS
from training import tracking
from training.fit import FitParameters
from training.labeled_data import LabeledRow, write_rows
from training.promotion import CHALLENGER, champion_before, champion_of, read_history, read_pointer
from training.publishing import publish_aliases
from training.registering import suggested_categories
from training.retrain import Decision, retrain
from training.sources import Sources


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, seed_rows: list[LabeledRow]) -> Iterator[Path]:
    """A home with the seed rows as its labelled data."""
    found = tmp_path_factory.mktemp("loop")
    (found / "labeled").mkdir()
    write_rows(found / "labeled" / "seed.jsonl", seed_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield found


def flipped(rows: list[LabeledRow], share: float) -> list[LabeledRow]:
    draw = random.Random(2)
    return [
        msgspec.structs.replace(row, fault=draw.choice([f for f in FAULT_LABELS if f != row.fault]))
        if draw.random() < share
        else row
        for row in rows
    ]


def test_the_loop_promotes_repeats_refuses_and_obeys_a_reason(
    home: Path, seed_rows: list[LabeledRow], seed_parameters: FitParameters
) -> None:
    sources, parameters = Sources(home=home, data_folder=home / "labeled"), seed_parameters
    first = retrain(sources, parameters=parameters)
    assert first.decision == Decision.PROMOTED
    champion = champion_of(sources.models_folder)
    assert champion == first.manifest.model_version

    again = retrain(sources, parameters=parameters)
    assert again.decision == Decision.UNCHANGED
    assert again.manifest.model_version == champion
    assert again.registered.number == first.registered.number

    poison = home / "poison.jsonl"
    write_rows(poison, flipped(seed_rows, 0.3))
    poisoned = Sources(home=home, data_folder=home / "labeled", files=[poison])
    refused = retrain(poisoned, parameters=parameters)
    assert refused.decision == Decision.REFUSED
    assert champion_of(sources.models_folder) == champion
    assert read_pointer(sources.models_folder, CHALLENGER) == refused.manifest.model_version
    tags = tracking.get_version(refused.registered.number).tags
    assert tags["gate"] == "refused"
    assert any(name.startswith("gate.") and value.startswith("FAILED") for name, value in tags.items())

    forced = retrain(poisoned, parameters=parameters, force="a drill")
    assert forced.decision == Decision.FORCED
    assert tracking.get_version(forced.registered.number).tags["gate.forced"] == "a drill"
    assert champion_before(read_history(sources.models_folder)) == champion

    tracking.set_alias(tracking.CHAMPION, first.registered.number)
    assert publish_aliases(sources.models_folder) == [f"champion {champion}"]
    assert champion_of(sources.models_folder) == champion


def test_the_registered_model_only_suggests_what_the_shop_only_suggests(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("REFUND_TRIAGE_SUGGEST_CATEGORIES", "all")
    tracking.configure(tmp_path)
    with tracking.run("suggest mode"):
        tracking.register(bundle.folder, bundle.manifest, suggested=suggested_categories())
    rows = pd.DataFrame([{"text": "快递太暴力 箱子压烂了 里面的杯子全碎了"}])
    address = f"models:/{tracking.REGISTRY_NAME}/1"
    (answer,) = mlflow.pyfunc.load_model(address).predict(rows).to_dict("records")
    assert answer["route"] == "review"
    assert "suggest_mode" in answer["review_reasons"]
    free = mlflow.pyfunc.load_model(address, model_config={"suggest_categories": []})
    assert "suggest_mode" not in free.predict(rows).to_dict("records")[0]["review_reasons"]
