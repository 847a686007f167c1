"""Why a person must decide: the closed set of reasons, worked out from score, policy and operating point."""

from collections.abc import Set

from model.bundle import Bundle
from model.decision import Decision
from model.lexicon import Lexicon
from model.operating_point import OperatingPoint
from model.request import TriageRequest
from model.scorer import Score
from model.signals import contradictions, is_foreign, names_another_cause, says_too_little
from model.taxonomy import FAULTS, FaultCategory, Resolution, ReviewReason

LIKELY_ABUSE, DECLINE = FaultCategory.LIKELY_ABUSE, Resolution.DECLINE
NO_CATEGORIES: frozenset[str] = frozenset()


def review_reasons(
    request: TriageRequest,
    score: Score,
    category: str,
    decision: Decision,
    bundle: Bundle,
    *,
    suggested: Set[str] = NO_CATEGORIES,
    demoted: Set[str] = NO_CATEGORIES,
) -> list[str]:
    """List why a person must decide; an empty list means the recommendation may be carried out.

    Policy: what the text does not tell, what fits no category, what contradicts itself, what the operating
    point does not cover, categories that the shop or their error rate keeps from automation, abuse and
    refusals, what the rules single out, and what leaves no allowed resolution.

    Parameters
    ----------
    suggested : categories in suggest mode; demoted : categories whose audited error rate is too high.
    """
    point = bundle.operating_point
    reasons = [
        *text_reasons(request, score, category, bundle.scorer.lexicon, point.min_familiarity),
        *confidence_reasons(score, category, point),
    ]
    if category in suggested:
        reasons.append(ReviewReason.SUGGEST_MODE)
    if category in demoted:
        reasons.append(ReviewReason.DEMOTED)
    if decision.recommended is None:
        reasons.append(ReviewReason.NO_ALLOWED_RESOLUTION)
    if decision.recommended == DECLINE:
        reasons.append(ReviewReason.DECLINE_NEEDS_PERSON)
    if decision.needs_person:
        reasons.append(ReviewReason.POLICY)
    return [str(reason) for reason in reasons]


def text_reasons(
    request: TriageRequest, score: Score, category: str, lexicon: Lexicon, min_familiarity: float
) -> list[ReviewReason]:
    """Reasons in what the buyer wrote: too little, not of our kind, unlike anything seen, contradictory.

    The operating point is chosen on the rows that pass these, so its promise is about what is automated.
    """
    if says_too_little(score.text):
        return [ReviewReason.TOO_LITTLE_INFORMATION]
    reasons = []
    *five, outside = score.fault
    if outside > max(five) or is_foreign(score.text):
        reasons.append(ReviewReason.OUTSIDE_TAXONOMY)
    if score.familiarity <= min_familiarity and len(score.text) > 1:
        reasons.append(ReviewReason.UNFAMILIAR_TEXT)
    mentions = score.mentions
    if names_another_cause(category, five, mentions, lexicon) or contradictions(request, category, mentions):
        reasons.append(ReviewReason.CONFLICTING_SIGNALS)
    return reasons


def confidence_reasons(score: Score, category: str, point: OperatingPoint) -> list[ReviewReason]:
    """Reasons in how sure the model is: abuse is never sure enough, nor is a category without threshold."""
    if category == LIKELY_ABUSE:
        return [ReviewReason.ABUSE_CONCERN]
    if point.thresholds.get(category) is None:
        return [ReviewReason.NEVER_AUTOMATED]
    if not point.automates(category, score.fault[FAULTS.index(category)]):
        return [ReviewReason.LOW_CONFIDENCE]
    return []
