"""A bundle into MLflow: what it was made of, how good it is, the model itself as a version there."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model import bundle as bundles
from model.bundle import Bundle
from model.operating_point import categories_in
from model.policy import SHIPPED_POLICY
from training import tracking
from training.labeled_data import INVENTED, LabeledRow
from training.opinions import label_columns
from training.quick_curve import learning_curve_points
from training.reweighting import effective_rows, inverse_probabilities, population_figures
from training.run_plots import save_learning_curve, save_plots
from training.train import of_split

MIN_LIFE_ROWS = 30
"""Test rows from life below which their figures would say nothing."""


def policy_file() -> Path:
    """Return the policy the service of this environment uses."""
    return Path(os.environ.get("REFUND_TRIAGE_POLICY") or SHIPPED_POLICY)


def suggested_categories() -> list[str]:
    """Return the categories that the service of this environment only suggests."""
    return categories_in(os.environ.get("REFUND_TRIAGE_SUGGEST_CATEGORIES", ""))


def log_and_register(
    folder: Path,
    rows: Sequence[LabeledRow],
    test: Sequence[LabeledRow],
    *,
    source: str,
) -> tracking.Registered:
    """Leave parameters, data, figures, pictures, card and model in MLflow.

    Parameters
    ----------
    folder : of the bundle; rows : what it was trained on; source : where they lie.
    """
    bundle = bundles.load(folder)
    manifest = bundle.manifest
    probabilities, _ = bundle.scorer.score_many([row.request for row in test])
    with tracking.run(f"retrain {manifest.model_version}"), tempfile.TemporaryDirectory() as aside:
        tracking.log_parameters(manifest.parameters)
        tracking.log_dataset(rows, digest=manifest.data_hash, source=source)
        tracking.log_tags({"model_version": manifest.model_version, "data_hash": manifest.data_hash})
        tracking.log_metrics(manifest.metrics)
        tracking.log_metrics(life_figures(bundle, rows), "life.")
        for picture in save_plots(Path(aside), label_columns([row.fault for row in test]), probabilities):
            tracking.log_file(picture, "plots")
        curve = learning_curve_points(of_split(rows, "train"), test)
        tracking.log_file(save_learning_curve(Path(aside), curve), "plots")
        tracking.log_file(folder / bundles.CARD_FILE)
        return tracking.register(folder, manifest, policy=policy_file(), suggested=suggested_categories())


def life_figures(bundle: Bundle, rows: Sequence[LabeledRow]) -> dict[str, Any]:
    """Figures on the test rows from life, weighed back to the traffic they were drawn from."""
    part = [row for row in of_split(rows, "test") if row.source not in INVENTED]
    if len(part) < MIN_LIFE_ROWS:
        return {"n_rows": len(part)}
    probabilities, _ = bundle.scorer.score_many([row.request for row in part])
    weights = inverse_probabilities(part)
    figures: dict[str, Any] = {"n_rows": len(part), "effective_rows": effective_rows(weights)}
    labels: np.ndarray = label_columns([row.fault for row in part])
    for name, (value, low, high) in population_figures(labels, probabilities, weights).items():
        figures |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return figures
