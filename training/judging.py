"""Challenger and champion answer the frozen test rows, and the gate compares them."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from model import bundle as bundles
from model.bundle import Bundle
from model.errors import RefundTriageError
from model.policy import read_policy
from model.request import TriageRequest
from model.taxonomy import FAULT_LABELS, FAULTS, RESOLUTIONS
from model.triage import judge
from training.gate import Check, Judged, gate
from training.known_rows import new_rows
from training.labeled_data import LabeledRow
from training.opinions import label_columns
from training.promotion import champion_of

N_TIMED = 300
SURE = 0.9
"""Probability from which the champion counts as all but sure of a label."""

ODD_TEXTS = ("", "？", "😀" * 50, "好" * 2_000, "a" * 2_000, "\ud800坏了", "退款\u0000", "𠮷野家")
"""Requests that broke scorers before; every model must answer them."""


def judged(bundle: Bundle, rows: Sequence[LabeledRow]) -> Judged:
    """Let a model answer the test rows."""
    probabilities, _ = bundle.scorer.score_many([row.request for row in rows])
    return Judged(
        probabilities=probabilities,
        point=bundle.operating_point,
        p99_ms=p99_ms(bundle, rows),
        broken_promises=broken_promises(bundle),
    )


def p99_ms(bundle: Bundle, rows: Sequence[LabeledRow]) -> float:
    """Measure single requests, the first few left out; of two rounds the quieter counts."""
    requests = [row.request for row in rows[:N_TIMED]]
    rounds = []
    for _ in range(2):
        times = []
        for request in requests:
            start = time.perf_counter()
            bundle.scorer.score(request)
            times.append(time.perf_counter() - start)
        rounds.append(float(np.quantile(times[10:] or times, 0.99)) * 1_000)
    return min(rounds)


def broken_promises(bundle: Bundle) -> list[str]:
    """Say what of the answer's contract a model breaks on odd requests."""
    policy, now = read_policy(), datetime(2026, 1, 1, tzinfo=UTC)
    broken = []
    for number, text in enumerate(ODD_TEXTS):
        request = TriageRequest(refund_id=f"odd-{number}", text=text)
        try:
            answer = judge(request, bundle, policy, now=now, triage_id="t", review_id="r")
        except (RefundTriageError, ValueError, IndexError, UnicodeError) as error:
            broken.append(f"odd request {number}: {type(error).__name__}")
            continue
        faults, resolutions = answer.fault.probabilities, answer.resolution.probabilities
        if tuple(faults) != FAULTS or tuple(resolutions) != RESOLUTIONS:
            broken.append(f"odd request {number}: other labels")
        if not all(abs(sum(part.values()) - 1) < 1e-9 for part in (faults, resolutions)):
            broken.append(f"odd request {number}: probabilities do not add up to 1")
    return broken


def contradictions(champion: Bundle, new_rows: Sequence[LabeledRow]) -> tuple[int, int]:
    """Count new labels that contradict the champion where it is all but sure, and where it is at all."""
    if not new_rows:
        return 0, 0
    probabilities, _ = champion.scorer.score_many([row.request for row in new_rows])
    labels = np.array([FAULT_LABELS.index(row.fault) for row in new_rows])
    sure = probabilities.max(axis=1) >= SURE
    return int((probabilities.argmax(axis=1) != labels)[sure].sum()), int(sure.sum())


def judge_challenger(
    models_folder: Path, challenger: Bundle, rows: Sequence[LabeledRow], test: Sequence[LabeledRow]
) -> list[Check]:
    """Let challenger and champion answer the frozen test rows, and the gate compare them."""
    champion = load_champion(models_folder)
    fresh = new_rows(models_folder, champion.manifest, rows) if champion else []
    return gate(
        label_columns([row.fault for row in test]),
        judged(challenger, test),
        judged(champion, test) if champion else None,
        contradictions=contradictions(champion, fresh) if champion else (0, 0),
    )


def load_champion(models_folder: Path) -> Bundle | None:
    """Return the champion's bundle, None before the first."""
    version = champion_of(models_folder)
    return bundles.load(models_folder / version) if version else None
