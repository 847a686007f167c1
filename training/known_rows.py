"""What a training leaves besides the model: the frozen test rows, and which rows it has seen."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from model.bundle import Manifest
from training.labeled_data import INVENTED, LabeledRow, read_rows, write_rows

FROZEN_TEST = "frozen-test.jsonl"


def frozen_test(models_folder: Path, rows: Sequence[LabeledRow]) -> list[LabeledRow]:
    """Return the frozen test rows; the first call freezes the test side of the written rows given.

    Rows from life never enter: whoever could send labels could else move the test their own way. To freeze a
    new set (a new release of data/labeled), delete the file.
    """
    path = models_folder / FROZEN_TEST
    if not path.is_file():
        models_folder.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".new")
        write_rows(aside, [row for row in rows if row.split == "test" and row.source in INVENTED])
        aside.replace(path)
    return read_rows(path)


def remember(models_folder: Path, manifest: Manifest, rows: Sequence[LabeledRow]) -> None:
    """Write down which rows a model has seen, as hashes."""
    path = _seen_file(models_folder, manifest)
    path.write_text("\n".join(sorted(map(row_digest, rows))) + "\n", "ascii")


def new_rows(models_folder: Path, champion: Manifest, rows: Sequence[LabeledRow]) -> list[LabeledRow]:
    """Return the rows, or new labels of old rows, that the champion has not seen."""
    path = _seen_file(models_folder, champion)
    if not path.is_file():
        return [row for row in rows if row.source not in INVENTED]
    seen = set(path.read_text("ascii").split())
    return [row for row in rows if row_digest(row) not in seen]


def row_digest(row: LabeledRow) -> str:
    """Hash of a request and its label, whatever else is noted about the row."""
    return hashlib.sha256(msgspec.json.encode((row.request, row.fault))).hexdigest()[:16]


def _seen_file(models_folder: Path, manifest: Manifest) -> Path:
    return models_folder / f"rows-{manifest.data_hash[:16]}.txt"
