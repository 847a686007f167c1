"""The data scientist's command: refund-train."""

from typing import Annotated

import typer
from rich.console import Console

from training.commands import (
    calibrate,
    champion,
    drift,
    exchangeability,
    export_labels,
    retrain,
    scoreboard,
    simulate,
    steps,
    tune,
)
from training.commands.options import DEFAULT_HOME, Home
from training.data_check import data_check
from training.label_noise import label_suspects

app = typer.Typer(no_args_is_help=True, help="Train, check and promote refund triage models.")
console = Console()


@app.callback()
def main() -> None:
    """Train, check and promote refund triage models."""


@app.command()
def train(
    home: Home = DEFAULT_HOME,
    if_missing: Annotated[bool, typer.Option(help="Do nothing where there is a champion.")] = False,
) -> None:
    """Train the model on data/labeled and make it the champion."""
    from training.known_rows import frozen_test, remember
    from training.labeled_data import read_folder
    from training.promotion import champion_of, promote
    from training.train import read_parameters, train_bundle

    models = home / "models"
    if if_missing and champion_of(models) is not None:
        console.print(f"[dim]champion {champion_of(models)} is there already[/]")
        return
    with console.status("reading data/labeled") as status:
        rows = read_folder()
        manifest = train_bundle(
            rows,
            models,
            parameters=read_parameters(),
            say=lambda step: status.update(f"{step} (a minute or two in all)"),
        )
    frozen_test(models, rows)
    remember(models, manifest, rows)
    promote(models, manifest.model_version, reason="first training")
    test = manifest.metrics["test"]
    console.print(
        f"[green]✓[/] model {manifest.model_version}: macro-F1 {test['macro_f1']:.3f}, "
        f"{test['automation_rate']:.0%} automated, {test['wrongly_automated_rate']:.1%} of that wrongly "
        f"(on {test['n_rows']} written test requests, not traffic)"
    )


app.command()(data_check)
app.command()(label_suspects)
app.command()(calibrate.calibrate)
app.command()(exchangeability.exchangeability)
app.command()(retrain.retrain)
app.command()(steps.join)
app.command()(steps.fit)
app.command()(steps.evaluate)
app.command()(steps.register)
app.command()(steps.gate)
app.command()(champion.promote)
app.command()(champion.rollback)
app.command()(champion.sync)
app.command()(export_labels.export_labels)
app.command()(simulate.simulate)
app.command()(scoreboard.scoreboard)
app.command()(scoreboard.learning_curve)
app.command()(tune.tune)
app.command()(drift.drift)
