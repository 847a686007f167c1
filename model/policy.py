"""What the platform and the law allow, read from data: the rules of policy.yaml applied to one request."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from model.errors import PolicyError
from model.request import TriageRequest
from model.taxonomy import RESOLUTIONS, FaultCategory

SHIPPED_POLICY = Path(__file__).with_name("policy.yaml")


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """A resolution the rules forbid, with the rule that forbids it."""

    resolution: str
    rule: str
    gloss: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: where every condition of `when` holds, `exclude` is forbidden and `needs_person` applies."""

    id: str
    when: dict[str, Any]
    gloss: dict[str, str]
    exclude: list[str] = []
    needs_person: bool = False


class FaultTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who pays the freight and which proof to ask for."""

    freight_payer: str
    evidence_required: list[dict[str, str]]


class PolicyData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy file as it is written."""

    perishable: list[str]
    default_respond_within_hours: dict[str, int]
    faults: dict[FaultCategory, FaultTerms]
    rules: list[Rule]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the policy makes of a request and the model's opinion."""

    recommended: str | None
    excluded: list[Excluded]
    freight_payer: str
    evidence_required: list[str]
    needs_person: list[str]
    respond_by: datetime
    runner_up: str | None
    expected_cost_fen: int
    price_difference_fen: int
    expected_loss_fen: int
    on_timeout: str
    money_at_risk_fen: int
    reply_draft: str


class Policy:
    """A validated policy; `version` is the hash of its content and is stored with every answer."""

    def __init__(self, data: PolicyData, version: str) -> None:
        self.data = data
        self.version = version

    def decide(
        self,
        request: TriageRequest,
        fault: str,
        resolution_probabilities: Mapping[str, float],
        now: datetime,
        language: str = "zh",
    ) -> Decision:
        """Remove what the rules forbid, then take the most probable resolution that is left."""
        facts = self._facts(request, fault)
        excluded: dict[str, Excluded] = {}
        needs_person: list[str] = []
        for rule in self.data.rules:
            if not all(facts.get(name) in _as_list(wanted) for name, wanted in rule.when.items()):
                continue
            if rule.needs_person:
                needs_person.append(rule.id)
            for name in rule.exclude:
                excluded.setdefault(name, Excluded(resolution=name, rule=rule.id, gloss=rule.gloss[language]))
        allowed = [name for name in RESOLUTIONS if name not in excluded]
        allowed.sort(key=lambda name: -resolution_probabilities[name])
        terms = self.data.faults[FaultCategory(fault)]
        return Decision(
            recommended=allowed[0] if allowed else None,
            runner_up=allowed[1] if len(allowed) > 1 else None,
            expected_cost_fen=request.refund_amount_fen or 0,
            price_difference_fen=0,
            expected_loss_fen=request.refund_amount_fen or 0,
            on_timeout=str(request.service_type or "refund_only"),
            money_at_risk_fen=request.refund_amount_fen or 0,
            reply_draft="",
            excluded=list(excluded.values()),
            freight_payer=terms.freight_payer,
            evidence_required=[proof[language] for proof in terms.evidence_required],
            needs_person=needs_person,
            respond_by=request.respond_by or now + self._default_time(request),
        )

    def _facts(self, request: TriageRequest, fault: str) -> dict[str, Any]:
        return msgspec.structs.asdict(request) | {
            "fault": fault,
            "perishable": request.product_category in self.data.perishable,
        }

    def _default_time(self, request: TriageRequest) -> timedelta:
        hours = self.data.default_respond_within_hours
        return timedelta(hours=hours.get(str(request.platform), hours["other"]))


def _as_list(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def read_policy(path: Path = SHIPPED_POLICY) -> Policy:
    """Read and validate a policy file.

    Raises
    ------
    PolicyError
        Names the file and what is wrong in it.
    """
    content = path.read_bytes()
    try:
        data = msgspec.convert(yaml.safe_load(content), PolicyData)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise PolicyError(f"{path}: {error}") from error
    return Policy(data, hashlib.sha256(content).hexdigest()[:12])
