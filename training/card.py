"""The model card: what the model is, how good, and what it must not be used for."""

from collections import Counter
from collections.abc import Sequence

from model.bundle import Manifest
from model.operating_point import OperatingPoint
from model.taxonomy import FAULT_LABELS, FAULTS, gloss
from training.labeled_data import LabeledRow
from training.resolution_figures import resolution_table

MUST_NOT = """## What it must not be used for

- To accuse a buyer: `likely_abuse` is a concern for a person to look at, never a verdict.
- To refuse a refund without a person.
- On other languages, services without goods (hotels, food delivery), or requests unlike the ones it was
  calibrated on: the guarantee below holds for those only. Recalibrate with `refund-train calibrate`.
- Its figures are measured on written requests. They are not figures on traffic.
"""


def model_card(manifest: Manifest, point: OperatingPoint, rows: Sequence[LabeledRow]) -> str:
    """Write the card of a model as Markdown."""
    splits = Counter[str](row.split for row in rows)
    sources = Counter(row.source for row in rows)
    lines = [
        f"# Model card: refund-triage {manifest.model_version}",
        "",
        f"Calibrated on: **{point.calibrated_on}**. Operating point: *{point.sentence}*.",
        "",
        "## Data",
        "",
        f"{len(rows)} labelled requests ({_counted(sources)}), labels of {manifest.label_period}; "
        f"{_counted(splits)}. Data hash `{manifest.data_hash[:16]}`.",
        "",
        "| label | 中文 | rows |",
        "|---|---|---|",
        *(f"| {name} | {gloss(name)} | {sum(row.fault == name for row in rows)} |" for name in FAULT_LABELS),
        "",
        "## Figures on the test split",
        "",
        "| slice | rows | macro-F1 | ECE | automated | wrongly automated |",
        "|---|---|---|---|---|---|",
    ]
    for name, slice_ in manifest.metrics.items():
        lines.append(
            f"| {name} | {slice_['n_rows']} | {slice_['macro_f1']:.3f} | "
            f"{slice_['expected_calibration_error']:.3f} | {slice_['automation_rate']:.1%} | "
            f"{slice_['wrongly_automated_rate']:.1%} |"
        )
    lines += ["", "| label | precision | recall | rows |", "|---|---|---|---|"]
    for name, figures in manifest.metrics["test"]["by_category"].items():
        lines.append(
            f"| {name} | {figures['precision']:.3f} | {figures['recall']:.3f} | {figures['support']} |"
        )
    lines += resolution_table(manifest.metrics["test"]["resolution"])
    lines += ["", "## Operating point", "", "| category | threshold | p-value |", "|---|---|---|"]
    for name in FAULTS:
        threshold, p_value = point.thresholds[name], point.p_values[name]
        shown = "never automated" if threshold is None else f"{threshold:.2f}"
        lines.append(f"| {name} | {shown} | {'–' if p_value is None else f'{p_value:.3f}'} |")
    lines += ["", MUST_NOT]
    return "\n".join(lines)


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))
