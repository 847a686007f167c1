"""The gate: whether a challenger may become champion, decided on the same frozen test rows for both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.operating_point import OperatingPoint
from model.taxonomy import FAULT_LABELS
from training.evaluation import automation, by_category, expected_calibration_error
from training.reweighting import macro_f1


@dataclass(frozen=True, kw_only=True)
class GateLimits:
    """How much worse a challenger may be; each is a difference to the champion unless it says otherwise.

    Attributes
    ----------
    macro_f1 : most that may be lost even where it may be chance.
    recall : of any category with at least `min_support` test rows.
    calibration_error : of the ECE; a first model may have `calibration_error_at_most`.
    wrongly_automated_rate : most of what is automated that may be wrong, unless the champion has more.
    p99_factor : on the champion's p99, which counts as at least one millisecond.
    contradiction : share of new labels that may contradict the champion where it is all but sure.
    """

    macro_f1: float = 0.02
    recall: float = 0.05
    min_support: int = 20
    calibration_error: float = 0.02
    calibration_error_at_most: float = 0.10
    wrongly_automated_rate: float = 0.05
    p99_factor: float = 3.0
    contradiction: float = 0.15
    n_draws: int = 500


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A model's answers to the frozen test rows, and how it behaves.

    Attributes
    ----------
    probabilities : (n, 6) in the order of FAULT_LABELS.
    p99_ms : of scoring one request.
    broken_promises : what of the contract the model breaks, empty where it keeps it.
    """

    probabilities: np.ndarray
    point: OperatingPoint
    p99_ms: float
    broken_promises: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule of the gate, whether it is kept, and the numbers it was decided on."""

    name: str
    passed: bool
    detail: str


def gate(
    labels: np.ndarray,
    challenger: Judged,
    champion: Judged | None,
    *,
    contradictions: tuple[int, int] = (0, 0),
    limits: GateLimits = GateLimits(),
) -> list[Check]:
    """Decide whether a challenger may become champion; it may where every check passes.

    Policy: both models answer the same frozen test rows, which no label from life can change. The
    challenger may not be worse in macro-F1 (paired bootstrap: it fails where even the upper end of the
    interval of the difference is below zero, or where more than the margin is lost), in no category's recall
    beyond the margin, not in calibration, not in what it automates wrongly, not in speed, and it must keep
    the contract. New labels that contradict the champion where it is all but sure are more likely wrong than
    new knowledge: a person must look (`--force` with a reason).

    Parameters
    ----------
    labels : (n,) columns of FAULT_LABELS of the frozen test rows.
    contradictions : how many new labels contradict the sure champion, of how many it is sure about.
    """
    checks = [_contract(challenger), _wrongly_automated(labels, challenger, champion, limits)]
    checks.append(_calibration(labels, challenger, champion, limits))
    if champion is not None:
        checks += [
            _macro_f1(labels, challenger, champion, limits),
            _recall(labels, challenger, champion, limits),
            _speed(challenger, champion, limits),
            _plausible_labels(contradictions, limits),
        ]
    return checks


def _contract(challenger: Judged) -> Check:
    broken = "; ".join(challenger.broken_promises)
    return Check(name="contract", passed=not broken, detail=broken or "kept")


def _macro_f1(labels: np.ndarray, challenger: Judged, champion: Judged, limits: GateLimits) -> Check:
    def difference(rows: np.ndarray) -> float:
        after, before = (
            macro_f1(labels[rows], judged.probabilities[rows], np.ones(len(rows)))
            for judged in (challenger, champion)
        )
        return after - before

    rng = np.random.default_rng(0)
    n = len(labels)
    draws = [difference(rng.integers(0, n, n)) for _ in range(limits.n_draws)]
    low, high = np.quantile(draws, [0.025, 0.975])
    found = difference(np.arange(n))
    return Check(
        name="macro_f1",
        passed=bool(high >= 0 and found >= -limits.macro_f1),
        detail=f"{found:+.4f} (95 % interval {low:+.4f} … {high:+.4f})",
    )


def _recall(labels: np.ndarray, challenger: Judged, champion: Judged, limits: GateLimits) -> Check:
    before, after = (by_category(labels, judged.probabilities) for judged in (champion, challenger))
    lost = {
        name: after[name]["recall"] - before[name]["recall"]
        for name in FAULT_LABELS
        if before[name]["support"] >= limits.min_support
    }
    worst = min(lost, key=lambda name: lost[name], default=None)
    if worst is None:
        return Check(name="recall", passed=True, detail="no category has enough test rows")
    return Check(name="recall", passed=lost[worst] >= -limits.recall, detail=f"{worst} {lost[worst]:+.3f}")


def _calibration(
    labels: np.ndarray, challenger: Judged, champion: Judged | None, limits: GateLimits
) -> Check:
    found = expected_calibration_error(labels, challenger.probabilities)
    limit = limits.calibration_error_at_most
    if champion is not None:
        limit = expected_calibration_error(labels, champion.probabilities) + limits.calibration_error
    return Check(name="calibration", passed=found <= limit, detail=f"ECE {found:.3f}, at most {limit:.3f}")


def _wrongly_automated(
    labels: np.ndarray, challenger: Judged, champion: Judged | None, limits: GateLimits
) -> Check:
    found = automation(labels, challenger.probabilities, challenger.point)["wrongly_automated_rate"]
    limit = limits.wrongly_automated_rate
    if champion is not None:
        limit = max(
            limit, automation(labels, champion.probabilities, champion.point)["wrongly_automated_rate"]
        )
    return Check(
        name="wrongly_automated_rate", passed=found <= limit, detail=f"{found:.2%}, at most {limit:.2%}"
    )


def _speed(challenger: Judged, champion: Judged, limits: GateLimits) -> Check:
    limit = limits.p99_factor * max(champion.p99_ms, 1.0)
    return Check(
        name="p99_of_scoring",
        passed=challenger.p99_ms <= limit,
        detail=f"{challenger.p99_ms:.2f} ms, at most {limit:.2f} ms",
    )


def _plausible_labels(contradictions: tuple[int, int], limits: GateLimits) -> Check:
    """Fail where the contradicted share is above the limit beyond chance (95 % Wilson lower bound)."""
    against, n = contradictions
    share = against / n if n else 0.0
    z = 1.645
    spread = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) if n else 0.0
    low = (share + z * z / (2 * n) - spread) / (1 + z * z / n) if n else 0.0
    return Check(
        name="plausible_new_labels",
        passed=bool(low <= limits.contradiction),
        detail=f"{against} of {n} new labels contradict the champion where it is sure",
    )
