"""The rules of the policy file compiled for use: conditions as closures, resolutions as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from model.policy_conditions import FormError, Names, Path, asks_for, compile_condition
from model.policy_facts import Condition, WordGroups
from model.policy_form import FaultTerms, Gloss, Payer, PolicyForm, Proof, Rule
from model.reply import refuse_escaped
from model.taxonomy import FAULTS, RESOLUTIONS, Resolution


@dataclass(frozen=True, kw_only=True)
class CompiledRule:
    """A rule ready to be applied; `exclude` and `add_cost` are rows of RESOLUTIONS."""

    id: str
    holds: Condition
    gloss: Gloss
    exclude: tuple[int, ...]
    needs_person: bool
    freight_payer: Payer | None
    evidence: Sequence["CompiledProof"]
    add_cost: tuple[tuple[int, float], ...]
    after_choice: bool


@dataclass(frozen=True, kw_only=True)
class CompiledProof:
    """A proof ready to be asked for."""

    holds: Condition
    proof: Proof


@dataclass(frozen=True, kw_only=True)
class CompiledTerms:
    """The terms of a fault; `partial_refund_share` is of the amount."""

    freight_payer: Payer
    compensation_fen: int
    partial_refund_share: float
    evidence: Sequence[CompiledProof]


@dataclass(frozen=True, kw_only=True)
class CompiledDeadline:
    """A default deadline; `on_timeout` None means that the buyer gets what was asked for."""

    holds: Condition
    time: timedelta
    on_timeout: Resolution | None


@dataclass(frozen=True, kw_only=True)
class CompiledSignal:
    """A fact that speaks for looking closer."""

    id: str
    holds: Condition
    gloss: Gloss


@dataclass(frozen=True, kw_only=True)
class CompiledRules:
    """Everything of the policy file that has conditions.

    Attributes
    ----------
    before_choice : rules that may exclude and price; after_choice : those that ask for `recommended`.
    goods : finds the kinds of goods in a product category; words : the word groups in a text.
    groups_by_concept : groups that a lexicon concept stands for.
    not_covered : goods that the law leaves out of 七天无理由.
    """

    before_choice: Sequence[CompiledRule]
    after_choice: Sequence[CompiledRule]
    abuse_signals: Sequence[CompiledSignal]
    terms: dict[str, CompiledTerms]
    deadlines: Sequence[CompiledDeadline]
    goods: WordGroups
    words: WordGroups
    groups_by_concept: dict[str, frozenset[str]]
    not_covered: Condition


def compile_rules(form: PolicyForm) -> CompiledRules:
    """Compile every condition.

    Raises
    ------
    FormError
        With the path of the first thing that cannot be meant.
    """
    names = {"goods": frozenset(form.goods), "mentions": frozenset(form.mentions)}
    _refuse_same_ids("rules", [rule.id for rule in form.rules])
    _refuse_same_ids("abuse_signals", [signal.id for signal in form.abuse_signals])
    _refuse_same_ids("deadlines", [deadline.id for deadline in form.deadlines])
    if not form.deadlines or form.deadlines[-1].when:
        raise FormError(("deadlines",), "the last one must hold for every request: no `when`")
    rules = [_compile_rule(rule, names, ("rules", i)) for i, rule in enumerate(form.rules)]
    concepts = {str(c) for group in form.mentions.values() for c in group.concepts}
    return CompiledRules(
        before_choice=[rule for rule in rules if not rule.after_choice],
        after_choice=[rule for rule in rules if rule.after_choice],
        abuse_signals=[
            CompiledSignal(
                id=signal.id,
                holds=compile_condition(signal.when, names, ("abuse_signals", i, "when")),
                gloss=signal.gloss,
            )
            for i, signal in enumerate(form.abuse_signals)
        ],
        terms={fault: _compile_terms(getattr(form.faults, fault), names, fault) for fault in FAULTS},
        deadlines=[
            CompiledDeadline(
                holds=compile_condition(deadline.when, names, ("deadlines", i, "when")),
                time=timedelta(hours=deadline.hours),
                on_timeout=deadline.on_timeout,
            )
            for i, deadline in enumerate(form.deadlines)
        ],
        goods=WordGroups(form.goods),
        words=WordGroups({name: group.words for name, group in form.mentions.items()}),
        groups_by_concept={
            concept: frozenset(name for name, group in form.mentions.items() if concept in group.concepts)
            for concept in concepts
        },
        not_covered=compile_condition(
            form.no_reason_return.not_covered, names, ("no_reason_return", "not_covered")
        ),
    )


def _refuse_same_ids(part: str, ids: Sequence[str]) -> None:
    for i, name in enumerate(ids):
        if name in ids[:i]:
            raise FormError((part, i, "id"), f"'{name}' is there already")


def _compile_rule(rule: Rule, names: Names, path: Path) -> CompiledRule:
    after_choice = asks_for(rule.when, "recommended")
    if after_choice and (rule.exclude or rule.add_cost_percent):
        raise FormError((*path, "when"), "a rule that asks for `recommended` cannot exclude or price")
    return CompiledRule(
        id=rule.id,
        holds=compile_condition(rule.when, names, (*path, "when"), after_choice=after_choice),
        gloss=rule.gloss,
        exclude=tuple(RESOLUTIONS.index(name) for name in rule.exclude),
        needs_person=rule.needs_person,
        freight_payer=rule.freight_payer,
        evidence=_compile_evidence(rule.evidence, names, (*path, "evidence")),
        add_cost=tuple((RESOLUTIONS.index(n), share / 100) for n, share in rule.add_cost_percent.items()),
        after_choice=after_choice,
    )


def _compile_terms(terms: FaultTerms, names: Names, fault: str) -> CompiledTerms:
    return CompiledTerms(
        freight_payer=terms.freight_payer,
        compensation_fen=terms.compensation_fen,
        partial_refund_share=terms.partial_refund_percent / 100,
        evidence=_compile_evidence(terms.evidence, names, ("faults", fault, "evidence")),
    )


def _compile_evidence(evidence: Sequence[Proof], names: Names, path: Path) -> list[CompiledProof]:
    compiled = []
    for i, proof in enumerate(evidence):
        refuse_escaped(proof.zh, (*path, i, "zh"))
        refuse_escaped(proof.en, (*path, i, "en"))
        when: dict[str, Any] = proof.when
        compiled.append(CompiledProof(holds=compile_condition(when, names, (*path, i, "when")), proof=proof))
    return compiled
