"""Labels from life: what reviewers decided and what really happened, without personal data."""

import hashlib
import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text

from model.fields import CATEGORICAL
from model.privacy import mask
from model.request import TriageRequest, request_from
from model.taxonomy import FAULT_LABELS, RESOLUTIONS
from training.labeled_data import LabeledRow
from training.splits import split_of

LEFT_OUT = frozenset({"refund_id", "sku_id", "shop_id", "courier", "respond_by", "refund_version"})
"""Fields that are no feature of the model and could lead back to a buyer or a shop."""

KEY_FILE = "label-ids.key"
"""Key of the row ids: order numbers are short enough to be guessed from a plain hash."""


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One voice on a case: an outcome, a senior reviewer or a reviewer."""

    rank: str
    who: str
    fault: str | None
    resolution: str | None
    at: str
    reason: str | None = None
    sampling_probability: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The label a case ends with, whose it is, and the share of voices that say the same."""

    fault: str
    resolution: str | None
    source: str
    who: str
    at: str
    agreement: float


def resolve(opinions: Sequence[Opinion]) -> Resolved | None:
    """Settle what a case's label is.

    Policy: what really happened (the latest outcome that names a fault) beats the latest verdict of a senior,
    which beats what at least two reviewers agree on, which beats a single reviewer. Reviewers who disagree
    without a majority and without a senior make no label: the case is left out and counted as contested.
    The resolution is that of the strongest voice that has the settled fault and names one.
    """
    voices = sorted((o for o in opinions if o.fault in FAULT_LABELS), key=lambda o: o.at)
    by_rank = {rank: [o for o in voices if o.rank == rank] for rank in ("outcome", "senior", "reviewer")}
    chosen = (by_rank["outcome"] or by_rank["senior"])[-1:] or _majority(by_rank["reviewer"])
    if not chosen:
        return None
    winner = chosen[-1]
    same = [o for rank in by_rank.values() for o in reversed(rank) if o.fault == winner.fault]
    # An outcome may name the resolution alone: it still tells what was done.
    outcomes = [o for o in opinions if o.rank == "outcome" and o.fault is None]
    named = [o.resolution for o in (*outcomes, winner, *same) if o.resolution in RESOLUTIONS]
    return Resolved(
        fault=str(winner.fault),
        resolution=named[0] if named else None,
        source="outcome" if winner.rank == "outcome" else "verdict",
        who=winner.who,
        at=winner.at,
        agreement=len(same) / len(voices),
    )


def _majority(voices: Sequence[Opinion]) -> list[Opinion]:
    """Return the voices of the fault most reviewers name; each one's last word counts, a tie is none."""
    last = {voice.who: voice for voice in voices}
    by_fault: dict[str | None, list[Opinion]] = defaultdict(list)
    for voice in last.values():
        by_fault[voice.fault].append(voice)
    ranked = sorted(by_fault.values(), key=len, reverse=True)
    if not ranked or (len(ranked) > 1 and len(ranked[0]) == len(ranked[1])):
        return []
    return ranked[0]


@dataclass(frozen=True, kw_only=True)
class Export:
    """Rows made from life, and how many cases gave none because reviewers contradict each other."""

    rows: list[LabeledRow]
    contested: int


def export_labels(database_url: str, key_folder: Path) -> Export:
    """Read verdicts and outcomes from the service's database and make labelled rows of them."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            cases = _cases(connection)
    finally:
        engine.dispose()
    key = _key(key_folder)
    rows, contested = [], 0
    for fields, revision, opinions in cases:
        resolved = resolve(opinions)
        if resolved is None:
            contested += any(o.fault in FAULT_LABELS for o in opinions)
            continue
        rows.append(_row(anonymous(fields, key, revision=revision), opinions, resolved))
    return Export(rows=sorted(rows, key=lambda row: row.row_id), contested=contested)


def _cases(connection: Connection) -> list[tuple[dict[str, Any], int, list[Opinion]]]:
    """Return each judged request, its revision and the voices on it; outcomes belong to the newest revision.

    A verdict that was taken back, by an undo or because the case was reopened, is no voice.
    """
    tables = set(inspect(connection).get_table_names())
    if not {"triages", "verdicts", "reviews"} <= tables:
        return []
    triages = {r["triage_id"]: r for r in _all(connection, "triages")}
    reviews = {r["review_id"]: r for r in _all(connection, "reviews")}
    newest: dict[str, Mapping[str, Any]] = {}
    for row in sorted(triages.values(), key=lambda r: r["revision"]):
        newest[row["refund_id"]] = row
    voices: dict[str, list[Opinion]] = defaultdict(list)
    for verdict in _all(connection, "verdicts"):
        if verdict["withdrawn_at"] is not None:
            continue
        review = reviews[verdict["review_id"]]
        voices[review["triage_id"]].append(_verdict_opinion(verdict, review))
    for outcome in _all(connection, "outcomes") if "outcomes" in tables else ():
        if outcome["refund_id"] in newest:
            voices[newest[outcome["refund_id"]]["triage_id"]].append(_outcome_opinion(outcome))
    return [
        (json.loads(triages[triage_id]["request"]), triages[triage_id]["revision"], found)
        for triage_id, found in voices.items()
    ]


def _all(connection: Connection, table: str) -> Iterable[Mapping[str, Any]]:
    rows = connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - fixed names
    return [dict(row) for row in rows.mappings()]


def _verdict_opinion(verdict: Mapping[str, Any], review: Mapping[str, Any]) -> Opinion:
    reasons = review["reasons"]
    reasons = json.loads(reasons) if isinstance(reasons, str) else reasons
    # A case handed up, by a reviewer or because two disagreed, is settled by a senior's verdict.
    settles = review["needs_senior"] and verdict["verdict_id"] == review["outcome_verdict_id"]
    return Opinion(
        rank="senior" if settles else "reviewer",
        who=verdict["reviewer"],
        fault=verdict["fault"],
        resolution=verdict["resolution"],
        at=str(verdict["created_at"]),
        reason=",".join(reasons) or None,
        sampling_probability=review["sampling_probability"],
    )


def _outcome_opinion(outcome: Mapping[str, Any]) -> Opinion:
    return Opinion(
        rank="outcome",
        who=outcome["source"],
        fault=outcome["fault"],
        resolution=outcome["resolution"],
        at=str(outcome["at"]),
    )


def _row(request: TriageRequest, opinions: Sequence[Opinion], resolved: Resolved) -> LabeledRow:
    reviewed = [o for o in opinions if o.reason]
    return LabeledRow(
        request=request,
        fault=resolved.fault,
        resolution=resolved.resolution,
        split=split_of(request.text),
        source=resolved.source,
        writer=resolved.who,
        labelled_on=resolved.at[:10],
        # Several ways to a label: the likeliest brought it here. An outcome comes whether audited or not.
        sampling_probability=max(o.sampling_probability for o in opinions if o.fault in FAULT_LABELS),
        review_reason=reviewed[-1].reason if reviewed else None,
        agreement=resolved.agreement,
    )


def anonymous(fields: Mapping[str, Any], key: bytes, *, revision: int = 1) -> TriageRequest:
    """Return the request as training may see it: masked text, no numbers of order, shop or goods.

    Its id stands for one revision: two that were both decided are two rows, and no id may stand twice.
    """
    kept = {name: value for name, value in fields.items() if name not in LEFT_OUT and value is not None}
    for name in (*CATEGORICAL, "text"):
        if name in kept:
            kept[name] = mask(str(kept[name]))
    digest = hmac.new(key, f"{fields['refund_id']}\0{revision}".encode(), hashlib.sha256).hexdigest()
    return request_from(kept | {"refund_id": f"life-{digest[:20]}"})


def _key(folder: Path) -> bytes:
    """Return the key of this installation's row ids, made at the first export."""
    path = folder / KEY_FILE
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), "ascii")
    return bytes.fromhex(path.read_text("ascii"))
