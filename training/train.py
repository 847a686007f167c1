"""Labelled rows in, a sealed bundle out."""

import platform
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import joblib
import msgspec
import yaml

from model import bundle as bundles
from model.bundle import Manifest
from model.lexicon import FOLDER as LEXICON_FOLDER
from training.calibrate import choose_operating_point
from training.card import model_card
from training.compile import compile_classifier
from training.fit import FitParameters, fit_classifier
from training.labeled_data import INVENTED, LabeledRow, data_hash
from training.promises import DEFAULT_SENTENCE
from training.slices import measure

PARAMETERS_FILE = Path(__file__).with_name("parameters.yaml")
LIBRARIES = (
    "scikit-learn",
    "numpy",
    "scipy",
    "joblib",
    "jieba",
    "rjieba",
    "opencc",
    "mapie",
)

Say = Callable[[str], None]


def read_parameters(path: Path = PARAMETERS_FILE) -> FitParameters:
    """Read the settings of a fit."""
    return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), FitParameters)


def of_split(rows: Sequence[LabeledRow], split: str) -> list[LabeledRow]:
    """Return the rows of one side of the split."""
    return [row for row in rows if row.split == split]


def train_bundle(
    rows: Sequence[LabeledRow],
    models_folder: Path,
    *,
    parameters: FitParameters,
    sentence: str = DEFAULT_SENTENCE,
    created_from: str = "seed",
    say: Say = lambda _: None,
) -> Manifest:
    """Fit, compile, calibrate, measure and seal a model; returns its manifest.

    The folder carries the model's version as its name, and appears only when it is complete.
    """
    models_folder.mkdir(parents=True, exist_ok=True)
    train = of_split(rows, "train")
    with tempfile.TemporaryDirectory(dir=models_folder, prefix=".training-") as aside:
        folder = Path(aside) / "bundle"
        folder.mkdir()
        shutil.copytree(LEXICON_FOLDER, folder / "lexicon")
        say(f"fitting on {len(train)} requests")
        classifier = fit_classifier(train, parameters)
        joblib.dump(classifier, folder / bundles.CLASSIFIER_FILE, compress=3)
        bundles.write_scorer(folder, *compile_classifier(classifier))
        scorer = bundles.read_scorer(folder)
        say("choosing the operating point")
        point = choose_operating_point(
            scorer, of_split(rows, "calibration"), sentence=sentence, calibrated_on=created_from
        )
        (folder / bundles.OPERATING_POINT_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(point)))
        say("measuring on the test split")
        manifest = bundles.seal(
            folder,
            created_from=created_from,
            data_hash=data_hash(rows),
            label_period=label_period(rows),
            versions={"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
            parameters=msgspec.to_builtins(parameters),
            metrics=measure(scorer, of_split(rows, "test"), point),
        )
        (folder / bundles.CARD_FILE).write_text(model_card(manifest, point, rows), "utf-8")
        final = models_folder / manifest.model_version
        if not final.exists():
            folder.rename(final)
    return manifest


def provenance(rows: Sequence[LabeledRow]) -> str:
    """Say what kind of rows a model learns from."""
    return "seed" if all(row.source in INVENTED for row in rows) else "seed and life"


def label_period(rows: Sequence[LabeledRow]) -> str:
    """First and last day of the labels."""
    days = sorted({row.labelled_on for row in rows})
    return f"{days[0]} – {days[-1]}"
