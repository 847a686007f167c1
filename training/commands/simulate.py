"""refund-train simulate: try a policy on past cases."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import track

from model import bundle as bundles
from model.errors import RefundTriageError
from model.policy import SHIPPED_POLICY, read_policy
from training.commands.options import DEFAULT_HOME, Home
from training.labeled_data import DATA_FOLDER
from training.past_cases import PastCase, read_cases, stored_cases
from training.promotion import champion_of
from training.simulate import Change, comparison
from training.simulate import simulate as replay

SHOWN_IDS = 20


def simulate(
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
    home: Home = DEFAULT_HOME,
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
    result = replay(
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
