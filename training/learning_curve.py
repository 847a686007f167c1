"""How macro-F1 grows with the number of training rows, with and without the lexicon."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from model.request import MAX_TEXT_CHARS, TriageRequest
from training.evaluation import macro_f1
from training.fit import FitParameters, fit_classifier
from training.labeled_data import LabeledRow
from training.plots import learning_curve_plot
from training.scoreboard import slices
from training.splits import in_drawn_order

SIZES = (500, 1_000, 2_000, 4_000)

Say = Callable[[str], None]


def learning_curve(
    rows: Sequence[LabeledRow],
    parameters: FitParameters,
    real: Path | None,
    *,
    sizes: Sequence[int] = SIZES,
    say: Say = lambda _: None,
) -> list[dict[str, Any]]:
    """Fit on nested random parts of the training rows; returns one point for each size and lexicon switch.

    Without the lexicon its concepts carry no weight; its words stay in the tokenizer's dictionary.
    """
    train = in_drawn_order([row for row in rows if row.split == "train"])
    parts = slices(rows, real)
    points = []
    for size in [*(size for size in sizes if size < len(train)), len(train)]:
        for lexicon in (True, False):
            say(f"fitting on {size} rows {'with' if lexicon else 'without'} the lexicon")
            settings = parameters if lexicon else msgspec.structs.replace(parameters, concept_weight=0.0)
            classifier = fit_classifier(train[:size], settings)
            scores = {}
            for name, part in parts.items():
                requests = [TriageRequest(refund_id="R", text=text[:MAX_TEXT_CHARS]) for text in part.texts]
                scores[name] = macro_f1(part.labels, classifier.predict_fault_proba(requests))
            points.append({"n_rows": size, "lexicon": lexicon, "macro_f1": scores})
    return points


def write_curve(folder: Path, points: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    """Write the page, the figures as JSON and the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    record = {"facts": facts, "points": points}
    (folder / "results.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    learning_curve_plot(folder / "curve.png", points)
    names = list(points[0]["macro_f1"])
    lines = [
        "# Learning curve: how much more do more rows bring, and what does the lexicon bring?",
        "",
        "Made by `refund-train learning-curve` (overwrites this folder). Macro-F1 over the categories",
        "present, bare texts; nested random parts of the train split. "
        + ", ".join(f"{name}: {value}" for name, value in facts.items())
        + ".",
        "",
        f"| training rows | lexicon | {' | '.join(names)} |",
        f"|---|---|{'---|' * len(names)}",
        *(
            f"| {point['n_rows']:,} | {'with' if point['lexicon'] else 'without'} | "
            + " | ".join(f"{point['macro_f1'][name]:.3f}" for name in names)
            + " |"
            for point in points
        ),
        "",
        "![Learning curve](curve.png)",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), "utf-8")
