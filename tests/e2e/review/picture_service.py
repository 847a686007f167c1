"""A service as the pictures need it: weeks of decided cases, today's waiting, then promises that break."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
from picture_cases import (
    CASES_A_WEEK,
    EARLIER,
    WEEKS,
    earlier_requests,
    past_request,
    past_rows,
    todays_requests,
)
from service import Service
from sqlalchemy import Table, bindparam, insert, update

from model.guarantee import STATUS_FILE, Guarantee
from serving.database import make_engine
from serving.live_error.tables import demotions
from serving.review.tables import review_events, reviews, verdicts
from serving.scoring.tables import triages
from serving.settings import Settings


def moments(now: datetime) -> list[datetime]:
    """When each past case came in: over the days of its week, this week's within the last hours."""
    found = []
    for number in range(WEEKS * CASES_A_WEEK):
        back = WEEKS - 1 - number // CASES_A_WEEK
        day = timedelta(days=number % 5) if back else timedelta()
        found.append(now - timedelta(weeks=back, minutes=60 + number % 240) + day)
    return found


def send(client: httpx.Client, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask for triage of many."""
    answer = client.post("/v1/triage/batch", json={"requests": requests}).raise_for_status()
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def decide_what_waits(client: httpx.Client, fault_of: dict[str, str]) -> Iterator[str]:
    """Let three people decide the whole queue; yields the review ids."""
    number = 0
    while True:
        reviewer = ("xiaoli", "laowang", "xiaoli", "chenjie", "laowang", "xiaoli")[number % 6]
        answer = client.post("/v1/reviews/claim", json={"reviewer": reviewer})
        if answer.status_code == 204:
            return
        case = answer.json()
        body = {
            "reviewer": reviewer,
            "fault": fault_of[case["refund_id"]],
            "seconds_spent": 3 + len(reviewer) + number % 11,
        }
        body["resolution"] = case["triage"]["resolution"]["recommended"] or "return_and_refund"
        client.post(f"/v1/reviews/{case['review_id']}/verdict", json=body).raise_for_status()
        yield case["review_id"]
        number += 1


def put_into_the_past(service: Service, at_of_refund: dict[str, datetime]) -> None:
    """Move what was just scored and decided to when it is meant to have been."""
    engine = make_engine(Settings(home=service.home).url)
    with engine.begin() as connection:
        refund_of = {
            row.review_id: row.refund_id
            for row in connection.execute(
                reviews.select().with_only_columns(reviews.c.review_id, reviews.c.refund_id)
            )
        }

        def move(table: Table, key: str, ats: dict[str, datetime], *columns: str) -> None:
            change = update(table).where(table.c[key] == bindparam("key"))
            values = {name: bindparam("at") for name in columns}
            connection.execute(change.values(values), [{"key": k, "at": at} for k, at in ats.items()])

        at_of_review = {review: at_of_refund[refund] for review, refund in refund_of.items()}
        decided = {review: at + timedelta(minutes=50) for review, at in at_of_review.items()}
        move(triages, "refund_id", at_of_refund, "created_at")
        move(reviews, "review_id", at_of_review, "created_at")
        move(reviews, "review_id", decided, "closed_at")
        move(verdicts, "review_id", decided, "created_at")
        move(review_events, "review_id", decided, "at")
    engine.dispose()


def fill(service: Service) -> None:
    """Weeks of decided cases, then today's, which wait."""
    now = datetime.now(UTC)
    rows = [row for week in past_rows() for row in week]
    ats = moments(now)
    past = [
        # Every nineteenth was decided too late.
        past_request(row, number, at + timedelta(minutes=55 if number % 19 else 30))
        for number, (row, at) in enumerate(zip(rows, ats, strict=True))
    ]
    with httpx.Client(base_url=service.url, trust_env=False, timeout=60) as client:
        for start in range(0, len(past), CASES_A_WEEK):
            send(client, past[start : start + CASES_A_WEEK])
        ids = [str(request["refund_id"]) for request in past]
        decided = list(decide_what_waits(client, dict(zip(ids, (row.fault for row in rows), strict=True))))
        print(f"{len(past)} past cases, {len(decided)} decided by people")  # noqa: T201
        put_into_the_past(service, dict(zip(ids, ats, strict=True)))
        send(client, earlier_requests())
        fault_of = dict(zip((str(r["refund_id"]) for r in earlier_requests()), EARLIER.values(), strict=True))
        list(decide_what_waits(client, fault_of))
        today = send(client, todays_requests(now))
        last = [one["review"]["review_id"] for one in today if one["review"]][-1]
        client.post(f"/v1/reviews/{last}/claim", json={"reviewer": "laowang"}).raise_for_status()


def break_promises(service: Service) -> None:
    """Let the guarantee end and a category be demoted, as their watchers would."""
    now = datetime.now(UTC)
    version = (service.home / "models" / "champion").read_text("utf-8").strip()
    found = Guarantee(
        model_version=version,
        applies=False,
        n_cases=1_233,
        last_case_at=now,
        evidence=140.0,
        limit=100.0,
        checked_at=now,
    )
    (service.home / STATUS_FILE).write_bytes(msgspec.json.encode(found))
    counted = {"n_audited": 32, "n_wrong": 9, "lower_bound": 0.12, "promised_rate": 0.05}
    named = {"demotion_id": "picture", "category": "courier_damage", "model_version": version}
    engine = make_engine(Settings(home=service.home).url)
    with engine.begin() as connection:
        connection.execute(insert(demotions).values(**named, **counted, demoted_at=now))
    engine.dispose()
