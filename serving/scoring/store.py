"""Cases with their answers in the database: one row for each revision of a refund request."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, func, insert, select, text

from model.request import TriageRequest
from model.triage import Triage
from serving.review import intake
from serving.review import queue as review_queue
from serving.review.sampling import SHIPPED, Sampling
from serving.scoring.tables import triages


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request with the answer about to be given."""

    request: TriageRequest
    triage: Triage
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """The answer that counts: this one, or the one given before to the same content."""

    body: bytes
    is_new: bool


def content_hash(encoded_request: bytes) -> str:
    """Hash of everything the request says."""
    return hashlib.sha256(encoded_request).hexdigest()


def store_cases(
    connection: Connection, cases: Sequence[Case], sampling: Sampling = SHIPPED
) -> list[StoredAnswer]:
    """Store cases with their answers and reviews in the caller's transaction.

    The same content again gets the stored answer; changed content makes a new revision and supersedes the
    review that waits for the old one.
    """
    refund_ids = sorted({case.request.refund_id for case in cases})
    if connection.dialect.name == "postgresql":
        # Two processes answering one request: the second waits here and then finds the first's row.
        # In sorted order, so that two batches can never wait for each other.
        for refund_id in refund_ids:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": refund_id}
            )
    latest = _latest_revisions(connection, refund_ids)
    answers, triage_rows, judged, superseded = [], [], [], []
    for case in cases:
        encoded = msgspec.json.encode(case.request)
        digest = content_hash(encoded)
        revision, known_digest, known_answer = latest.get(case.request.refund_id, (0, "", b""))
        if known_digest == digest:
            answers.append(StoredAnswer(body=known_answer, is_new=False))
            continue
        body = msgspec.json.encode(case.triage)
        latest[case.request.refund_id] = (revision + 1, digest, body)
        if revision:
            superseded.append(case)
        triage_rows.append(_triage_row(case, revision + 1, digest, encoded, body))
        judged.append(case)
        answers.append(StoredAnswer(body=body, is_new=True))
    if triage_rows:
        connection.execute(INSERT_TRIAGES, triage_rows)
    _enqueue(connection, judged, superseded, sampling)
    return answers


def _enqueue(
    connection: Connection, judged: Sequence[Case], superseded: Sequence[Case], sampling: Sampling
) -> None:
    """Supersede old reviews, then add the new ones.

    Of several revisions stored together only the last may wait, whatever route the earlier ones took.
    """
    for case in superseded:
        review_queue.supersede(connection, case.request.refund_id, case.received_at)
    last = {case.request.refund_id: case for case in judged}
    cases = [(case.request, case.triage, case.received_at) for case in last.values()]
    intake.add(connection, cases, sampling)


# Statements of the hot path are made once: making the query anew took two thirds of a small transaction.
_newest = (
    select(triages.c.refund_id, func.max(triages.c.revision).label("revision"))
    .where(triages.c.refund_id.in_(bindparam("refund_ids", expanding=True)))
    .group_by(triages.c.refund_id)
    .subquery()
)
LATEST_REVISIONS = select(
    triages.c.refund_id, triages.c.revision, triages.c.content_hash, triages.c.answer
).join(_newest, and_(triages.c.refund_id == _newest.c.refund_id, triages.c.revision == _newest.c.revision))
INSERT_TRIAGES = insert(triages)


def _latest_revisions(connection: Connection, refund_ids: Sequence[str]) -> dict[str, tuple[int, str, bytes]]:
    rows = connection.execute(LATEST_REVISIONS, {"refund_ids": refund_ids})
    return {row.refund_id: (row.revision, row.content_hash, row.answer.encode()) for row in rows}


def _triage_row(case: Case, revision: int, digest: str, encoded: bytes, body: bytes) -> dict[str, Any]:
    request, triage = case.request, case.triage
    return {
        "triage_id": triage.triage_id,
        "refund_id": request.refund_id,
        "revision": revision,
        "content_hash": digest,
        "request": encoded.decode(),
        "answer": body.decode(),
        "model_version": triage.model_version,
        "policy_version": triage.policy_version,
        "fault": triage.fault.category,
        "confidence": triage.fault.confidence,
        "resolution": triage.resolution.recommended,
        "route": triage.route,
        "shop_id": request.shop_id,
        "sku_id": request.sku_id,
        "courier": request.courier,
        "created_at": case.received_at,
    }


def latest_answer(connection: Connection, refund_id: str) -> bytes | None:
    """Return the newest stored answer to a request."""
    found = _latest_revisions(connection, [refund_id]).get(refund_id)
    return found[2] if found else None
