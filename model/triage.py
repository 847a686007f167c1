"""From a request to an answer: what the model says, what the policy allows, who decides."""

from datetime import datetime

import msgspec

from model.bundle import Bundle
from model.explanation import explain
from model.policy import Excluded, Policy
from model.request import TriageRequest
from model.review_reasons import review_reasons
from model.scorer import Score
from model.taxonomy import FAULTS, RESOLUTIONS, Route


class FaultOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """The fault category with its probabilities, which sum to 1 over the five.

    `outside_probability` is the chance that the text fits none of them; `confidence` is the category's
    own share among the five.
    """

    category: str
    confidence: float
    probabilities: dict[str, float]
    outside_probability: float


class ResolutionOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """The resolution to take, what the rules removed, who pays the freight, which proof to ask for.

    `expected_cost_fen` is that of the recommended resolution, `price_difference_fen` how much more the
    runner-up would cost; `expected_loss_fen` is what being wrong about the fault would cost.
    """

    recommended: str | None
    confidence: float
    probabilities: dict[str, float]
    excluded: list[Excluded]
    runner_up: str | None
    expected_cost_fen: int
    price_difference_fen: int
    expected_loss_fen: int
    freight_payer: str
    evidence_required: list[str]
    reply_draft: str


class ReviewTicket(msgspec.Struct, frozen=True, kw_only=True):
    """The case in the queue, and why it is there."""

    review_id: str
    reasons: list[str]


class NamedWeight(msgspec.Struct, frozen=True):
    """A word, concept or field with what it added to the category's logit."""

    name: str
    weight: float


class Triage(msgspec.Struct, frozen=True, kw_only=True):
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


def judge(
    request: TriageRequest,
    bundle: Bundle,
    policy: Policy,
    *,
    now: datetime,
    triage_id: str,
    review_id: str,
    language: str = "zh",
    explained: bool = True,
) -> Triage:
    """Judge one request; the same request, model, policy and time always give the same answer.

    `explained=False` leaves the explanation empty, which saves a third of the time.
    """
    score = bundle.scorer.score(request)
    category = FAULTS[int(score.fault[: len(FAULTS)].argmax())]
    resolutions = dict(zip(RESOLUTIONS, score.resolution.tolist(), strict=True))
    decision = policy.decide(request, category, resolutions, now, language)
    reasons = review_reasons(request, score, category, decision, bundle)
    return Triage(
        refund_id=request.refund_id,
        triage_id=triage_id,
        model_version=bundle.model_version,
        policy_version=policy.version,
        fault=fault_opinion(score, category),
        resolution=ResolutionOpinion(
            recommended=decision.recommended,
            confidence=resolutions.get(decision.recommended or "", 0.0),
            probabilities=resolutions,
            excluded=decision.excluded,
            runner_up=decision.runner_up,
            expected_cost_fen=decision.expected_cost_fen,
            price_difference_fen=decision.price_difference_fen,
            expected_loss_fen=decision.expected_loss_fen,
            freight_payer=decision.freight_payer,
            evidence_required=decision.evidence_required,
            reply_draft=decision.reply_draft,
        ),
        route=Route.REVIEW if reasons else Route.AUTO,
        review=ReviewTicket(review_id=review_id, reasons=reasons) if reasons else None,
        explanation=[NamedWeight(*part) for part in explain(bundle.scorer, score, category, language)]
        if explained
        else [],
        respond_by=decision.respond_by,
        on_timeout=decision.on_timeout,
        money_at_risk_fen=decision.money_at_risk_fen,
    )


def fault_opinion(score: Score, category: str) -> FaultOpinion:
    """Share the six-label probabilities out over the five categories."""
    *five, outside = score.fault.tolist()
    inside = sum(five)
    probabilities = {name: p / inside for name, p in zip(FAULTS, five, strict=True)}
    return FaultOpinion(
        category=category,
        confidence=probabilities[category],
        probabilities=probabilities,
        outside_probability=outside,
    )
