"""refund-train join, fit, evaluate, register, gate: the steps of a retraining, each by itself."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from training.commands.options import DEFAULT_HOME, Home

console = Console()

Which = Annotated[
    str, typer.Argument(help="Folder of a bundle, model version (hash), or number in the registry.")
]
Rows = Annotated[
    Path | None,
    typer.Option(help="Rows written by `join`; without it, data/labeled and life are joined anew."),
]


def join(
    out: Annotated[Path, typer.Argument(help="File to write (JSON lines).")],
    labels: Annotated[list[Path] | None, typer.Option(help="Further label files (JSON lines).")] = None,
    data: Annotated[Path | None, typer.Option(help="Labelled data; default data/labeled.")] = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Write written labels, verdicts, outcomes and further files as one set of rows, checked and split."""
    from training.labeled_data import DATA_FOLDER, LabelError, write_rows
    from training.sources import Sources, database_of, gather

    sources = Sources(
        home=home, data_folder=data or DATA_FOLDER, database_url=database_of(home), files=labels or []
    )
    try:
        rows, contested = gather(sources)
    except LabelError as error:
        raise _wrong(f"labels: {error}") from None
    write_rows(out, rows)
    console.print(f"[green]✓[/] {len(rows)} rows to {out}; {contested} contested cases left out")


def fit(rows: Rows = None, home: Home = DEFAULT_HOME) -> None:
    """Fit a model, choose its operating point and seal the bundle; nothing is registered or promoted."""
    from training.known_rows import frozen_test, remember
    from training.train import provenance, read_parameters, train_bundle

    found = _rows(rows, home)
    models = home / "models"
    frozen_test(models, found)
    with console.status("fitting") as status:
        manifest = train_bundle(
            found, models, parameters=read_parameters(), created_from=provenance(found), say=status.update
        )
    remember(models, manifest, found)
    console.print(f"[green]✓[/] {models / manifest.model_version}")


def evaluate(which: Which, home: Home = DEFAULT_HOME) -> None:
    """Measure a model on the frozen test rows."""
    from training.slices import measure

    bundle = _bundle(which, home)
    test = _test(home)
    table = Table("slice", "rows", "macro-F1", "ECE", "automated", "wrong of that", "outside automated")
    table.title = f"{bundle.manifest.model_version} on the frozen test rows (written, not traffic)"
    for name, figures in measure(bundle.scorer, test, bundle.operating_point).items():
        shares = ("automation_rate", "wrongly_automated_rate", "outside_automated_rate")
        table.add_row(
            name,
            str(figures["n_rows"]),
            f"{figures['macro_f1']:.3f}",
            f"{figures['expected_calibration_error']:.3f}",
            *(f"{figures[share]:.1%}" for share in shares),
        )
    console.print(table)


def register(which: Which, rows: Rows = None, home: Home = DEFAULT_HOME) -> None:
    """Log a bundle with its data, figures and pictures to MLflow and register it; once is enough."""
    from training import tracking
    from training.labeled_data import DATA_FOLDER, data_hash
    from training.registering import log_and_register

    bundle = _bundle(which, home)
    version = bundle.manifest.model_version
    tracking.configure(home)
    if known := tracking.find(version):
        console.print(f"[dim]{version} is registry version {known.number} already[/]")
        return
    found = _rows(rows, home)
    if data_hash(found) != bundle.manifest.data_hash:
        raise _wrong(f"{version} was trained on other rows; give its own with --rows FILE")
    registered = log_and_register(bundle.folder, found, _test(home), source=str(rows or DATA_FOLDER))
    console.print(f"[green]✓[/] {version} is registry version {registered.number}")


def gate(which: Which, rows: Rows = None, home: Home = DEFAULT_HOME) -> None:
    """Compare a model with the champion; exit code 1 where the gate says no. A registered one is tagged."""
    from training import tracking
    from training.judging import judge_challenger
    from training.retrain import tag_checks

    bundle = _bundle(which, home)
    checks = judge_challenger(home / "models", bundle, _rows(rows, home), _test(home))
    for check in checks:
        console.print(f"{'[green]✓[/]' if check.passed else '[red]✗[/]'} {check.name}: {check.detail}")
    tracking.configure(home)
    if registered := tracking.find(bundle.manifest.model_version):
        tag_checks(registered, checks)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)


def _rows(rows: Path | None, home: Path):  # type: ignore[no-untyped-def]  # types would import MLflow at start
    from training.labeled_data import LabelError, read_rows
    from training.sources import Sources, database_of, gather

    try:
        return read_rows(rows) if rows else gather(Sources(home=home, database_url=database_of(home)))[0]
    except (LabelError, FileNotFoundError) as error:
        raise _wrong(f"labels: {error}") from None


def _test(home: Path):  # type: ignore[no-untyped-def]
    from training.known_rows import frozen_test
    from training.labeled_data import read_folder

    return frozen_test(home / "models", read_folder())


def _bundle(which: str, home: Path):  # type: ignore[no-untyped-def]
    from model import bundle as bundles
    from training import tracking

    for folder in (Path(which), home / "models" / which):
        if (folder / bundles.MANIFEST_FILE).is_file():
            return bundles.load(folder)
    tracking.configure(home)
    try:
        found = tracking.get_version(which) if which.isdecimal() else tracking.find(which)
    except LookupError:
        found = None
    if found is None:
        raise _wrong(f"{which} is neither a bundle nor a registered version")
    return bundles.load(tracking.fetch_bundle(found, home / "models"))


def _wrong(message: str) -> typer.Exit:
    console.print(f"[red]✗[/] {message}")
    return typer.Exit(2)
