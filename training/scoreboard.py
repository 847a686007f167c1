"""Our model and what people would use instead: same rows, same run, same figures."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.stats import binom

from model.operating_point import OperatingPoint
from model.request import MAX_TEXT_CHARS, TriageRequest
from model.taxonomy import FAULT_LABELS
from training.calibrate import choose_thresholds
from training.evaluation import (
    automation,
    bootstrap_interval,
    by_category,
    expected_calibration_error,
    macro_f1,
    risk_coverage,
)
from training.labeled_data import LabeledRow
from training.opinions import Opinions, label_columns, opinions_of
from training.peers import PEERS, Predict
from training.promises import DEFAULT_OUTSIDE_SENTENCE, DEFAULT_SENTENCE, parse_sentence

OURS = "refund-triage"
SEEDS = (0, 1, 2)
Say = Callable[[str], None]
Opine = Callable[[Sequence[str]], Opinions]


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Texts with their label columns."""

    texts: list[str]
    labels: np.ndarray


def slices(rows: Sequence[LabeledRow], real: Path | None) -> dict[str, Slice]:
    """Return the test split, its hard part, and the real texts where there are any."""
    test = [row for row in rows if row.split == "test"]
    found = {"test": _slice(test), "hard": _slice([row for row in test if row.hard])}
    if real is not None:
        lines = [json.loads(line) for line in real.read_text("utf-8").splitlines()]
        for name, part in (("real", lines), ("real, unarguable", [line for line in lines if line["sure"]])):
            labels = label_columns([line["label"] for line in part])
            found[name] = Slice(texts=[line["text"] for line in part], labels=labels)
    return found


def _slice(rows: Sequence[LabeledRow]) -> Slice:
    return Slice(texts=[row.request.text for row in rows], labels=label_columns([row.fault for row in rows]))


def run(
    rows: Sequence[LabeledRow], ours: Any, real: Path | None, *, say: Say = lambda _: None
) -> dict[str, dict[str, Any]]:
    """Fit every peer on the training rows and measure all models on every slice.

    Parameters
    ----------
    ours : bundle fitted on the same rows.

    Returns
    -------
    Figures by slice, then by model; a model that cannot be imported is left out and said so.
    """
    train = _slice([row for row in rows if row.split == "train"])
    calibration = [row for row in rows if row.split == "calibration"]
    parts = slices(rows, real)
    results: dict[str, dict[str, Any]] = {name: {} for name in parts}
    judged = _judge([_ours(ours)], parts)
    _take(results, OURS, _measure(judged, [ours.operating_point], parts, judged))
    for name, (fit, seeded) in PEERS.items():
        say(f"fitting {name}")
        try:
            fitted = [fit(train.texts, train.labels, seed) for seed in (SEEDS if seeded else SEEDS[:1])]
        except ImportError as error:
            say(f"{name} is left out: {error}")
            continue
        models = [_peer(predict) for predict in fitted]
        points = [_point_of(model, calibration, ours.operating_point) for model in models]
        _take(results, name, _measure(_judge(models, parts), points, parts, judged))
    return results


def _take(results: dict[str, dict[str, Any]], name: str, measured: dict[str, Any]) -> None:
    for part, figures in measured.items():
        results[part][name] = figures


def _ours(bundle: Any) -> Opine:
    def opine(texts: Sequence[str]) -> Opinions:
        requests = [TriageRequest(refund_id="R", text=text[:MAX_TEXT_CHARS]) for text in texts]
        return opinions_of(bundle.scorer, requests, bundle.operating_point.min_familiarity)

    return opine


def _peer(predict: Predict) -> Opine:
    """A peer decides wherever its top label is a category: it has no other reasons to ask a person."""

    def opine(texts: Sequence[str]) -> Opinions:
        probabilities = predict(texts)
        decidable = probabilities.argmax(axis=1) < len(FAULT_LABELS) - 1
        return Opinions(probabilities=probabilities, decidable=decidable)

    return opine


def _point_of(opine: Opine, calibration: Sequence[LabeledRow], ours: OperatingPoint) -> OperatingPoint:
    """Give a peer thresholds by the same promises on the same calibration rows."""
    opinions = opine([row.request.text for row in calibration])
    found = choose_thresholds(
        calibration, opinions, parse_sentence(DEFAULT_SENTENCE), parse_sentence(DEFAULT_OUTSIDE_SENTENCE)
    )
    return msgspec.structs.replace(ours, thresholds=found.by_category, p_values=found.p_values)


OpinionsBySlice = dict[str, list[Opinions]]
"""By slice the opinions of a model, one for each seed."""


def _judge(models: Sequence[Opine], parts: dict[str, Slice]) -> OpinionsBySlice:
    return {name: [model(part.texts) for model in models] for name, part in parts.items()}


def _measure(
    judged: OpinionsBySlice, points: Sequence[OperatingPoint], parts: dict[str, Slice], ours: OpinionsBySlice
) -> dict[str, dict[str, Any]]:
    """Return the mean of the figures over the seeds; intervals are over rows and seeds together."""
    measured = {}
    for name, part in parts.items():
        opinions = judged[name]
        each = [figures_of(part.labels, o, point) for o, point in zip(opinions, points, strict=True)]
        figures: dict[str, Any] = {key: float(np.mean([one[key] for one in each])) for key in each[0]}
        by_seed = [o.probabilities for o in opinions]
        measured[name] = figures | {
            "macro_f1_interval": _interval(part.labels, by_seed),
            "behind_ours_interval": _interval(part.labels, by_seed, ours[name][0].probabilities),
            "seeds": [one["macro_f1"] for one in each],
            "by_category": by_category(part.labels, by_seed[0]),
            "risk_coverage": _curve(part.labels, by_seed[0]),
            "reliability": reliability(part.labels, by_seed[0]),
        }
    return measured


def figures_of(labels: np.ndarray, opinions: Opinions, point: OperatingPoint) -> dict[str, float]:
    """Return the single figures of one model on one slice."""
    probabilities = opinions.probabilities
    return {
        "n_rows": float(len(labels)),
        "macro_f1": macro_f1(labels, probabilities),
        "expected_calibration_error": expected_calibration_error(labels, probabilities),
        "risk_coverage_area": risk_coverage(labels, probabilities)[2],
        **automation(labels, probabilities, point, opinions.decidable),
    }


def _interval(
    labels: np.ndarray, by_seed: Sequence[np.ndarray], ours: np.ndarray | None = None
) -> tuple[float, float]:
    """Bootstrap interval of the macro-F1, or of how far it lies behind ours on the same draws of rows."""
    draw = np.random.default_rng(0)

    def statistic(rows: np.ndarray) -> float:
        found = macro_f1(labels[rows], by_seed[int(draw.integers(len(by_seed)))][rows])
        return found if ours is None else macro_f1(labels[rows], ours[rows]) - found

    return bootstrap_interval(statistic, len(labels), n_draws=300)


def _curve(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, list[float]]:
    coverage, risk, _ = risk_coverage(labels, probabilities)
    positions = np.unique(np.linspace(len(coverage) // 50, len(coverage) - 1, 100).astype(int))
    return {"coverage": coverage[positions].tolist(), "risk": risk[positions].tolist()}


def reliability(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, list[list[float]]]:
    """Return by label the bins of its probability: mean, share right, 95 % interval of that, rows."""
    bins: dict[str, list[list[float]]] = {}
    for column, name in enumerate(FAULT_LABELS):
        p, right = probabilities[:, column], labels == column
        order = np.argsort(p, kind="stable")
        # Most probabilities of a label are near zero: bins by width, not by count.
        places = np.clip((p[order] * 10).astype(int), 0, 9)
        bins[name] = []
        for place in np.unique(places):
            rows = order[places == place]
            low, high = binom.interval(0.95, len(rows), right[rows].mean())
            bins[name].append(
                [
                    float(p[rows].mean()),
                    float(right[rows].mean()),
                    float(low / len(rows)),
                    float(high / len(rows)),
                    float(len(rows)),
                ]
            )
    return bins
