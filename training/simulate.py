"""What a policy would have done: two policies over the same past cases, side by side."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from model import bundle as bundles
from model.bundle import Bundle
from model.errors import RefundTriageError
from model.policy import SHIPPED_POLICY, Policy, read_policy
from model.review_reasons import review_reasons
from model.scorer import Score
from model.taxonomy import RESOLUTIONS, gloss
from model.triage import opinion_of
from training.labeled_data import DATA_FOLDER
from training.past_cases import PastCase, read_cases, stored_cases
from training.promotion import champion_of

NOTHING = "none"
SHOWN_IDS = 20


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

    def add(self, case: PastCase, score: Score, policy: Policy, bundle: Bundle, now: datetime) -> str:
        """Judge a case, count it, and return its resolution."""
        opinion = opinion_of(score)
        decision = policy.decide(case.request, opinion, now=now)
        reasons = review_reasons(case.request, score, opinion.category, decision, bundle)
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
        score = bundle.scorer.score(case.request)
        old = result.before.add(case, score, before, bundle, now)
        new = result.after.add(case, score, after, bundle, now)
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


def command(
    policy: Annotated[Path, typer.Option(help="The policy file to try.")],
    against: Annotated[
        Path, typer.Option(envvar="REFUND_TRIAGE_POLICY", help="The policy to compare with.")
    ] = SHIPPED_POLICY,
    cases: Annotated[
        list[Path] | None, typer.Option(help="JSONL of labelled rows or requests; default data/labeled.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="URL of a service's database: its stored cases.")
    ] = None,
    changes: Annotated[Path | None, typer.Option(help="Write every changed case there, as JSONL.")] = None,
    home: Annotated[Path, typer.Option(envvar="REFUND_TRIAGE_HOME", help="Where the models are.")] = Path(
        "var"
    ),
) -> None:
    """Replay a policy over past cases and compare it with the one in force."""
    console = Console()
    models = home / "models"
    champion = champion_of(models)
    if champion is None:
        console.print(f"[red]✗[/] {models} holds no champion: run `refund-train train`")
        raise typer.Exit(1)
    try:
        old, new = read_policy(against), read_policy(policy)
        bundle = bundles.load(models / champion)
    except RefundTriageError as error:
        console.print("[red]✗[/]", str(error), highlight=False)
        raise typer.Exit(1) from None
    found = _cases(cases, database)
    result = simulate(
        track(found, "replaying", console=console, transient=True), bundle, old, new, now=datetime.now(UTC)
    )
    console.print(comparison(result, [f"{against.name} {old.version}", f"{policy.name} {new.version}"]))
    _print_changes(console, result.changes, changes)


def _cases(files: Sequence[Path] | None, database: str | None) -> list[PastCase]:
    if database is not None:
        return list(stored_cases(database))
    return [case for file in files or sorted(DATA_FOLDER.glob("*.jsonl")) for case in read_cases(file)]


def _print_changes(console: Console, changes: Sequence[Change], out: Path | None) -> None:
    console.print(f"{len(changes):,} cases change their resolution")
    for change in changes[:SHOWN_IDS]:
        console.print(f"  {change.refund_id}: {change.before} → {change.after}", highlight=False)
    if len(changes) > SHOWN_IDS and out is None:
        console.print(f"  … and {len(changes) - SHOWN_IDS:,} more: --changes FILE writes them all")
    if out is not None:
        out.write_bytes(b"".join(msgspec.json.encode(change) + b"\n" for change in changes))
        console.print(f"written to {out}")
