"""The form of policy.yaml: what may be written where. Meanings stand in docs/policy.md."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from model.taxonomy import Resolution

Fen = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Hours = Annotated[float, Meta(gt=0, le=24 * 365)]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Word = Annotated[str, Meta(min_length=1, pattern=r"\S")] | int
"""YAML reads an id or telephone number without quotes as a number; it is meant as text."""
Words = list[Word]
Payer = Literal["seller", "buyer", "courier"]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every part: a misspelt key is an error, never ignored."""


class Gloss(Form, frozen=True):
    """The same in both languages."""

    zh: Annotated[str, Meta(min_length=1)]
    en: Annotated[str, Meta(min_length=1)]

    def in_language(self, language: str) -> str:
        """Return the text in 'zh' or 'en'."""
        return self.zh if language == "zh" else self.en


class Shop(Form, frozen=True):
    """Who writes to the buyer; an empty address means the one that the order page shows."""

    name: str | int = ""
    address: str | int = ""
    contact: str | int = ""
    return_within_days: Annotated[int, Meta(ge=1, le=90)] = 7


class WordGroup(Form, frozen=True):
    """Words, and concepts of the model's lexicon, that mean one thing."""

    words: Words = []
    concepts: Words = []


class NoReasonReturn(Form, frozen=True):
    """七天无理由: for how long, and which goods it does not cover."""

    within_days: Annotated[float, Meta(ge=0, le=365)]
    not_covered: dict[str, Any]


class Proof(Form, frozen=True):
    """Something to ask of the buyer or to look up in the shop; `when` narrows it down."""

    zh: Annotated[str, Meta(min_length=1)]
    en: Annotated[str, Meta(min_length=1)]
    source: Literal["buyer", "shop"] = "buyer"
    when: dict[str, Any] = {}

    def in_language(self, language: str) -> str:
        """Return the text in 'zh' or 'en'."""
        return self.zh if language == "zh" else self.en


class FaultTerms(Form, frozen=True):
    """How a fault is settled: freight, proof, what the buyer is offered on top or instead."""

    freight_payer: Payer
    compensation_fen: Fen
    partial_refund_percent: Percent
    evidence: list[Proof]


class Faults(Form, frozen=True):
    """The terms of each category."""

    quality: FaultTerms
    wrong_item: FaultTerms
    courier_damage: FaultTerms
    buyer_error: FaultTerms
    likely_abuse: FaultTerms


class FaultCosts(Form, frozen=True):
    """Shares that depend on who is at fault, in percent."""

    resale_percent: Percent
    reship_percent: Percent
    repair_percent: Percent
    courier_pays_percent: Percent
    refusal_overturned_percent: Percent


class CostsByFault(Form, frozen=True):
    """A row of the cost table for each category, and for what fits none."""

    quality: FaultCosts
    wrong_item: FaultCosts
    courier_damage: FaultCosts
    buyer_error: FaultCosts
    likely_abuse: FaultCosts
    none: FaultCosts


class Costs(Form, frozen=True):
    """The cost table."""

    unknown_amount_fen: Fen
    goods_percent: Percent
    freight_fen: Fen
    handling_fen: Fen
    wrong_refusal_fen: Fen
    lost_customer_fen: Fen
    lost_customer_percent: Annotated[float, Meta(ge=0, le=1_000)]
    by_fault: CostsByFault


class Deadline(Form, frozen=True):
    """How long the platform waits, and what it does then (null: what the buyer asked for)."""

    id: Name
    hours: Hours
    when: dict[str, Any] = {}
    on_timeout: Resolution | None = None


class OnTimeout(Form, frozen=True):
    """What the buyer counts as having asked for where the request does not say."""

    not_asked: Resolution


class Rule(Form, frozen=True):
    """Where `when` holds: exclude resolutions, ask for a person, set who pays, ask for proof, add cost."""

    id: Name
    when: dict[str, Any]
    gloss: Gloss
    exclude: list[Resolution] = []
    needs_person: bool = False
    freight_payer: Payer | None = None
    evidence: list[Proof] = []
    add_cost_percent: dict[Resolution, Percent] = {}


class Signal(Form, frozen=True):
    """A fact that speaks for looking closer; never a verdict."""

    id: Name
    when: dict[str, Any]
    gloss: Gloss


class CalmTemplates(Form, frozen=True):
    """First step of a reply, by fault."""

    quality: str
    wrong_item: str
    courier_damage: str
    buyer_error: str
    likely_abuse: str


class ResolutionTemplates(Form, frozen=True):
    """A step of a reply, by resolution; `none` where the rules leave nothing."""

    refund_only: str
    return_and_refund: str
    exchange: str
    reship: str
    partial_refund: str
    repair: str
    none: str


class ReplyTemplates(Form, frozen=True):
    """The five steps of a reply in one language, and the refusal, which has no steps."""

    calm: CalmTemplates
    proof: str
    offer: ResolutionTemplates
    procedure: ResolutionTemplates
    thanks: str
    decline: CalmTemplates


class Replies(Form, frozen=True):
    """Templates in both languages."""

    zh: ReplyTemplates
    en: ReplyTemplates


class PolicyForm(Form, frozen=True):
    """The policy file as it is written."""

    shop: Shop
    out_of_stock: Words
    goods: dict[str, Words]
    mentions: dict[str, WordGroup]
    no_reason_return: NoReasonReturn
    deadlines: list[Deadline]
    silence: OnTimeout
    faults: Faults
    costs: Costs
    rules: list[Rule]
    abuse_signals: list[Signal]
    replies: Replies
