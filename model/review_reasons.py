"""Why a person must decide: the closed set of reasons, worked out from score, policy and operating point."""

from model.bundle import Bundle
from model.decision import Decision
from model.request import TriageRequest
from model.scorer import Score
from model.taxonomy import FAULT_LABELS, FaultCategory, Resolution, ReviewReason


def review_reasons(
    request: TriageRequest, score: Score, category: str, decision: Decision, bundle: Bundle
) -> list[str]:
    """List why a person must decide; an empty list means the recommendation may be carried out.

    Policy: abuse and refusals always go to a person; so does what the operating point does not cover,
    what fits no category, what the rules single out, and what leaves no allowed resolution.
    """
    point = bundle.operating_point
    probability = float(score.fault[FAULT_LABELS.index(category)])
    outside = float(score.fault[-1])
    reasons: list[str] = []
    if outside >= point.max_outside:
        reasons.append(ReviewReason.OUTSIDE_TAXONOMY)
    if not any(character.isalnum() for character in score.text):
        reasons.append(ReviewReason.TOO_LITTLE_INFORMATION)
    elif score.familiarity < point.min_familiarity and len(score.text) > 1:
        reasons.append(ReviewReason.UNFAMILIAR_TEXT)
    if category == FaultCategory.LIKELY_ABUSE:
        reasons.append(ReviewReason.ABUSE_CONCERN)
    elif point.thresholds.get(category) is None:
        reasons.append(ReviewReason.NEVER_AUTOMATED)
    elif not point.automates(category, probability):
        reasons.append(ReviewReason.LOW_CONFIDENCE)
    if decision.recommended is None:
        reasons.append(ReviewReason.NO_ALLOWED_RESOLUTION)
    if decision.recommended == Resolution.DECLINE:
        reasons.append(ReviewReason.DECLINE_NEEDS_PERSON)
    if decision.needs_person:
        reasons.append(ReviewReason.POLICY)
    return [str(reason) for reason in reasons]
