"""Answers into csv, jsonl and parquet files; csv and jsonl can be continued where they stopped."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from model.triage import Triage
from serving.bulk.rows import FileFormatError, import_parquet

Result = Triage | dict[str, Any]
"""An answer, or what is wrong with the row."""

COLUMNS = (
    "refund_id",
    "fault",
    "confidence",
    "outside_probability",
    "resolution",
    "route",
    "reasons",
    "freight_payer",
    "respond_by",
    "money_at_risk_fen",
    "model_version",
    "policy_version",
    "error",
)


def flat(result: Result) -> tuple[Any, ...]:
    """Return a table row, in the order of COLUMNS."""
    if isinstance(result, dict):
        error = result["error"]
        empty = (None,) * (len(COLUMNS) - 2)
        return (result["refund_id"], *empty, f"{error['field']}: {error['problem']}")
    fault, resolution = result.fault, result.resolution
    return (
        result.refund_id,
        fault.category,
        fault.confidence,
        fault.outside_probability,
        resolution.recommended,
        result.route,
        " ".join(result.review.reasons) if result.review else "",
        resolution.freight_payer,
        result.respond_by.isoformat(),
        result.money_at_risk_fen,
        result.model_version,
        result.policy_version,
        None,
    )


def encode(results: Iterable[Result], suffix: str) -> bytes:
    """Return these results as bytes of a file; for parquet, of a message between processes."""
    if suffix == ".jsonl":
        return b"".join([msgspec.json.encode(result) + b"\n" for result in results])
    if suffix == ".parquet":
        return msgspec.msgpack.encode([dict(zip(COLUMNS, flat(each), strict=True)) for each in results])
    text = io.StringIO()
    csv.writer(text).writerows(map(flat, results))
    return text.getvalue().encode()


class Sink(Protocol):
    """Where encoded results go."""

    def write(self, encoded: bytes) -> int:
        """Write the results of one chunk for good; return the length of the file, 0 where unknown."""

    def close(self) -> None:
        """Finish the file."""


class LineSink:
    """A csv or jsonl file, written chunk by chunk."""

    def __init__(self, path: Path, at: int | None) -> None:
        self._file = path.open("r+b" if at is not None else "wb")
        if at is not None:
            self._file.truncate(at)  # what a killed run wrote of an unfinished chunk
            self._file.seek(at)
        elif path.suffix == ".csv":
            self._file.write("\ufeff".encode() + ",".join(COLUMNS).encode() + b"\r\n")

    def write(self, encoded: bytes) -> int:
        """Append a chunk."""
        self._file.write(encoded)
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ParquetSink:
    """A parquet file, one row group a chunk."""

    def __init__(self, path: Path) -> None:
        self._parquet = import_parquet()
        import pyarrow

        self._arrow = pyarrow
        numbers = {"confidence", "outside_probability"}
        self._schema = pyarrow.schema(
            [
                (name, pyarrow.float64() if name in numbers else pyarrow.string())
                for name in COLUMNS
                if name != "money_at_risk_fen"
            ]
        ).insert(9, pyarrow.field("money_at_risk_fen", pyarrow.int64()))
        self._writer = self._parquet.ParquetWriter(path, self._schema)

    def write(self, encoded: bytes) -> int:
        """Append a row group."""
        rows = msgspec.msgpack.decode(encoded)
        self._writer.write_table(self._arrow.Table.from_pylist(rows, schema=self._schema))
        return 0

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def open_sink(path: Path, at: int | None) -> Sink:
    """Open a result file, to be continued at byte `at` where given.

    Raises
    ------
    FileFormatError
        When the format is unknown or cannot be continued.
    """
    if path.suffix == ".parquet":
        if at is not None:
            raise FileFormatError("a parquet file cannot be continued; write .jsonl or .csv to resume")
        return ParquetSink(path)
    if path.suffix in {".csv", ".jsonl"}:
        return LineSink(path, at)
    raise FileFormatError(f"{path.name}: want a .csv, .jsonl or .parquet file")
