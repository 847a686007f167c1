"""Cases with their answers in the database: one row for each revision of a refund request."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from model.request import TriageRequest
from model.triage import Triage
from serving.database import told_as_sqlalchemy
from serving.review import intake
from serving.review import queue as review_queue
from serving.review.sampling import SHIPPED, Sampling
from serving.scoring import statements
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
    with statements.together(connection):
        statements.lock(connection, refund_ids)
        latest = statements.latest_revisions(connection, refund_ids)
    answers, triage_rows, judged, superseded = [], [], [], []
    for case in cases:
        encoded = msgspec.json.encode(case.request)
        digest = content_hash(encoded)
        revision, known_digest, known_answer = latest.get(case.request.refund_id, (0, "", ""))
        if known_digest == digest:
            answers.append(StoredAnswer(body=known_answer.encode(), is_new=False))
            continue
        body = msgspec.json.encode(case.triage)
        row = triage_row(case, revision + 1, digest, encoded, body)
        latest[case.request.refund_id] = (revision + 1, digest, row["answer"])
        if revision:
            superseded.append(case)
        triage_rows.append(row)
        judged.append(case)
        answers.append(StoredAnswer(body=body, is_new=True))
    for case in superseded:
        review_queue.supersede(connection, case.request.refund_id, case.received_at)
    # Of several revisions stored together only the last may wait, whatever route the earlier ones took.
    last = {case.request.refund_id: case for case in judged}
    with statements.together(connection):
        if triage_rows:
            INSERT_TRIAGES.execute(connection, triage_rows)
        intake.add(
            connection, [(case.request, case.triage, case.received_at) for case in last.values()], sampling
        )
    return answers


def triage_row(case: Case, revision: int, digest: str, encoded: bytes, body: bytes) -> dict[str, Any]:
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


INSERT_TRIAGES = statements.RowInsert(
    triages,
    [
        "triage_id",
        "refund_id",
        "revision",
        "content_hash",
        "request",
        "answer",
        "model_version",
        "policy_version",
        "fault",
        "confidence",
        "resolution",
        "route",
        "shop_id",
        "sku_id",
        "courier",
        "created_at",
    ],
)


def latest_answer(connection: Connection, refund_id: str) -> bytes | None:
    """Return the newest stored answer to a request."""
    with told_as_sqlalchemy(connection):
        found = statements.latest_revisions(connection, [refund_id]).get(refund_id)
    return found[2].encode() if found else None
