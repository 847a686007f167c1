"""Labelled requests as files: one JSON object a line, with room for fields, resolution and provenance."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from model.request import TriageRequest

DATA_FOLDER = Path(__file__).parents[1] / "data" / "labeled"

Split = Literal["train", "calibration", "test"]

INVENTED = frozenset({"seed", "written", "plain", "unprompted"})
"""Sources of rows that writers made up, fields and all."""


class LabelError(Exception):
    """A labelled file breaks the rules of data/labeled/README.md; the message names file and line."""


class LabeledRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request with what it should be answered.

    Attributes
    ----------
    request : the request; its `refund_id` is the row's identity.
    fault : one of the five categories, or `none`.
    alternative : the label that a trained colleague could choose as well; None where the text is unarguable
        or nobody noted it.
    resolution : what a sensible agent would do; None where the row says nothing of it.
    split : which side of the fixed split the row sits on.
    hard : two causes, negation, misleading keyword, implied cause, disputed damage or a size question.
    genre : how it is written (form, chat, rant, review, …).
    goods : kind of goods the text is about (the request's `product_category` may be missing).
    received : whether the text tells that the goods are with the buyer; None where nobody noted it.
    source : `seed`, `written`, `plain` and `unprompted` are invented by writers (data/labeled/README.md);
        `verdict` and `outcome` come from life.
    writer : who wrote or decided it.
    labelled_on : ISO day.
    sampling_probability : with which the row came before a person; metrics and fits weigh by its inverse.
    review_reason : why a person saw it; None for invented rows.
    agreement : share of the readers, people or outcomes asked who said the same; None for rows read once.
    """

    request: TriageRequest
    fault: str
    alternative: str | None = None
    resolution: str | None = None
    split: Split
    hard: bool = False
    genre: str = ""
    goods: str = ""
    received: bool | None = None
    source: str
    writer: str
    labelled_on: str
    sampling_probability: float = 1.0
    review_reason: str | None = None
    agreement: float | None = None

    @property
    def row_id(self) -> str:
        """Identity of the row."""
        return self.request.refund_id


def read_rows(path: Path) -> list[LabeledRow]:
    """Read one labelled file.

    Raises
    ------
    LabelError
        With file and line of the first row that breaks the form.
    """
    decoder = msgspec.json.Decoder(LabeledRow)
    rows = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            rows.append(decoder.decode(line))
        except msgspec.DecodeError as error:
            raise LabelError(f"{path.name}:{number}: {error}") from error
    return rows


def read_folder(folder: Path = DATA_FOLDER) -> list[LabeledRow]:
    """Read every `*.jsonl` of a folder in name order."""
    return [row for path in sorted(folder.glob("*.jsonl")) for row in read_rows(path)]


def write_rows(path: Path, rows: Iterable[LabeledRow]) -> None:
    """Write rows one a line, leaving out what is missing."""
    lines = []
    for row in rows:
        fields = msgspec.to_builtins(row)
        fields["request"] = {name: v for name, v in fields["request"].items() if v is not None}
        lines.append(msgspec.json.encode({k: v for k, v in fields.items() if v not in (None, "")}))
    path.write_bytes(b"\n".join(lines) + b"\n")


def data_hash(rows: Sequence[LabeledRow]) -> str:
    """SHA-256 over the rows in the order of their ids: equal data gives equal hash, however it is stored."""
    digest = hashlib.sha256()
    for row in sorted(rows, key=lambda row: row.row_id):
        digest.update(msgspec.json.encode(row))
    return digest.hexdigest()
