"""Pictures of the scoreboard and the learning curve, with English labels: no font is taken for granted."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

DPI = 130


def reliability_plot(path: Path, bins: dict[str, list[list[float]]], title: str) -> None:
    """Draw for each label how often its probability is right; bars are 95 % intervals."""
    figure, axes = plt.subplots(2, 3, figsize=(10, 6.6), sharex=True, sharey=True, layout="constrained")
    for axis, (label, rows) in zip(axes.flat, bins.items(), strict=True):
        axis.plot([0, 1], [0, 1], color="0.75", linewidth=1)
        mean, right = [row[0] for row in rows], [row[1] for row in rows]
        below = [max(row[1] - row[2], 0) for row in rows]
        above = [max(row[3] - row[1], 0) for row in rows]
        axis.errorbar(mean, right, yerr=[below, above], fmt="o-", markersize=4, linewidth=1.2, capsize=2)
        axis.set_title(label, fontsize=10)
        axis.set_xlim(-0.03, 1.03)
        axis.set_ylim(-0.03, 1.03)
    figure.supxlabel("probability given")
    figure.supylabel("share that is right")
    figure.suptitle(title)
    _save(figure, path)


def risk_coverage_plot(path: Path, by_slice: dict[str, dict[str, Any]]) -> None:
    """Draw the error among the most confident rows against how many they are, a panel for each slice."""
    figure, axes = plt.subplots(
        1, len(by_slice), figsize=(4.2 * len(by_slice), 4.2), sharey=True, squeeze=False, layout="constrained"
    )
    for axis, (name, models) in zip(axes.flat, by_slice.items(), strict=True):
        for position, (model, figures) in enumerate(models.items()):
            curve = figures["risk_coverage"]
            style = {"linewidth": 2.4, "color": "black"} if position == 0 else {"linewidth": 1.2}
            axis.plot(curve["coverage"], curve["risk"], label=model, **style)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("share of texts decided")
        axis.set_xlim(0, 1)
        axis.set_ylim(0, 0.7)
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel("share of these wrong")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8, frameon=False)
    _save(figure, path)


def macro_f1_plot(path: Path, by_slice: dict[str, dict[str, Any]]) -> None:
    """Draw macro-F1 with bootstrap intervals, a panel for each slice."""
    figure, axes = plt.subplots(
        1,
        len(by_slice),
        figsize=(3.4 * len(by_slice) + 2, 3.6),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for axis, (name, models) in zip(axes.flat, by_slice.items(), strict=True):
        names = list(models)[::-1]
        for row, model in enumerate(names):
            figures = models[model]
            low, high = figures["macro_f1_interval"]
            color = "black" if row == len(names) - 1 else "tab:blue"
            axis.plot([low, high], [row, row], color=color, linewidth=2)
            axis.plot(figures["macro_f1"], row, "o", color=color, markersize=5)
        axis.set_yticks(range(len(names)), names, fontsize=8)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("macro-F1")
        axis.grid(axis="x", alpha=0.3)
    _save(figure, path)


def learning_curve_plot(path: Path, points: list[dict[str, Any]]) -> None:
    """Draw macro-F1 against the number of training rows, with and without the lexicon, by slice."""
    figure, axis = plt.subplots(figsize=(7, 4.6), layout="constrained")
    names = list(points[0]["macro_f1"])
    for color, name in zip(plt.rcParams["axes.prop_cycle"].by_key()["color"], names, strict=False):
        for lexicon, style in ((True, "o-"), (False, "s--")):
            part = [point for point in points if point["lexicon"] is lexicon]
            label = f"{name}, {'with' if lexicon else 'without'} lexicon"
            sizes, values = [p["n_rows"] for p in part], [p["macro_f1"][name] for p in part]
            axis.plot(sizes, values, style, color=color, label=label, markersize=4)
    axis.set_xscale("log")
    sizes = sorted({point["n_rows"] for point in points})
    axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axis.minorticks_off()
    axis.set_xlabel("training rows")
    axis.set_ylabel("macro-F1")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    # No date and no version in the file: the same figures make the same picture.
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    plt.close(figure)
