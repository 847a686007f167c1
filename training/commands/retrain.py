"""refund-train retrain: labels in, champion out where the gate allows it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from training.commands.options import DEFAULT_HOME, Home

console = Console()
N_STEPS = 6


def retrain(
    home: Home = DEFAULT_HOME,
    labels: Annotated[list[Path] | None, typer.Option(help="Further label files (JSON lines).")] = None,
    data: Annotated[Path | None, typer.Option(help="Labelled data; default data/labeled.")] = None,
    parameters: Annotated[Path | None, typer.Option(help="Settings of the fit, e.g. of a tuning.")] = None,
    force: Annotated[str | None, typer.Option(help="Promote against the gate, for this reason.")] = None,
) -> None:
    """Retrain on written labels, verdicts and outcomes; promote the result where the gate allows it."""
    from training.labeled_data import DATA_FOLDER, LabelError
    from training.retrain import Decision
    from training.retrain import retrain as run
    from training.sources import Sources, database_of
    from training.train import PARAMETERS_FILE, read_parameters

    sources = Sources(
        home=home, data_folder=data or DATA_FOLDER, database_url=database_of(home), files=labels or []
    )
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=N_STEPS)
        try:
            outcome = run(
                sources,
                parameters=read_parameters(parameters or PARAMETERS_FILE),
                force=force,
                say=lambda step: progress.update(task, description=step, advance=1),
            )
        except LabelError as error:
            console.print(f"[red]✗[/] labels: {error}")
            raise typer.Exit(2) from None
    summary(outcome)
    if outcome.decision == Decision.REFUSED:
        raise typer.Exit(1)


def summary(outcome) -> None:  # type: ignore[no-untyped-def]  # the type would import MLflow at start
    """Print what was trained, on what, how good it is and what the gate said."""
    from training.retrain import Decision

    version, test = outcome.manifest.model_version, outcome.manifest.metrics["test"]
    table = Table(title=f"refund-triage {version} (registry version {outcome.registered.number})")
    table.add_column("what")
    table.add_column("figure", overflow="fold")
    by_source: dict[str, int] = {}
    for row in outcome.rows:
        by_source[row.source] = by_source.get(row.source, 0) + 1
    table.add_row("rows", ", ".join(f"{name} {n}" for name, n in sorted(by_source.items())))
    table.add_row("contested cases left out", str(outcome.contested))
    table.add_row("data hash", outcome.manifest.data_hash[:16])
    table.add_row("macro-F1", f"{test['macro_f1']:.3f} on {test['n_rows']} written test rows, not traffic")
    table.add_row(
        "automated / of that wrong", f"{test['automation_rate']:.1%} / {test['wrongly_automated_rate']:.1%}"
    )
    for check in outcome.checks:
        table.add_row(
            f"gate: {check.name}", f"{'[green]✓[/]' if check.passed else '[red]✗[/]'} {check.detail}"
        )
    console.print(table)
    console.print(
        {
            Decision.UNCHANGED: f"[dim]nothing has changed: {version} is the champion already[/]",
            Decision.REFUSED: "[red]✗ refused by the gate[/]; it shadows the champion as challenger. "
            "To promote it anyway: --force REASON",
            Decision.PROMOTED: f"[green]✓[/] {version} is the champion; running services pick it up",
            Decision.FORCED: f"[yellow]![/] {version} is the champion against the gate; the reason is stored",
        }[outcome.decision]
    )
