"""What goes into the policy and what comes out of it.

Here and in the other records of an answer `gc=False` keeps them from the garbage collector: they are frozen
trees, so they can hold no cycle, and an answer makes a dozen of them.
"""

from datetime import datetime

import msgspec


class Excluded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A resolution the rules forbid, with the rule that forbids it."""

    resolution: str
    rule: str
    gloss: str


class AppliedRule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A rule, deadline or signal that holds for the request, and what it says."""

    rule: str
    gloss: str


class Opinion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the model says of a request, as far as the policy needs it.

    Attributes
    ----------
    category : the fault category of the answer, one of the five.
    fault : (6,) probabilities in the order of FAULT_LABELS.
    resolution : (7,) probabilities in the order of RESOLUTIONS.
    text : the normalised text; concepts : names of the lexicon's concepts in it.
    """

    category: str
    fault: list[float]
    resolution: list[float]
    text: str
    concepts: frozenset[str]


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the policy makes of a request and the model's opinion; money in fen."""

    recommended: str | None
    excluded: list[Excluded]
    freight_payer: str
    evidence_required: list[str]
    needs_person: list[AppliedRule]
    abuse_signals: list[AppliedRule]
    respond_by: datetime
    runner_up: str | None
    costs_fen: dict[str, int]
    expected_cost_fen: int
    price_difference_fen: int
    expected_loss_fen: int
    compensation_fen: int
    on_timeout: str
    money_at_risk_fen: int
    reply_draft: str
