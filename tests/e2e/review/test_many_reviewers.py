"""200 cases, four robots over HTTP and one person in a browser, and a kill -9 in the middle."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page
from service import Service
from sqlalchemy import func, select

from serving.database import make_engine
from serving.review.priority import Urgency, rank
from serving.review.tables import review_events, reviews, verdicts
from serving.settings import Settings

pytestmark = pytest.mark.e2e

N_CASES = 200
N_ROBOTS = 4
KILLED_AFTER = 60
ADDED_TEXT = "用了半年想全额退款 不退钱就差评"


Place = tuple[int, datetime, str]


def add_cases(url: str) -> dict[str, Place]:
    """Add the cases; returns the documented place in the queue of each review."""
    items = [
        {
            "refund_id": f"R{number}",
            "text": f"{ADDED_TEXT} 第{number}次",
            "refund_amount_fen": 100 * (number * 37 % 50 + 1),
        }
        for number in range(N_CASES)
    ]
    answer = httpx.post(f"{url}/v1/triage/batch", json={"requests": items}, trust_env=False, timeout=60)
    results = answer.json()["results"]
    return {result["review"]["review_id"]: place_of(result) for result in results}


def place_of(triage: dict[str, Any]) -> Place:
    """What docs/review.md says the queue goes by: money at risk, deadline, arrival."""
    recommended = triage["resolution"]["recommended"]
    urgency = Urgency(triage["money_at_risk_fen"], triage["on_timeout"], recommended)
    return rank(urgency), datetime.fromisoformat(triage["respond_by"]), triage["review"]["review_id"]


def work(url: str, name: str, decided: list[str], stop: threading.Event) -> None:
    """Claim and decide until nothing waits; a service that is away is asked again, as any client would."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        while not stop.is_set():
            try:
                claimed = client.post("/v1/reviews/claim", json={"reviewer": name})
                if claimed.status_code == 204:
                    stop.wait(0.3)
                    continue
                review_id = claimed.raise_for_status().json()["review_id"]
                body = {"reviewer": name, "fault": "likely_abuse", "resolution": "decline"}
                given = client.post(f"/v1/reviews/{review_id}/verdict", json=body)
            except httpx.TransportError:
                stop.wait(0.1)
                continue
            if given.status_code == 200:
                decided.append(review_id)


def work_in_browser(page: Page, count: int) -> None:
    """Decide by keyboard, as a person does."""
    for _ in range(count):
        if "/case/" not in page.url:
            page.keyboard.press("n")
            page.wait_for_url("**/case/*")
        before = page.url
        page.keyboard.press("5")
        page.keyboard.press("Enter")
        page.wait_for_function("before => location.href !== before", arg=before)


def test_every_case_is_decided_exactly_once_through_a_kill_in_the_middle(
    service: Service, sign_in: Callable[..., Page]
) -> None:
    places = add_cases(service.url)
    decided: list[str] = []
    stop = threading.Event()
    page = sign_in("li")
    with ThreadPoolExecutor(N_ROBOTS) as pool:
        robots = [pool.submit(work, service.url, f"robot{n}", decided, stop) for n in range(N_ROBOTS)]
        try:
            work_in_browser(page, 5)
            while len(decided) < KILLED_AFTER and not any(robot.done() for robot in robots):
                stop.wait(0.05)
            service.kill()
            service.start()
            page.goto(f"{service.url}/review")
            # Cases whose claimer lost the answer come back when their lease has run out.
            while count_of(service.home, "decided") < N_CASES and not any(r.done() for r in robots):
                stop.wait(0.2)
        finally:
            stop.set()
    for robot in robots:
        robot.result()
    assert_the_books_are_right(service.home, places, decided)


def count_of(home: Path, state: str) -> int:
    """Count the reviews in a state."""
    engine = make_engine(Settings(home=home).url)
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).where(reviews.c.state == state)).scalar_one()
    engine.dispose()
    return int(found)


def assert_the_books_are_right(home: Path, places: dict[str, Place], decided: list[str]) -> None:
    """Each case has one verdict, none acknowledged is lost, and the first claims went by money."""
    engine = make_engine(Settings(home=home).url)
    with engine.connect() as connection:
        given = connection.execute(select(verdicts.c.review_id)).scalars().all()
        claims = connection.execute(
            select(review_events.c.review_id)
            .where(review_events.c.action == "claim")
            .order_by(review_events.c.event_id)
        ).scalars()
        order = list(dict.fromkeys(claims))
    engine.dispose()
    assert len(given) == len(set(given)) == N_CASES
    assert len(decided) == len(set(decided))
    assert set(decided) <= set(given) == set(places)
    assert order == sorted(places, key=places.__getitem__)
