"""refund-train drift: this month's traffic against the training rows."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from training.commands.options import DEFAULT_HOME, Home

console = Console()


def drift(
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 30, home: Home = DEFAULT_HOME
) -> None:
    """Compare inputs, confidences and categories with training: an HTML report, and metrics in MLflow."""
    try:
        import evidently  # noqa: F401
    except ImportError as error:
        # Missing, or (0.7) stumbling over a pandas newer than it knows.
        console.print(f"[yellow]![/] the drift report needs Evidently ({error}):", highlight=False)
        console.print("  pip install 'refund-triage[drift]'", markup=False)
        raise typer.Exit(1) from None
    from training import drift as drifting
    from training import tracking
    from training.judging import load_champion
    from training.labeled_data import read_folder
    from training.sources import database_of

    url, champion = database_of(home), load_champion(home / "models")
    if url is None or champion is None:
        console.print(f"[red]✗[/] {home} holds no traffic or no champion yet")
        raise typer.Exit(1)
    now = datetime.now(UTC)
    html = home / "reports" / f"drift-{now.date().isoformat()}.html"
    reference = drifting.describe([row.request for row in read_folder() if row.split == "train"], champion)
    requests = drifting.requests_since(url, now - timedelta(days=days))
    try:
        current = drifting.describe(requests, champion) if requests else reference.head(0)
        figures = drifting.report(reference, current, html)
    except drifting.TooFewCasesError as error:
        console.print(f"[yellow]![/] {error}")
        raise typer.Exit(1) from None
    tracking.configure(home)
    with tracking.run(f"drift {now.date().isoformat()}"):
        tracking.log_metrics(figures, "drift.")
        tracking.log_file(html)
    table = Table("column", "drift score", title=f"last {days} days against training, {len(current)} cases")
    for name, value in figures.items():
        table.add_row(name, f"{value:.3f}")
    console.print(table)
    console.print(f"[green]✓[/] {html}")
