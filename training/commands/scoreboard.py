"""refund-train scoreboard and learning-curve: the figures behind the choice of the model."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.commands.options import DEFAULT_HOME, Home

console = Console()

REPOSITORY = Path(__file__).parents[2]
EXPERIMENTS = REPOSITORY / "experiments"
REAL_TEXTS = REPOSITORY.parent / "shared" / "real" / "dev.jsonl"

Real = Annotated[
    Path,
    typer.Option(help="Real texts with labels (JSON lines), for measuring only; left out where missing."),
]
Out = Annotated[
    Path | None, typer.Option(help="Folder to write to; left out: one of today's date in experiments/.")
]


def scoreboard(
    home: Home = DEFAULT_HOME,
    out: Out = None,
    real: Real = REAL_TEXTS,
) -> None:
    """Fit our model and its peers on the same rows and write table and plots."""
    from model import bundle as bundles
    from training.labeled_data import data_hash, read_folder
    from training.scoreboard import run
    from training.scoreboard_report import write_report
    from training.train import read_parameters, train_bundle

    rows = read_folder()
    out = out or _of_today("scoreboard")
    folder = home / "scoreboard"
    with console.status("fitting our model") as status:
        manifest = train_bundle(rows, folder, parameters=read_parameters())
        results = run(rows, bundles.load(folder / manifest.model_version), _present(real), say=status.update)
    facts = {
        "model": manifest.model_version,
        "rows": len(rows),
        "train rows": sum(row.split == "train" for row in rows),
        "data": data_hash(rows)[:12],
    }
    write_report(out, results, facts)
    for part, models in results.items():
        console.print(f"[bold]{part}[/]")
        for name, figures in models.items():
            console.print(
                f"  {name:45} macro-F1 {figures['macro_f1']:.3f}  automated {figures['automation_rate']:4.0%}"
                f"  wrong {figures['wrongly_automated_rate']:5.1%}"
            )
    console.print(f"[green]✓[/] {out}")


def learning_curve(
    out: Out = None,
    real: Real = REAL_TEXTS,
) -> None:
    """Fit on 500, 1k, 2k, 4k and all rows, with and without the lexicon, and write table and plot."""
    from training.labeled_data import data_hash, read_folder
    from training.learning_curve import learning_curve as curve
    from training.learning_curve import write_curve
    from training.train import read_parameters

    rows = read_folder()
    out = out or _of_today("corpus-curve")
    with console.status("reading data/labeled") as status:
        points = curve(rows, read_parameters(), _present(real), say=status.update)
    write_curve(out, points, {"rows": len(rows), "data": data_hash(rows)[:12]})
    console.print(f"[green]✓[/] {out}")


def _of_today(name: str) -> Path:
    return EXPERIMENTS / f"{date.today()}-{name}"


def _present(real: Path) -> Path | None:
    if real.is_file():
        return real
    console.print(f"[dim]{real} is not there: real texts are left out[/]")
    return None
