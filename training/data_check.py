"""Check the labelled data: form, duplicates, leaks between splits, balance, personal data."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from model.privacy import mask
from model.taxonomy import FAULT_LABELS, OUTSIDE, RESOLUTIONS
from training.labeled_data import DATA_FOLDER, LabeledRow, LabelError, read_folder
from training.splits import near_duplicates

MIN_ROWS_PER_LABEL = 300
MIN_GOODS = 20
MIN_HARD_SHARE = 0.25
SPLITS = ("train", "calibration", "test")


def problems(rows: Sequence[LabeledRow]) -> Iterator[str]:
    """Yield what is wrong with the rows, one sentence each; the text itself is never repeated."""
    for row_id, count in Counter(row.row_id for row in rows).items():
        if count > 1:
            yield f"{row_id}: {count} rows carry this id"
    for row in rows:
        yield from row_problems(row)
    yield from duplicate_problems(rows)
    yield from balance_problems(rows)


def row_problems(row: LabeledRow) -> Iterator[str]:
    """Yield what is wrong with one row."""
    if row.fault not in FAULT_LABELS:
        yield f"{row.row_id}: unknown fault {row.fault}"
    if row.resolution is not None and row.resolution not in RESOLUTIONS:
        yield f"{row.row_id}: unknown resolution {row.resolution}"
    if row.fault == OUTSIDE and row.resolution is not None:
        yield f"{row.row_id}: a text without category has no resolution"
    if not 0 < row.sampling_probability <= 1:
        yield f"{row.row_id}: sampling probability outside (0, 1]"
    if mask(row.request.text) != row.request.text:
        yield f"{row.row_id}: personal data in the text"


def duplicate_problems(rows: Sequence[LabeledRow]) -> Iterator[str]:
    """Yield near-duplicates that sit on two sides of the split or carry two labels."""
    for left, right in near_duplicates([row.request.text for row in rows]):
        a, b = rows[left], rows[right]
        if a.split != b.split:
            yield f"{a.row_id} and {b.row_id}: near-duplicates on two sides of the split"
        if a.fault != b.fault:
            yield f"{a.row_id} and {b.row_id}: near-duplicates with two labels"


def balance_problems(rows: Sequence[LabeledRow]) -> Iterator[str]:
    """Yield what the rows as a whole lack."""
    faults = Counter(row.fault for row in rows)
    for label in FAULT_LABELS:
        if faults[label] < MIN_ROWS_PER_LABEL:
            yield f"only {faults[label]} rows of {label}"
    for split in SPLITS:
        missing = set(FAULT_LABELS) - {row.fault for row in rows if row.split == split}
        if missing:
            yield f"split {split} has no row of {', '.join(sorted(missing))}"
    goods = Counter(row.goods for row in rows if row.goods)
    if len(goods) < MIN_GOODS:
        yield f"only {len(goods)} kinds of goods"
    hard = sum(row.hard for row in rows) / max(len(rows), 1)
    if hard < MIN_HARD_SHARE:
        yield f"only {hard:.0%} of the rows are hard"


def data_check(folder: Path = DATA_FOLDER) -> None:
    """Check the labelled data; exit code 1 where something is wrong."""
    console = Console()
    try:
        rows = read_folder(folder)
    except LabelError as error:
        console.print(f"[red]✗[/] {error}")
        raise typer.Exit(1) from None
    table = Table("label", *SPLITS, "hard", "all", title=f"{len(rows)} labelled requests")
    for label in FAULT_LABELS:
        mine = [row for row in rows if row.fault == label]
        counts = [sum(row.split == split for row in mine) for split in SPLITS]
        table.add_row(label, *map(str, counts), str(sum(row.hard for row in mine)), str(len(mine)))
    console.print(table)
    found = list(problems(rows))
    for line in found[:50]:
        console.print(f"[red]✗[/] {line}")
    if found:
        console.print(f"[red]{len(found)} problems[/]")
        raise typer.Exit(1)
    genres = Counter(row.genre for row in rows if row.genre)
    console.print("genres: " + ", ".join(f"{name} {count}" for name, count in genres.most_common()))
    console.print("[green]✓[/] form, ids, duplicates, leaks, balance and personal data are in order")
