"""The reference pipeline as the other servers call it: a pandas row in, both heads' probabilities out."""

import os
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from model.bundle import CLASSIFIER_FILE
from model.classifier import TriageClassifier
from serving.bulk.rows import to_request


def champion_folder() -> Path:
    """Folder of the model that all servers of a run share."""
    models = Path(os.environ["REFUND_TRIAGE_HOME"]) / "models"
    return models / (models / "champion").read_text("utf-8").strip()


def load() -> TriageClassifier:
    """Load the scikit-learn pipeline the compiled scorer was made from."""
    classifier: TriageClassifier = joblib.load(champion_folder() / CLASSIFIER_FILE)
    return classifier


def predict(classifier: TriageClassifier, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Judge the rows of a frame."""
    requests = [
        to_request({name: value for name, value in row.items() if pd.notna(value)})
        for row in frame.astype(object).to_dict("records")
    ]
    faults = classifier.predict_fault_proba(requests)
    resolutions = classifier.predict_resolution_proba(requests)
    return [{"fault": f.tolist(), "resolution": r.tolist()} for f, r in zip(faults, resolutions, strict=True)]
