"""What a policy would have done: two policies over the same past cases, side by side."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from rich.table import Table

from model.bundle import Bundle
from model.fairness import score_fairly
from model.policy import Policy
from model.review_reasons import review_reasons
from model.scorer import Score
from model.taxonomy import RESOLUTIONS, gloss
from model.triage import opinion_of
from training.past_cases import PastCase

NOTHING = "none"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A case that the two policies settle differently."""

    refund_id: str
    before: str
    after: str


@dataclass(kw_only=True)
class Totals:
    """What one policy makes of the cases; every case counts once under `resolutions`."""

    cases: int = 0
    automated: int = 0
    labelled: int = 0
    as_labelled: int = 0
    expected_cost_fen: int = 0
    money_at_risk_fen: int = 0
    resolutions: Counter[str] = field(default_factory=Counter)
    person_rules: Counter[str] = field(default_factory=Counter)

    def add(
        self, case: PastCase, scored: tuple[Score, str], policy: Policy, bundle: Bundle, now: datetime
    ) -> str:
        """Judge a case, count it, and return its resolution."""
        score, category = scored
        decision = policy.decide(case.request, opinion_of(score, category), now=now)
        reasons = review_reasons(case.request, score, category, decision, bundle)
        resolution = str(decision.recommended or NOTHING)
        self.cases += 1
        self.automated += not reasons
        self.labelled += case.resolution is not None
        self.as_labelled += case.resolution == resolution
        self.expected_cost_fen += decision.expected_cost_fen
        self.money_at_risk_fen += decision.money_at_risk_fen
        self.resolutions[resolution] += 1
        self.person_rules.update(rule.rule for rule in decision.needs_person)
        return resolution


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Two policies over the same cases."""

    before: Totals
    after: Totals
    changes: list[Change]


def simulate(
    cases: Iterable[PastCase], bundle: Bundle, before: Policy, after: Policy, *, now: datetime
) -> Simulation:
    """Replay both policies; each case is scored once."""
    result = Simulation(before=Totals(), after=Totals(), changes=[])
    for case in cases:
        scored = score_fairly(bundle.scorer, case.request)
        old = result.before.add(case, scored, before, bundle, now)
        new = result.after.add(case, scored, after, bundle, now)
        if old != new:
            result.changes.append(Change(refund_id=case.request.refund_id, before=old, after=new))
    return result


def comparison(result: Simulation, names: Sequence[str]) -> Table:
    """Return the table of the two policies."""
    table = Table("", *names, "change", title="policy simulation")
    before, after = result.before, result.after

    def line(name: str, old: float, new: float, form: str = ",.0f", scale: float = 1.0) -> None:
        shown = [format(value / scale, form) for value in (old, new)]
        difference = (new - old) / scale
        table.add_row(name, *shown, format(difference, "+" + form) if new != old else "")

    line("cases", before.cases, after.cases)
    line("automated", before.automated, after.automated)
    table.add_row("automated share", *(f"{t.automated / max(t.cases, 1):.1%}" for t in (before, after)), "")
    if before.labelled:
        shares = (f"{t.as_labelled / t.labelled:.1%}" for t in (before, after))
        table.add_row(f"as labelled (of {before.labelled:,})", *shares, "")
    line("expected cost, yuan", before.expected_cost_fen, after.expected_cost_fen, ",.2f", 100)
    line("money at risk, yuan", before.money_at_risk_fen, after.money_at_risk_fen, ",.2f", 100)
    table.add_section()
    for name in (*RESOLUTIONS, NOTHING):
        label = "no allowed resolution" if name == NOTHING else f"{name} {gloss(name)}"
        line(label, before.resolutions[name], after.resolutions[name])
    table.add_section()
    for rule in sorted(before.person_rules | after.person_rules):
        line(f"person: {rule}", before.person_rules[rule], after.person_rules[rule])
    return table
