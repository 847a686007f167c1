"""The model card: what the model is, how good, and what it must not be used for."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from model.bundle import Manifest
from model.operating_point import NEVER_AUTOMATED, OperatingPoint
from model.taxonomy import FAULT_LABELS, FAULTS, gloss
from training.labeled_data import LabeledRow
from training.resolution_figures import resolution_table

LIMITS = """## Limits

- It reads Chinese; a text mostly in another language goes to a person.
- Its figures are measured on requests written for this project, not on traffic. Real buyers write in more
  ways: on real product reviews confidence is higher than accuracy (experiments/2026-11-25-scoreboard), so a
  shop should begin in suggest mode, or recalibrate on its own verdicts with `refund-train calibrate`.
- The promises of the operating point hold for requests like those it was calibrated on, with the stated
  confidence over the draw of the calibration rows. `refund-train exchangeability` warns when requests differ.
- A promise is about the fault category. Whether the recommended resolution is right is not part of it.

## What it must not be used for

- To accuse a buyer: `likely_abuse` is a concern for a person to look at, never a verdict.
- To refuse a refund without a person.
- On other languages, or on services without goods (hotels, food delivery).
"""


def model_card(manifest: Manifest, point: OperatingPoint, rows: Sequence[LabeledRow]) -> str:
    """Write the card of a model as Markdown."""
    parts = [
        f"# Model card: refund-triage {manifest.model_version}",
        f"Calibrated on: **{point.calibrated_on}** ({point.n_rows} rows). Promises: *{point.sentence}*; "
        f"*{point.outside_sentence}*.",
        _data(manifest, rows),
        _operating_point(point),
        _figures(manifest.metrics),
        LIMITS,
    ]
    return "\n\n".join(parts)


def _data(manifest: Manifest, rows: Sequence[LabeledRow]) -> str:
    lines = [
        "## Data",
        "",
        f"{len(rows)} labelled requests ({_counted(Counter(row.source for row in rows))}), labels of "
        f"{manifest.label_period}; {_counted(Counter[str](row.split for row in rows))}. "
        f"Data hash `{manifest.data_hash[:16]}`.",
        "",
        "| label | 中文 | rows |",
        "|---|---|---|",
        *(f"| {name} | {gloss(name)} | {sum(row.fault == name for row in rows)} |" for name in FAULT_LABELS),
    ]
    return "\n".join(lines)


def _operating_point(point: OperatingPoint) -> str:
    lines = ["## Operating point", "", "| category | automated from | p-value |", "|---|---|---|"]
    for name in FAULTS:
        threshold, p_value = point.thresholds[name], point.p_values[name]
        if name in NEVER_AUTOMATED:
            shown = "never: an accusation needs a person"
        elif threshold is None:
            shown = "never: no threshold keeps the promise"
        else:
            shown = f"{threshold:.3f}"
        lines.append(f"| {name} | {shown} | {'–' if p_value is None else f'{p_value:.3f}'} |")
    if point.outside_threshold is None:
        lines += ["", "Nothing is automated: no threshold keeps enough texts of no category out."]
    else:
        lines += [
            "",
            "Texts of no category are kept out from a chance of being right of "
            f"{point.outside_threshold:.3f} on (p-value {point.outside_p_value:.3f}); the thresholds above "
            "stand for no less.",
        ]
    return "\n".join(lines)


def _figures(metrics: dict[str, Any]) -> str:
    lines = [
        "## Figures on the test split",
        "",
        "| slice | rows | macro-F1 | ECE | automated | wrong of that | outside automated |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, figures in metrics.items():
        lines.append(
            f"| {name} | {figures['n_rows']} | {figures['macro_f1']:.3f} | "
            f"{figures['expected_calibration_error']:.3f} | {figures['automation_rate']:.1%} | "
            f"{figures['wrongly_automated_rate']:.1%} | {figures['outside_automated_rate']:.1%} |"
        )
    lines += ["", "| label | precision | recall | rows |", "|---|---|---|---|"]
    for name, figures in metrics["test"]["by_category"].items():
        lines.append(
            f"| {name} | {figures['precision']:.3f} | {figures['recall']:.3f} | {figures['support']} |"
        )
    lines += resolution_table(metrics["test"]["resolution"])
    return "\n".join(lines)


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))
