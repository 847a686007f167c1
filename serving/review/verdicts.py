"""What people decide: a verdict, a second opinion, taking one back, opening a case again."""

import dataclasses
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from serving.review.states import Action, Opinion, ReviewState, step_after_verdict
from serving.review.steps import UNCLAIMED, ReviewConflictError, held_by, locked, locked_if_held, step
from serving.review.tables import verdicts
from serving.scoring.tables import triages

NOT_DECIDED: dict[str, Any] = {"outcome_verdict_id": None, "gold": False, "closed_at": None}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a person decided.

    `review_version` is the version of the review that was on the screen, None where the caller keeps none;
    `seconds_spent` is counted from the claim where the caller does not say.
    """

    reviewer: str
    fault: str
    resolution: str | None
    note: str = ""
    reply: str = ""
    evidence_seen: Sequence[str] = ()
    seconds_spent: float | None = None
    review_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the reviewer had before their eyes; no probabilities where the case was shown blind."""

    model_version: str
    policy_version: str
    probabilities: dict[str, Any] | None


def decide(
    connection: Connection, review_id: str, verdict: Verdict, shown: Shown, now: datetime
) -> tuple[str, Action]:
    """Record a verdict; returns its id and what it led to.

    Raises
    ------
    ReviewNotFoundError, ReviewConflictError
        When this reviewer does not hold the case, or it is no longer what they were shown.
    """
    row = locked_if_held(connection, review_id, verdict.reviewer)
    if verdict.review_version not in (None, row["version"]):
        raise ReviewConflictError("the case has changed since it was shown; reload it and look again")
    earlier = standing_verdicts(connection, review_id)
    opinions = [Opinion(v["fault"], v["resolution"]) for v in earlier]
    opinions.append(Opinion(verdict.fault, verdict.resolution))
    verdict_id = _record(connection, row, verdict, shown, len(opinions), now)
    action = step_after_verdict(opinions, row["verdicts_needed"], by_senior=row["needs_senior"])
    values = _values_after(action, row, verdict_id, opinions, now)
    step(connection, row, action, verdict.reviewer, now, **values)
    return verdict_id, action


def _record(
    connection: Connection, row: RowMapping, verdict: Verdict, shown: Shown, opinion: int, now: datetime
) -> str:
    values = dataclasses.asdict(verdict)
    del values["review_version"]
    if verdict.seconds_spent is None and row["claimed_at"] is not None:
        values["seconds_spent"] = (now - row["claimed_at"]).total_seconds()
    verdict_id = str(uuid.uuid4())
    connection.execute(
        insert(verdicts).values(
            verdict_id=verdict_id,
            review_id=row["review_id"],
            opinion=opinion,
            created_at=now,
            shown_model_version=shown.model_version,
            shown_policy_version=shown.policy_version,
            shown_probabilities=shown.probabilities,
            **values,
        )
    )
    return verdict_id


def _values_after(
    action: Action, row: RowMapping, verdict_id: str, opinions: Sequence[Opinion], now: datetime
) -> dict[str, Any]:
    """Values of the review after a verdict."""
    if action == Action.GIVE_OPINION:
        return UNCLAIMED
    if action == Action.DISAGREE:
        return {"needs_senior": True, **UNCLAIMED}
    gold = len(opinions) > 1 and not row["needs_senior"]
    return {"outcome_verdict_id": verdict_id, "gold": gold, "closed_at": now, "claimed_until": None}


def standing_verdicts(connection: Connection, review_id: str) -> Sequence[RowMapping]:
    """Return the verdicts of a review that were not withdrawn, in their order."""
    query = select(verdicts).where(verdicts.c.review_id == review_id, verdicts.c.withdrawn_at.is_(None))
    return connection.execute(query.order_by(verdicts.c.opinion)).mappings().all()


def undo(
    connection: Connection,
    review_id: str,
    reviewer: str,
    now: datetime,
    *,
    undo_seconds: int,
    lease_seconds: int,
) -> None:
    """Take one's own verdict back within `undo_seconds` and hold the case again.

    Raises
    ------
    ReviewNotFoundError, ReviewConflictError
        When there is none to take back, it is too late, somebody else holds the case by now, or the buyer
        has changed the request since.
    """
    row = locked(connection, review_id)
    standing = standing_verdicts(connection, review_id)
    if not standing or standing[-1]["reviewer"] != reviewer:
        raise ReviewConflictError("there is no verdict of yours to take back")
    if standing[-1]["created_at"] + timedelta(seconds=undo_seconds) < now:
        raise ReviewConflictError(f"a verdict can be taken back for {undo_seconds} s only")
    _refuse_if_superseded(connection, row)
    _withdraw(connection, review_id, now, verdicts.c.verdict_id == standing[-1]["verdict_id"])
    # A case that waits for a senior after a verdict does so because of that verdict: two disagreed.
    values = NOT_DECIDED | held_by(reviewer, now, lease_seconds)
    values["needs_senior"] = row["needs_senior"] and row["state"] == ReviewState.DECIDED
    step(connection, row, Action.UNDO, reviewer, now, **values)


def reopen(connection: Connection, review_id: str, actor: str, reason: str, now: datetime) -> None:
    """Put a decided case back into the queue; its verdicts no longer stand.

    Raises
    ------
    ReviewNotFoundError, ReviewConflictError
        When it is not decided, or the buyer has changed the request since.
    """
    row = locked(connection, review_id)
    _refuse_if_superseded(connection, row)
    step(
        connection,
        row,
        Action.REOPEN,
        actor,
        now,
        reason,
        **(NOT_DECIDED | UNCLAIMED | {"needs_senior": False}),
    )
    _withdraw(connection, review_id, now)


def _refuse_if_superseded(connection: Connection, row: RowMapping) -> None:
    """Keep a case closed whose request has a newer revision, so that two people never decide one request."""
    revisions = select(triages.c.triage_id).where(triages.c.refund_id == row["refund_id"])
    newest = connection.execute(revisions.order_by(triages.c.revision.desc()).limit(1)).scalar_one()
    if newest != row["triage_id"]:
        raise ReviewConflictError("the buyer has changed the request since: a newer case counts")


def _withdraw(connection: Connection, review_id: str, now: datetime, *conditions: Any) -> None:
    connection.execute(
        update(verdicts)
        .where(verdicts.c.review_id == review_id, verdicts.c.withdrawn_at.is_(None), *conditions)
        .values(withdrawn_at=now)
    )
