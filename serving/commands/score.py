"""refund-triage score."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from model.errors import RefundTriageError
from model.policy import SHIPPED_POLICY
from serving.settings import Settings, get_settings

if TYPE_CHECKING:
    from serving.bulk.run import Judge

console = Console(stderr=True)

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("{task.fields[speed]} rows/s"),
    TimeElapsedColumn(),
)


def score(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A .csv, .jsonl or .parquet file.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the answers go: .csv, .jsonl or .parquet.")],
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes to judge with.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a stopped run left off.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Explanations too (jsonl only; slower).")
    ] = False,
) -> None:
    """Judge every request of a file; stores nothing in the database."""
    from serving.bulk.rows import left_alone
    from serving.bulk.run import score_file

    try:
        if ignored := left_alone(file):
            console.print(f"[dim]columns that are no field of a request: {', '.join(ignored)}[/]")
        with Progress(*COLUMNS, console=console) as progress:
            task = progress.add_task(file.name, total=None, speed="–")

            def on_chunk(rows: int) -> None:
                progress.advance(task, rows)
                speed = progress.tasks[0].finished_speed or progress.tasks[0].speed
                progress.update(task, speed=f"{speed:,.0f}" if speed else "–")

            judge = judge_of(get_settings(), explained=explain)
            score_file(file, out, judge, workers=workers, resume=resume, on_chunk=on_chunk)
            progress.update(task, total=progress.tasks[0].completed)
    except RefundTriageError as error:
        console.print(f"[red]✗[/] {error}")
        raise typer.Exit(1) from None
    console.print(f"[green]✓[/] {out}")


def judge_of(settings: Settings, *, explained: bool) -> "Judge":
    """Return the judge of this installation: the service's model, policy and bounds."""
    from serving.bulk.run import Judge
    from serving.champion import Champion
    from serving.live_error.watch import demoted_in

    return Judge(
        bundle_folder=Champion(settings.models_folder, settings.policy).champion_folder(),
        policy_file=settings.policy or SHIPPED_POLICY,
        suggested=frozenset(settings.suggest_categories),
        demoted=demoted_in(settings.url),
        explained=explained,
    )
