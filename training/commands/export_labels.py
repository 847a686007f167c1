"""refund-train export-labels: verdicts and outcomes as a label file without personal data."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.commands.options import DEFAULT_HOME, Home

console = Console()


def export_labels(
    out: Annotated[Path, typer.Argument(help="File to write (JSON lines).")], home: Home = DEFAULT_HOME
) -> None:
    """Write what reviewers decided and what really happened as labelled rows; personal data is masked."""
    from training.labeled_data import write_rows
    from training.labels_from_life import export_labels as export
    from training.sources import database_of

    url = database_of(home)
    if url is None:
        console.print(f"[red]✗[/] {home} holds no database of the service yet")
        raise typer.Exit(1)
    found = export(url, home)
    write_rows(out, found.rows)
    console.print(f"[green]✓[/] {len(found.rows)} rows to {out}; {found.contested} contested cases left out")
