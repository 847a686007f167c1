"""From a request to an answer: what the model says, what the policy allows, who decides."""

from collections.abc import Set
from datetime import datetime

import msgspec

from model.bundle import Bundle
from model.decision import AppliedRule, Decision, Excluded, Opinion
from model.explanation import explain
from model.fairness import score_fairly
from model.policy import Policy
from model.request import TriageRequest
from model.review_reasons import NO_CATEGORIES, review_reasons
from model.scorer import Score
from model.taxonomy import FAULTS, RESOLUTIONS, FaultCategory, Route

AUTO, REVIEW, LIKELY_ABUSE = Route.AUTO, Route.REVIEW, FaultCategory.LIKELY_ABUSE


class FaultOpinion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fault category with its probabilities, which sum to 1 over the five.

    `outside_probability` is the chance that the text fits none of them; `confidence` is the category's
    own share among the five.
    """

    category: str
    confidence: float
    probabilities: dict[str, float]
    outside_probability: float


class ResolutionOpinion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The resolution to take, what the rules removed, who pays the freight, which proof to ask for.

    `expected_cost_fen` is that of the recommended resolution, `price_difference_fen` how much more the
    runner-up would cost, `costs_fen` what each allowed one would; `expected_loss_fen` is what being wrong
    is expected to cost, about the fault and about what settles the case. `needs_person` names the rules that
    ask for a person.
    """

    recommended: str | None
    confidence: float
    probabilities: dict[str, float]
    excluded: list[Excluded]
    runner_up: str | None
    expected_cost_fen: int
    price_difference_fen: int
    expected_loss_fen: int
    costs_fen: dict[str, int]
    compensation_fen: int
    freight_payer: str
    evidence_required: list[str]
    needs_person: list[AppliedRule]
    reply_draft: str


class AbuseConcern(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a person should look closer: a concern with its signals, never a verdict.

    It comes with every answer whose category is `likely_abuse`, whatever the rules recommend; `check` is what
    the reviewer goes through before deciding anything.
    """

    probability: float
    signals: list[AppliedRule]
    check: list[str]


class ReviewTicket(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The case in the queue, and why it is there."""

    review_id: str
    reasons: list[str]


class NamedWeight(msgspec.Struct, frozen=True, gc=False):
    """A word, concept or field with what it added to the category's logit."""

    name: str
    weight: float


class Triage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to one request."""

    refund_id: str
    triage_id: str
    model_version: str
    policy_version: str
    fault: FaultOpinion
    resolution: ResolutionOpinion
    route: str
    review: ReviewTicket | None
    explanation: list[NamedWeight]
    respond_by: datetime
    on_timeout: str
    money_at_risk_fen: int
    concern: AbuseConcern | None = None


def judge(
    request: TriageRequest,
    bundle: Bundle,
    policy: Policy,
    *,
    now: datetime,
    triage_id: str,
    review_id: str,
    language: str = "zh",
    suggested: Set[str] = NO_CATEGORIES,
    demoted: Set[str] = NO_CATEGORIES,
    explained: bool = True,
) -> Triage:
    """Judge one request; the same request, model, policy and time always give the same answer.

    `suggested` and `demoted` name categories that are kept from automation, see `review_reasons`;
    `explained=False` leaves the explanation empty, which saves a third of the time.
    """
    score, category = score_fairly(bundle.scorer, request)
    decision = policy.decide(request, opinion_of(score, category), now=now, language=language)
    reasons = review_reasons(request, score, category, decision, bundle, suggested=suggested, demoted=demoted)
    fault = fault_opinion(score, category)
    return Triage(
        refund_id=request.refund_id,
        triage_id=triage_id,
        model_version=bundle.model_version,
        policy_version=policy.version,
        fault=fault,
        resolution=resolution_opinion(score, decision),
        route=REVIEW if reasons else AUTO,
        review=ReviewTicket(review_id=review_id, reasons=reasons) if reasons else None,
        explanation=[NamedWeight(*part) for part in explain(bundle.scorer, score, category, language)]
        if explained
        else [],
        respond_by=decision.respond_by,
        on_timeout=decision.on_timeout,
        money_at_risk_fen=decision.money_at_risk_fen,
        concern=abuse_concern(fault, decision),
    )


def opinion_of(score: Score, category: str) -> Opinion:
    """Return what the policy needs of a score."""
    return Opinion(
        category=category,
        fault=score.fault,
        resolution=score.resolution,
        text=score.text,
        concepts=score.concepts,
    )


def resolution_opinion(score: Score, decision: Decision) -> ResolutionOpinion:
    """Put the model's and the policy's part of the resolution together."""
    probabilities = dict(zip(RESOLUTIONS, score.resolution, strict=True))
    return ResolutionOpinion(
        recommended=decision.recommended,
        confidence=probabilities.get(decision.recommended or "", 0.0),
        probabilities=probabilities,
        excluded=decision.excluded,
        runner_up=decision.runner_up,
        expected_cost_fen=decision.expected_cost_fen,
        price_difference_fen=decision.price_difference_fen,
        expected_loss_fen=decision.expected_loss_fen,
        costs_fen=decision.costs_fen,
        compensation_fen=decision.compensation_fen,
        freight_payer=decision.freight_payer,
        evidence_required=decision.evidence_required,
        needs_person=decision.needs_person,
        reply_draft=decision.reply_draft,
    )


def abuse_concern(fault: FaultOpinion, decision: Decision) -> AbuseConcern | None:
    """Return the concern where the category is `likely_abuse`, else nothing."""
    if fault.category != LIKELY_ABUSE:
        return None
    return AbuseConcern(
        probability=fault.confidence, signals=decision.abuse_signals, check=decision.evidence_required
    )


def fault_opinion(score: Score, category: str) -> FaultOpinion:
    """Share the six-label probabilities out over the five categories."""
    *five, outside = score.fault
    inside = sum(five)
    probabilities = {name: p / inside for name, p in zip(FAULTS, five, strict=True)}
    return FaultOpinion(
        category=category,
        confidence=probabilities[category],
        probabilities=probabilities,
        outside_probability=outside,
    )
