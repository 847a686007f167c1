"""Does the loop pay? Simulated reviewers decide real texts; the model is retrained after each 50 verdicts.

    python experiments/2026-11-23-loop-pays/run.py /work/shared/real/dev.jsonl

Start: a model fitted on the train side of the 750 seed rows. The real texts are cut into five folds; four are
the pool a reviewer may be sent, the fifth is measured. Three orders in which the pool is decided:

queue    what the service would send: cases the present model routes to review, in the order of deadlines that
         know nothing of the text (so a random order among the doubtful); when these run out, the audit sample
random   any case of the pool
doubt    the least certain first: what an active-learning queue would do

Measured on the held-out folds together, so every text is judged by a model that has not seen it. Only counts
and figures are written; no text leaves the input file.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from model import bundle as bundles
from model.policy import read_policy
from model.request import TriageRequest
from model.taxonomy import FAULT_LABELS, FAULTS
from model.triage import judge
from training.calibrate import choose_operating_point
from training.compile import compile_classifier
from training.evaluation import label_columns, macro_f1
from training.fit import fit_classifier
from training.labeled_data import DATA_FOLDER, LabeledRow, read_rows
from training.train import LEXICON_FOLDER, of_split, read_parameters

HERE = Path(__file__).parent
N_FOLDS, BATCH, N_REPEATS = 5, 50, 3
ORDERS = ("queue", "random", "doubt")
PRECISION = 0.95


def real_rows(path: Path) -> list[LabeledRow]:
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        LabeledRow(request=TriageRequest(refund_id=row["id"], text=row["text"]), fault=row["label"],
                   split="train", source="verdict", writer="simulated", labelled_on="2026-11-23")
        for row in found
    ]


def scorer_of(rows, parameters):
    import shutil

    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside)
        shutil.copytree(LEXICON_FOLDER, folder / "lexicon")
        bundles.write_scorer(folder, *compile_classifier(fit_classifier(rows, parameters)))
        return bundles.read_scorer(folder)


def routed_to_review(scorer, point, rows):
    """Which rows the service would send to a person."""
    from datetime import UTC, datetime
    from types import SimpleNamespace

    model = SimpleNamespace(scorer=scorer, operating_point=point, model_version="simulated")
    policy, now = read_policy(), datetime(2026, 11, 23, tzinfo=UTC)
    answers = [judge(row.request, model, policy, now=now, triage_id="t", review_id="r") for row in rows]
    return np.array([answer.route == "review" for answer in answers], dtype=bool)


def next_batch(order, scorer, point, pool, rng):
    """Positions in `pool` that are decided next."""
    chance = rng.permutation(len(pool))
    if order == "queue":
        review = routed_to_review(scorer, point, pool)
        return sorted(chance, key=lambda i: not review[i])[:BATCH]
    if order == "doubt":
        fault, _ = scorer.score_many([row.request for row in pool])
        return np.argsort(fault.max(axis=1), kind="stable")[:BATCH]
    return chance[:BATCH]


def automation_at_precision(labels, probabilities):
    """Largest share of cases, most certain first, of which 95 % are right (no category counts as wrong)."""
    inside = probabilities[:, : len(FAULTS)]
    order = np.argsort(-inside.max(axis=1), kind="stable")
    right = (inside.argmax(axis=1) == labels)[order]
    good = np.flatnonzero(np.cumsum(right) / np.arange(1, len(right) + 1) >= PRECISION)
    return float((good[-1] + 1) / len(right)) if good.size else 0.0


def one_repeat(seed, seed_rows, real, parameters):
    rng = np.random.default_rng(seed)
    folds = np.array_split(rng.permutation(len(real)), N_FOLDS)
    steps = (len(real) - len(folds[0])) // BATCH + 1
    base, calibration = of_split(seed_rows, "train"), of_split(seed_rows, "calibration")
    start = scorer_of(base, parameters)
    held = {order: np.zeros((steps, len(real), len(FAULT_LABELS))) for order in ORDERS}
    for number, fold in enumerate(folds):
        for order in ORDERS:
            pool = [real[i] for part in folds if part is not fold for i in part]
            decided, scorer = [], start
            for step in range(steps):
                held[order][step, fold], _ = scorer.score_many([real[i].request for i in fold])
                if step == steps - 1:
                    break
                point = choose_operating_point(scorer, calibration, calibrated_on="seed")
                chosen = set(int(i) for i in next_batch(order, scorer, point, pool, rng))
                decided += [row for i, row in enumerate(pool) if i in chosen]
                pool = [row for i, row in enumerate(pool) if i not in chosen]
                scorer = scorer_of(base + decided, parameters)
        print(f"repeat {seed} fold {number + 1}/{N_FOLDS}", flush=True)
    labels = label_columns([row.fault for row in real])
    return {order: [{"macro_f1": macro_f1(labels, p), "automation": automation_at_precision(labels, p)}
                    for p in held[order]] for order in ORDERS}


def plot(result):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), constrained_layout=True)
    names = {"macro_f1": "macro-F1 on held-out real texts", "automation": "automation at 95 % precision"}
    for axis, (metric, title) in zip(axes, names.items(), strict=True):
        for order in ORDERS:
            values = np.array([[step[metric] for step in repeat[order]] for repeat in result["repeats"]])
            x = np.arange(values.shape[1]) * BATCH
            axis.plot(x, values.mean(axis=0), marker="o", label=order)
            axis.fill_between(x, values.min(axis=0), values.max(axis=0), alpha=0.15)
        axis.set(title=title, xlabel="verdicts")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.savefig(HERE / "curve.png", dpi=120)


def main(path):
    parameters, real = read_parameters(), real_rows(Path(path))
    seed_rows = read_rows(DATA_FOLDER / "requests-750.jsonl")
    repeats = []
    for seed in range(N_REPEATS):
        repeats.append(one_repeat(seed, seed_rows, real, parameters))
        result = {"texts": len(real), "folds": N_FOLDS, "batch": BATCH, "repeats": repeats}
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    plot(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
