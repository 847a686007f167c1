"""What a reviewer may see: a blind case shows the request, never the model's answer, until it is decided."""

import json
from typing import Any

from sqlalchemy import RowMapping

from serving.review.states import OPEN
from serving.review.verdicts import Shown

HIDDEN: dict[str, Any] = {
    "fault": {"category": None, "confidence": None, "probabilities": {}, "outside_probability": None},
    "resolution": {
        "recommended": None,
        "confidence": None,
        "probabilities": {},
        "excluded": [],
        "runner_up": None,
        "expected_cost_fen": None,
        "price_difference_fen": None,
        "expected_loss_fen": None,
        "costs_fen": {},
        "compensation_fen": None,
        "freight_payer": None,
        "evidence_required": [],
        "needs_person": [],
        "reply_draft": "",
    },
    "route": "review",
    "review": None,
    "explanation": [],
    "money_at_risk_fen": None,
    "concern": None,
}
"""The names stay, so that a program reading a blind case finds nothing instead of failing.

A test holds them against the answer's fields: what is added there must be hidden here too.
"""


def is_hidden(row: RowMapping) -> bool:
    """Tell whether the model's answer must not be shown."""
    return bool(row["blind"]) and row["state"] in OPEN


def visible_triage(row: RowMapping) -> dict[str, Any]:
    """Return the stored answer as far as it may be seen."""
    answer: dict[str, Any] = json.loads(row["answer"])
    return answer | HIDDEN if is_hidden(row) else answer


def visible_reasons(row: RowMapping) -> list[str]:
    """Return why the case is here; `audit` is a reason nobody may read while it is open."""
    return [] if is_hidden(row) else list(row["reasons"])


def shown(row: RowMapping) -> Shown:
    """Return what goes with the verdict as having been shown."""
    probabilities = None
    if not is_hidden(row):
        answer = json.loads(row["answer"])
        probabilities = {name: answer[name]["probabilities"] for name in ("fault", "resolution")}
    return Shown(
        model_version=row["model_version"],
        policy_version=row["policy_version"],
        probabilities=probabilities,
    )


def request_of(row: RowMapping) -> dict[str, Any]:
    """Return the request, which everybody may see."""
    request: dict[str, Any] = json.loads(row["request"])
    return request
