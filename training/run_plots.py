"""The pictures a run keeps: confusion, reliability, risk against coverage, learning curve."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")  # before pyplot: a training has no screen
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from sklearn.metrics import confusion_matrix

from model.taxonomy import FAULT_LABELS
from training.evaluation import N_BINS, risk_coverage


def save_plots(folder: Path, labels: np.ndarray, probabilities: np.ndarray) -> list[Path]:
    """Draw every picture into a folder; returns the files."""
    drawings: dict[str, Callable[[Axes, np.ndarray, np.ndarray], None]] = {
        "confusion": confusion,
        "reliability": reliability,
        "risk_coverage": risk_against_coverage,
    }
    paths = []
    for name, draw in drawings.items():
        figure, axis = plt.subplots(figsize=(6, 5), constrained_layout=True)
        draw(axis, labels, probabilities)
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=110)
        plt.close(figure)
    return paths


def save_learning_curve(folder: Path, points: Sequence[tuple[int, float]]) -> Path:
    """Draw macro-F1 by number of training rows; returns the file."""
    figure, axis = plt.subplots(figsize=(6, 5), constrained_layout=True)
    sizes, values = zip(*points, strict=True)
    axis.plot(sizes, values, marker="o")
    axis.set_xscale("log")
    axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axis.minorticks_off()
    axis.grid(alpha=0.3)
    axis.set(
        xlabel="training rows",
        ylabel="macro-F1 (test rows)",
        title="Learning curve (linear model, text alone)",
    )
    path = folder / "learning_curve.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def confusion(axis: Axes, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Rows are the true labels, columns what the model says."""
    counts = confusion_matrix(labels, probabilities.argmax(axis=1), labels=range(len(FAULT_LABELS)))
    axis.imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        dark = count > counts[row].sum() / 2
        axis.text(column, row, str(count), ha="center", va="center", color="white" if dark else "black")
    axis.set_xticks(range(len(FAULT_LABELS)), FAULT_LABELS, rotation=40, ha="right")
    axis.set_yticks(range(len(FAULT_LABELS)), FAULT_LABELS)
    axis.set(xlabel="said", ylabel="true", title="Confusion (test rows)")


def reliability(axis: Axes, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Accuracy against confidence over equally filled bins; on the diagonal the model keeps its word."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = [part for part in np.array_split(np.argsort(confidence, kind="stable"), N_BINS) if part.size]
    axis.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axis.plot([confidence[b].mean() for b in bins], [right[b].mean() for b in bins], marker="o")
    axis.set(
        xlabel="confidence", ylabel="share right", title="Reliability (test rows)", xlim=(0, 1), ylim=(0, 1)
    )


def risk_against_coverage(axis: Axes, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Error among the most certain cases, by how many of them are taken."""
    coverage, risk, area = risk_coverage(labels, probabilities)
    axis.plot(coverage, risk)
    axis.axhline(0.05, color="grey", linewidth=1, linestyle="--")
    axis.set(
        xlabel="share of cases decided", ylabel="share of them wrong", title=f"Risk–coverage, area {area:.3f}"
    )
    axis.set_xlim(0, 1)
    axis.set_ylim(bottom=0)
