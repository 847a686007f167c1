"""Requests out of csv, jsonl and parquet files, a chunk at a time."""

import csv
import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from model.errors import RefundTriageError
from model.request import TriageRequest, decode_request, request_from

CHUNK_ROWS = 500
MAX_CELL_CHARS = 16 * 1024 * 1024
FIELDS = frozenset(TriageRequest.__struct_fields__)

Row = dict[str, Any] | bytes
"""A row as it stands in the file: the fields by name, or a line of JSON."""


class FileFormatError(RefundTriageError):
    """The file cannot be read or written in this way; the message says what would do."""


def read_chunks(path: Path) -> Iterator[list[Row]]:
    """Yield the rows of a file in chunks; only one chunk is in memory.

    Raises
    ------
    FileFormatError
        When the format is unknown or the columns `refund_id` and `text` are missing.
    """
    reader = {".csv": _csv_rows, ".jsonl": _json_lines, ".parquet": _parquet_rows}.get(path.suffix)
    if reader is None:
        raise FileFormatError(f"{path.name}: want a .csv, .jsonl or .parquet file")
    rows = reader(path)
    while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
        yield chunk


def _json_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        yield from (line for line in file if not line.isspace())


@contextmanager
def _open_csv(path: Path) -> Iterator[TextIO]:
    """Open a csv file, and say what would do where it is none."""
    try:
        # utf-8-sig: Excel puts a byte order mark in front of the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError:
        raise FileFormatError(f"{path.name} is not UTF-8; in Excel save it as “CSV UTF-8”") from None
    except csv.Error as error:
        raise FileFormatError(f"{path.name} is no csv file: {error}") from None


def _csv_rows(path: Path) -> Iterator[Row]:
    # A cell too long is an error of its row, which the rules of the request name, not of the file.
    csv.field_size_limit(MAX_CELL_CHARS)
    with _open_csv(path) as file:
        reader = csv.DictReader(file)
        wanted = _wanted(path, reader.fieldnames or ())
        for row in reader:
            yield {name: value for name in wanted if (value := row[name]) not in (None, "") or name == "text"}


def _parquet_rows(path: Path) -> Iterator[Row]:
    parquet = import_parquet()
    file = parquet.ParquetFile(path)
    wanted = _wanted(path, file.schema_arrow.names)
    for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=wanted):
        for row in batch.to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


def _wanted(path: Path, columns: Iterable[str]) -> list[str]:
    """Columns that are fields of a request; a table may carry others, which are left alone."""
    found = [name for name in columns if name in FIELDS]
    if missing := {"refund_id", "text"} - set(found):
        raise FileFormatError(f"{path.name}: no column {', '.join(sorted(missing))}")
    return found


def left_alone(path: Path) -> list[str]:
    """Return the columns of a table that are no field of a request."""
    if path.suffix == ".csv":
        with _open_csv(path) as file:
            names = next(csv.reader(file), [])
    elif path.suffix == ".parquet":
        names = import_parquet().ParquetFile(path).schema_arrow.names
    else:
        names = []
    return [name for name in names if name not in FIELDS]


def import_parquet() -> Any:
    """Return pyarrow's parquet module, which is not needed for anything else here."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise FileFormatError("parquet files need pyarrow: pip install 'refund-triage[training]'") from None
    return pyarrow.parquet


def to_request(row: Row) -> TriageRequest:
    """Make a request of a row under the rules of the API; a table's texts may stand for numbers.

    Raises
    ------
    RequestError
        Names the field and the broken rule.
    """
    return decode_request(row) if isinstance(row, bytes) else request_from(row, strict=False)
