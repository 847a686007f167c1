"""refund-train tune: search for better settings of the fit."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from training.commands.options import DEFAULT_HOME, Home

console = Console()


def tune(
    trials: Annotated[int, typer.Option(min=1, help="How many trials to add.")] = 20,
    timeout: Annotated[
        float | None, typer.Option(help="Stop starting trials after this many seconds.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Labelled data; default data/labeled.")] = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Search settings by cross-validated log-loss; resumable. The best is written to a file for review."""
    import optuna

    from training.labeled_data import DATA_FOLDER, read_folder
    from training.train import read_parameters
    from training.tune import FOUND_FILE
    from training.tune import tune as search

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("searching", total=trials)
        study = search(
            home,
            read_folder(data or DATA_FOLDER),
            read_parameters(),
            n_trials=trials,
            timeout_seconds=timeout,
            done=lambda number, loss: progress.update(
                task, advance=1, description=f"trial {number}: log-loss {loss:.4f}"
            ),
        )
    console.print(f"[green]✓[/] best log-loss {study.best_value:.4f} of {len(study.trials)} trials in all")
    console.print(f"settings under review: {home / FOUND_FILE}; nothing uses them by itself")
