"""What the platform and the law allow, what it costs, what to write: the policy applied to one request."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from model.decision import AppliedRule, Decision, Excluded, Opinion
from model.draft import ReplyFacts
from model.errors import PolicyError
from model.policy_conditions import FormError
from model.policy_costs import CostTable, Prices, Whereabouts, make_cost_table
from model.policy_facts import NOTHING, Facts, gather, no_reason_return
from model.policy_file import read_form
from model.policy_form import PolicyForm, Proof
from model.policy_rules import CompiledRule, CompiledRules, CompiledSignal, compile_rules
from model.reply import MAX_PROOFS, ReplyWriter, reply_language, yuan
from model.request import TriageRequest
from model.taxonomy import RESOLUTIONS, FaultCategory, LogisticsStatus, Resolution

SHIPPED_POLICY = Path(__file__).with_name("policy.yaml")
# Members by themselves: looking one up in its enum costs more than comparing it.
LIKELY_ABUSE, NOT_SHIPPED = FaultCategory.LIKELY_ABUSE, LogisticsStatus.NOT_SHIPPED
PARTIAL_REFUND = RESOLUTIONS.index(Resolution.PARTIAL_REFUND)
WITH_COMPENSATION = frozenset(
    {Resolution.RETURN_AND_REFUND, Resolution.EXCHANGE, Resolution.RESHIP, Resolution.REPAIR}
)
"""Resolutions with which the shop adds its small compensation; the others are money already."""


class Policy:
    """A validated, compiled policy; `version` is the hash of its file and is stored with every answer."""

    def __init__(self, form: PolicyForm, version: str) -> None:
        self.form = form
        self.version = version
        self._rules: CompiledRules = compile_rules(form)
        self._costs: CostTable = make_cost_table(form.costs, form.faults)
        self._replies = ReplyWriter(form)
        self._out_of_stock = frozenset(map(str, form.out_of_stock))

    def decide(
        self, request: TriageRequest, opinion: Opinion, *, now: datetime, language: str = "zh"
    ) -> Decision:
        """Remove what the rules forbid, then take what is expected to cost least.

        The draft is in the buyer's language, every other text in `language`, the reader's.
        """
        facts = self.facts_of(request, opinion)
        held = [rule for rule in self._rules.before_choice if rule.holds(facts)]
        excluded_by = _first_excluding(held)
        allowed = [row for row in range(len(RESOLUTIONS)) if row not in excluded_by]
        prices = self._price(facts, opinion, held, allowed)
        allowed.sort(key=prices.expected.__getitem__)
        recommended = RESOLUTIONS[allowed[0]] if allowed else None
        facts["recommended"] = recommended
        held += [rule for rule in self._rules.after_choice if rule.holds(facts)]
        payer, proofs = self._terms(facts, held)
        compensation = self._compensation(opinion.category, recommended, excluded_by)
        respond_by, on_timeout = self._deadline(request, facts, now)
        return Decision(
            recommended=recommended,
            runner_up=RESOLUTIONS[allowed[1]] if len(allowed) > 1 else None,
            excluded=[
                Excluded(resolution=RESOLUTIONS[row], rule=rule.id, gloss=rule.gloss.in_language(language))
                for row, rule in sorted(excluded_by.items())
            ],
            costs_fen={RESOLUTIONS[row]: round(prices.expected[row]) for row in allowed},
            expected_cost_fen=prices.of_best(allowed),
            price_difference_fen=prices.to_runner_up(allowed),
            expected_loss_fen=prices.expected_loss(allowed),
            money_at_risk_fen=prices.at_risk(allowed, RESOLUTIONS.index(on_timeout)),
            compensation_fen=compensation,
            freight_payer=payer,
            evidence_required=[proof.in_language(language) for proof in proofs],
            needs_person=[_applied(rule, language) for rule in held if rule.needs_person],
            abuse_signals=self._signals(facts, language),
            respond_by=respond_by,
            on_timeout=on_timeout,
            reply_draft=self._draft(facts, proofs, payer, compensation),
        )

    def facts_of(self, request: TriageRequest, opinion: Opinion) -> Facts:
        """Gather what conditions may ask for; `recommended` is not known yet."""
        mentions = self._rules.words.find(opinion.text)
        for concept in opinion.concepts:
            mentions |= self._rules.groups_by_concept.get(concept, NOTHING)
        facts = gather(
            request,
            fault=opinion.category,
            goods=self._rules.goods.find((request.product_category or "").lower()),
            mentions=mentions,
            in_stock=False if request.sku_id in self._out_of_stock else None,
        )
        within_days = self.form.no_reason_return.within_days
        facts["no_reason"] = no_reason_return(facts, within_days, self._rules.not_covered)
        return facts

    def _price(
        self, facts: Facts, opinion: Opinion, held: Sequence[CompiledRule], allowed: Sequence[int]
    ) -> Prices:
        amount = facts["amount_fen"]
        if amount is None:
            amount = self._costs.unknown_amount_fen
        return self._costs.price(
            Whereabouts.of(facts["logistics_status"], facts["received"]),
            amount,
            opinion.fault,
            _settles(opinion.resolution, allowed),
            [(row, share * amount) for rule in held for row, share in rule.add_cost],
        )

    def _terms(self, facts: Facts, held: Sequence[CompiledRule]) -> tuple[str, list[Proof]]:
        """Return who pays the freight and which proofs are needed; a rule goes before the fault."""
        terms = self._rules.terms[facts["fault"]]
        payer = None
        proofs = [part.proof for part in terms.evidence if part.holds(facts)]
        for rule in held:
            payer = payer or rule.freight_payer
            if rule.evidence:
                proofs += [part.proof for part in rule.evidence if part.holds(facts)]
        return payer or terms.freight_payer, proofs

    def _signals(self, facts: Facts, language: str) -> list[AppliedRule]:
        """Return what speaks for looking closer; of a case that is no concern, nobody asks."""
        if facts["fault"] != LIKELY_ABUSE:
            return []
        return [_applied(signal, language) for signal in self._rules.abuse_signals if signal.holds(facts)]

    def _compensation(self, fault: str, recommended: str | None, excluded_by: dict[int, CompiledRule]) -> int:
        """Return what the shop adds; nothing where the rules forbid to pay a part."""
        if recommended not in WITH_COMPENSATION or PARTIAL_REFUND in excluded_by:
            return 0
        return self._rules.terms[fault].compensation_fen

    def _deadline(self, request: TriageRequest, facts: Facts, now: datetime) -> tuple[datetime, str]:
        """Return when the clock runs out, and what the platform does then."""
        for default in self._rules.deadlines:  # the last one always holds
            if default.holds(facts):
                break
        asked = request.service_type or self.form.silence.not_asked
        return request.respond_by or now + default.time, str(default.on_timeout or asked)

    def _draft(self, facts: Facts, proofs: Sequence[Proof], payer: str, compensation: int) -> str:
        language = reply_language(facts["text"])
        amount: int | None = facts["amount_fen"]
        share = self._rules.terms[facts["fault"]].partial_refund_share
        evidence = [proof.in_language(language) for proof in proofs if proof.source == "buyer"]
        return self._replies.write(
            ReplyFacts(
                fault=facts["fault"],
                received=facts["received"],
                unshipped=facts["logistics_status"] == NOT_SHIPPED,
                no_reason=facts["no_reason"] is True,
                evidence=tuple(evidence[:MAX_PROOFS]),
                evidence_count=facts["evidence_count"] or 0,
                amount=yuan(amount),
                partial=yuan(round((amount or 0) * share)),
                compensation=yuan(compensation),
                freight_payer=payer,
            ),
            facts["recommended"],
            language,
        )


def _first_excluding(held: Sequence[CompiledRule]) -> dict[int, CompiledRule]:
    """Name for each excluded resolution the first rule that excludes it."""
    excluded_by: dict[int, CompiledRule] = {}
    for rule in held:
        for row in rule.exclude:
            excluded_by.setdefault(row, rule)
    return excluded_by


def _settles(probabilities: Sequence[float], allowed: Sequence[int]) -> list[float]:
    """Share the resolution head's probabilities out over what the rules leave open."""
    settles = [0.0] * len(probabilities)
    total = sum([probabilities[row] for row in allowed])
    if total > 0:
        for row in allowed:
            settles[row] = probabilities[row] / total
    return settles


def _applied(rule: CompiledRule | CompiledSignal, language: str) -> AppliedRule:
    return AppliedRule(rule=rule.id, gloss=rule.gloss.in_language(language))


def read_policy(path: Path = SHIPPED_POLICY) -> Policy:
    """Read, validate and compile a policy file.

    Raises
    ------
    PolicyError
        Names file, line and rule, and what is wrong there.
    """
    source = read_form(path)
    try:
        return Policy(source.form, source.version)
    except FormError as error:
        raise PolicyError(source.blame(error)) from error
