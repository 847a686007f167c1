"""The scoreboard as files: a page, the figures as JSON, three pictures; overwritten by every run."""

import json
from pathlib import Path
from typing import Any

from training.plots import macro_f1_plot, reliability_plot, risk_coverage_plot
from training.scoreboard import OURS

HEAD = """# Scoreboard: our model and what people would use instead

Made by `make benchmark-quality` (overwrites this folder). All models are fitted on the train split of
`data/labeled` in one run, get their thresholds by the same promises on its calibration split, and judge bare
texts. Macro-F1 is over the categories present, rows of no category left out, with a 95 % bootstrap interval
over rows (and seeds, where a seed changes the model: fastText, LightGBM); `behind us` is the same interval of
the difference to our macro-F1 on the same draws of rows, above zero where we are ahead. ECE and the
risk–coverage area are over all rows, six labels and the category's confidence. `automated` is the share of
rows with a category,
`wrong` the share of the automated that is wrong, `outside` the automated share of rows without a category,
`accused` the share of rows that are no abuse but get `likely_abuse`. Written rows are not traffic; the real
texts are product reviews with two labellers' opinions, 44 % of them arguable, and serve measuring only.
"""

COLUMNS = (
    "| model | macro-F1 | behind us | ECE | risk–coverage area | automated | wrong | outside | accused |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


def write_report(folder: Path, results: dict[str, dict[str, Any]], facts: dict[str, Any]) -> None:
    """Write the page, the JSON and the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    record = {"facts": facts, "results": results}
    (folder / "results.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    macro_f1_plot(folder / "macro-f1.png", results)
    risk_coverage_plot(folder / "risk-coverage.png", results)
    reliability_plot(
        folder / "reliability.png",
        results["test"][OURS]["reliability"],
        "How far each label's probability can be trusted (test split, bare texts)",
    )
    (folder / "README.md").write_text(page(results, facts), "utf-8")


def page(results: dict[str, dict[str, Any]], facts: dict[str, Any]) -> str:
    """Return the page as Markdown."""
    said = ", ".join(f"{name}: {value}" for name, value in facts.items())
    parts = [HEAD, f"This run: {said}.\n"]
    for name, models in results.items():
        n_rows = int(next(iter(models.values()))["n_rows"])
        parts.append(f"## {name.capitalize()} ({n_rows} texts)\n\n{COLUMNS}{_lines(models)}")
    parts.append("## Per category on the test split and on real texts\n")
    parts += [_by_category(name, results[name]) for name in ("test", "real") if name in results]
    parts.append(
        "![Macro-F1](macro-f1.png)\n\n![Risk against coverage](risk-coverage.png)\n\n"
        "![Reliability](reliability.png)\n"
    )
    return "\n".join(parts)


def _lines(models: dict[str, Any]) -> str:
    lines = []
    for name, f in models.items():
        low, high = f["macro_f1_interval"]
        shown = f"**{name}**" if name == OURS else name
        behind = "–" if name == OURS else "{:+.3f} to {:+.3f}".format(*f["behind_ours_interval"])
        lines.append(
            f"| {shown} | {f['macro_f1']:.3f} ({low:.3f}–{high:.3f}) | {behind} "
            f"| {f['expected_calibration_error']:.3f} "
            f"| {f['risk_coverage_area']:.3f} | {f['automation_rate']:.0%} "
            f"| {f['wrongly_automated_rate']:.1%} "
            f"| {f['outside_automated_rate']:.1%} | {f['false_accusation_rate']:.1%} |\n"
        )
    return "".join(lines)


def _by_category(part: str, models: dict[str, Any]) -> str:
    labels = [name for name, f in models[OURS]["by_category"].items() if f["support"]]
    lines = [
        f"{part.capitalize()}, precision / recall:\n",
        f"| model | {' | '.join(labels)} |",
        f"|---|{'---|' * len(labels)}",
    ]
    for name, figures in models.items():
        cells = [figures["by_category"][label] for label in labels]
        shown = " | ".join(f"{cell['precision']:.2f} / {cell['recall']:.2f}" for cell in cells)
        lines.append(f"| {name} | {shown} |")
    return "\n".join(lines) + "\n"
