"""What the page of one case shows."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from model.taxonomy import FAULTS, OUTSIDE, RESOLUTIONS, Resolution, gloss
from serving.accounts.sessions import SignedIn
from serving.champion import Champion
from serving.pages import money, translate
from serving.review import blindness, highlight, listing, verdicts
from serving.review.deadline import deadline
from serving.review.highlight import Chunk
from serving.review.policy_words import policy_words
from serving.review.similar import SimilarCase, SimilarCases
from serving.review.states import OPEN, ReviewState
from serving.scoring.tables import triages

FAULT_KEYS = dict(zip((*FAULTS, OUTSIDE), "123450", strict=True))
RESOLUTION_KEYS = dict(zip(RESOLUTIONS, "qwrtyud", strict=True))
"""The row from q to u without e, which hands the case up; refusing has d, so that no slip refuses."""

IN_THE_HEAD = ("text", "refund_id", "respond_by")
"""Fields shown elsewhere on the page."""


def case_view(
    connection: Connection,
    row: RowMapping,
    user: SignedIn,
    champion: Champion,
    similar: SimilarCases,
    language: str,
    now: datetime,
) -> dict[str, Any]:
    """Gather everything about one case that this person may see."""
    request = json.loads(row["request"])
    hidden = blindness.is_hidden(row)
    triage = None if hidden else json.loads(row["answer"])
    words = {} if hidden else highlight.telling_words(row, champion)
    recommended = triage["resolution"]["recommended"] if triage else None
    judgement = champion.current
    word = policy_words(judgement.policy.form if judgement else None, language)
    return {
        "row": row,
        "request": request,
        "triage": triage,
        "chunks": highlight.mark(request["text"], words) or [Chunk("—", 0)],
        "fields": fields_in_words(request, language),
        "deadline": deadline(row["respond_by"], now),
        "reasons": blindness.visible_reasons(row),
        "word": word,
        "ranked": ranked(triage) if triage else None,
        "fault_keys": FAULT_KEYS,
        "resolution_keys": RESOLUTION_KEYS,
        "excluded": {e["resolution"]: word(e["gloss"]) for e in triage["resolution"]["excluded"]}
        if triage
        else {},
        # A refusal is never one careless Enter away.
        "chosen_resolution": None if recommended == Resolution.DECLINE else recommended,
        "events": visible_events(connection, row),
        "revisions": revisions(connection, row["refund_id"]),
        "verdicts": verdicts_to_show(connection, row, user),
        "similar": similar_cases(connection, row, champion, similar),
        "mine": row["state"] == ReviewState.CLAIMED and row["claimed_by"] == user.name,
        "can_claim": row["state"] == ReviewState.WAITING and (user.role.is_senior or not row["needs_senior"]),
        "lease_seconds": max(int((row["claimed_until"] - now).total_seconds()), 0)
        if row["claimed_until"]
        else 0,
    }


def ranked(triage: dict[str, Any]) -> dict[str, list[tuple[str, float]]]:
    """Return categories and resolutions with their probabilities, most probable first."""
    return {
        name: sorted(triage[name]["probabilities"].items(), key=lambda item: -item[1])
        for name in ("fault", "resolution")
    }


def fields_in_words(request: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Name every field that was given, and its value, in words."""
    return [
        (translate(f"field.{name}", language), in_words(name, value, language))
        for name, value in request.items()
        if value is not None and name not in IN_THE_HEAD
    ]


def in_words(name: str, value: Any, language: str) -> str:
    """Write the value of a field."""
    if isinstance(value, bool):
        return translate("yes" if value else "no", language)
    if name.endswith("_fen"):
        return money(value)
    if isinstance(value, float):
        return f"{value:g}"
    return gloss(str(value), language)


def visible_events(connection: Connection, row: RowMapping) -> list[RowMapping]:
    """Return the history; while the case is open nobody reads who thought what of it."""
    events = listing.events_of(connection, row["review_id"])
    hidden = {"give_opinion", "disagree"} if row["state"] in OPEN else set()
    return [event for event in events if event["action"] not in hidden]


def verdicts_to_show(connection: Connection, row: RowMapping, user: SignedIn) -> list[RowMapping]:
    """Return the verdicts: of a closed case to everybody, of a disagreement to the senior who settles it."""
    settles = row["needs_senior"] and user.role.is_senior
    if row["state"] in OPEN and not settles:
        return []
    return list(verdicts.standing_verdicts(connection, row["review_id"]))


def revisions(connection: Connection, refund_id: str) -> list[datetime]:
    """Return when each revision of the request came in."""
    query = select(triages.c.created_at).where(triages.c.refund_id == refund_id)
    return list(connection.execute(query.order_by(triages.c.revision)).scalars())


def similar_cases(
    connection: Connection, row: RowMapping, champion: Champion, similar: SimilarCases
) -> list[SimilarCase]:
    """Return decided cases like this one; none while no model is loaded."""
    judgement = champion.current
    if judgement is None:
        return []
    bundle = judgement.bundle
    return similar.find(connection, row, bundle.scorer, bundle.model_version)


def undo_seconds_left(
    connection: Connection, review_id: str, user: SignedIn, undo_seconds: int, now: datetime
) -> int:
    """Return how long this person can still take back their verdict on a case; 0 where not at all."""
    standing = verdicts.standing_verdicts(connection, review_id)
    if not standing or standing[-1]["reviewer"] != user.name:
        return 0
    left = standing[-1]["created_at"] + timedelta(seconds=undo_seconds) - now
    return max(int(left.total_seconds()), 0)
