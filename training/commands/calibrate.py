"""refund-train calibrate: a new operating point from the shop's own verdicts, without retraining."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.commands.options import DEFAULT_HOME, Home, required_champion

console = Console()


def calibrate(
    verdicts: Annotated[Path, typer.Argument(help="Labelled rows (JSON lines) of `export-labels`.")],
    home: Home = DEFAULT_HOME,
    precision: Annotated[float, typer.Option(help="Precision every automated category must have.")] = 0.95,
    confidence: Annotated[float, typer.Option(help="How sure that must be.")] = 0.90,
    name: Annotated[
        str, typer.Option(help="Where the rows come from; shown as `calibrated_on`.")
    ] = "verdicts",
) -> None:
    """Choose the thresholds again on the shop's own verdicts; the model itself stays as it is."""
    from model import bundle as bundles
    from training.labeled_data import read_folder, read_rows
    from training.promotion import promote
    from training.recalibrate import TooFewRowsError, recalibrate

    models = home / "models"
    version = required_champion(models)
    try:
        manifest = recalibrate(
            bundles.load(models / version),
            read_rows(verdicts),
            models,
            calibrated_on=name,
            known_rows=read_folder(),
            sentence=f"precision >= {precision:.2f} with confidence {confidence:.2f}",
            outside_sentence=f"outside automated <= 0.03 with confidence {confidence:.2f}",
        )
    except TooFewRowsError as error:
        console.print(f"[red]✗[/] {error}")
        raise typer.Exit(1) from None
    promote(models, manifest.model_version)
    point = bundles.load(models / manifest.model_version).operating_point
    console.print(f"[green]✓[/] {version} → {manifest.model_version}, calibrated on {point.n_rows} rows")
    for category, threshold in point.thresholds.items():
        console.print(
            f"  {category:15} {'never automated' if threshold is None else f'from {threshold:.3f}'}"
        )
