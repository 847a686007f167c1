"""Which judged cases enter the queue, and how."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from model.request import TriageRequest
from model.taxonomy import ReviewReason
from model.triage import Triage
from serving.review.priority import Urgency, rank
from serving.review.sampling import Sampling
from serving.review.states import ReviewKind, ReviewState
from serving.review.steps import SERVICE
from serving.review.tables import review_events, reviews
from serving.scoring.service import new_id
from serving.scoring.statements import RowInsert

JudgedCase = tuple[TriageRequest, Triage, datetime]

INSERT_REVIEWS = RowInsert(
    reviews,
    [
        "review_id",
        "triage_id",
        "refund_id",
        "state",
        "kind",
        "sampling_probability",
        "reasons",
        "rank",
        "respond_by",
        "fault_guess",
        "confidence",
        "shop_id",
        "blind",
        "verdicts_needed",
        "created_at",
    ],
)
INSERT_EVENTS = RowInsert(
    review_events, ["review_id", "action", "from_state", "to_state", "actor", "at", "note"]
)


def add(connection: Connection, cases: Sequence[JudgedCase], sampling: Sampling) -> None:
    """Put doubtful cases into the queue, and the automated ones that are drawn for an audit."""
    rows = [row for case in cases if (row := review_row(*case, sampling)) is not None]
    if not rows:
        return
    INSERT_REVIEWS.execute(connection, rows)
    events = [
        {
            "review_id": row["review_id"],
            "action": "add",
            "from_state": None,
            "to_state": ReviewState.WAITING,
            "actor": SERVICE,
            "at": row["created_at"],
            "note": "",
        }
        for row in rows
    ]
    INSERT_EVENTS.execute(connection, events)


def review_row(
    request: TriageRequest, triage: Triage, at: datetime, sampling: Sampling
) -> dict[str, Any] | None:
    """Return the review of a judged case, None for one that is automated and not audited.

    A blind case carries no guess of the model, so no list, filter or order can give it away; an audit ranks
    by its amount, like any other case, so that neither its place nor a queue that never empties spoils it.
    """
    audited = triage.review is None
    if audited and not sampling.is_audited(request.refund_id):
        return None
    blind = audited or sampling.is_blind(request.refund_id)
    amount_fen = request.refund_amount_fen or 0
    at_risk_fen = amount_fen if blind else triage.money_at_risk_fen
    recommended = None if blind else triage.resolution.recommended
    return {
        "review_id": new_id() if triage.review is None else triage.review.review_id,
        "triage_id": triage.triage_id,
        "refund_id": request.refund_id,
        "state": ReviewState.WAITING,
        "kind": ReviewKind.AUDIT if audited else ReviewKind.CASE,
        "sampling_probability": sampling.audit_share if audited else 1.0,
        "reasons": [ReviewReason.AUDIT] if triage.review is None else triage.review.reasons,
        "rank": rank(Urgency(at_risk_fen, triage.on_timeout, recommended)),
        "respond_by": triage.respond_by,
        "fault_guess": None if blind else triage.fault.category,
        "confidence": None if blind else triage.fault.confidence,
        "shop_id": request.shop_id,
        "blind": blind,
        "verdicts_needed": sampling.verdicts_needed(request.refund_id, request.refund_amount_fen),
        "created_at": at,
    }
