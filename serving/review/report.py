"""A report: a table that the page shows and the CSV holds."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Report:
    """A table: `columns` name messages, `rows` hold codes and numbers."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
