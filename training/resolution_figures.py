"""Figures of the resolution head: what it has learned of what the rules leave open, by fault category."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.taxonomy import FAULTS, RESOLUTIONS, gloss
from training.evaluation import expected_calibration_error
from training.labeled_data import LabeledRow


def resolution_figures(rows: Sequence[LabeledRow], probabilities: np.ndarray) -> dict[str, dict[str, Any]]:
    """Return rows, accuracy, log loss and calibration error by the labelled fault, and over `all`.

    Rows without a labelled resolution are left out.

    Parameters
    ----------
    probabilities : (n, 7) of the resolution head, before any rule.
    """
    labels = np.array([-1 if row.resolution is None else RESOLUTIONS.index(row.resolution) for row in rows])
    faults = np.array([row.fault for row in rows])
    slices = {"all": labels >= 0} | {fault: (labels >= 0) & (faults == fault) for fault in FAULTS}
    return {name: _figures(labels[part], probabilities[part]) for name, part in slices.items() if part.any()}


def _figures(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    of_label = probabilities[np.arange(len(labels)), labels]
    return {
        "n_rows": len(labels),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        # A resolution that training never carried has probability zero; it counts as one in a million.
        "log_loss": float(-np.log(np.maximum(of_label, 1e-6)).mean()),
        "expected_calibration_error": expected_calibration_error(labels, probabilities),
    }


def resolution_table(figures: dict[str, dict[str, Any]]) -> list[str]:
    """Return the lines of the card's table."""
    lines = [
        "",
        "## The resolution head, by fault category",
        "",
        "Most probable resolution against the label, before the policy's rules and costs.",
        "",
        "| fault | rows | accuracy | log loss | ECE |",
        "|---|---|---|---|---|",
    ]
    for name, part in figures.items():
        lines.append(
            f"| {name} {gloss(name) if name in FAULTS else ''} | {part['n_rows']} | {part['accuracy']:.3f} | "
            f"{part['log_loss']:.3f} | {part['expected_calibration_error']:.3f} |"
        )
    return lines
