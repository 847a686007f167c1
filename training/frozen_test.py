"""The frozen test rows the gate judges by: written down once, so that no later label file can move them."""

from collections.abc import Sequence
from pathlib import Path

from training.labeled_data import LabeledRow, read_rows, write_rows

FILE = "frozen-test.jsonl"


def frozen_test(models_folder: Path, rows: Sequence[LabeledRow]) -> list[LabeledRow]:
    """Return the frozen rows; the first call freezes the test side of the written rows given.

    Rows from life never enter: whoever could send labels could else move the test their own way. To freeze a
    new set (a new release of data/labeled), delete the file; the next champion is judged on the new one.
    """
    path = models_folder / FILE
    if not path.is_file():
        models_folder.mkdir(parents=True, exist_ok=True)
        written = [row for row in rows if row.split == "test" and row.source in {"seed", "written"}]
        write_rows(aside := path.with_suffix(".new"), written)
        aside.replace(path)
    return read_rows(path)
