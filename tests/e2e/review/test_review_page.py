"""The reviewers' page in a real browser."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from service import Service

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
DOUBTFUL = "用了半年想全额退款 不退钱就差评"


def add_cases(service: Service, count: int) -> None:
    """Add cases that always wait for a person, the first with most money at risk."""
    for number in range(count):
        body = {
            "refund_id": f"R{number}",
            "text": f"{DOUBTFUL} 第{number}次",
            "refund_amount_fen": 10_000 - number,
            "service_type": "return_and_refund",
            "goods_received": True,
        }
        answer = httpx.post(f"{service.url}/v1/triage", json=body, trust_env=False).json()
        assert answer["route"] == "review"


def reviews(service: Service, state: str) -> list[dict[str, Any]]:
    """Return the reviews in a state."""
    answer = httpx.get(f"{service.url}/v1/reviews", params={"state": state}, trust_env=False)
    found: list[dict[str, Any]] = answer.json()["reviews"]
    return found


def heading(page: Page) -> str:
    """Return the refund id of the case on the screen."""
    return page.locator("h1").inner_text().split()[0]


def test_a_case_is_claimed_decided_and_the_next_one_opened_by_keyboard_alone(
    service: Service, sign_in: SignIn
) -> None:
    add_cases(service, 2)
    page = sign_in("li")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case/*")
    first = heading(page)
    page.keyboard.press("3")
    page.keyboard.press("w")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case/*done=*")
    assert heading(page) != first
    (decided,) = reviews(service, "decided")
    assert decided["refund_id"] == first
    page.keyboard.press("5")
    page.keyboard.press("q")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review?done=*")
    expect(page.get_by_text("这里没有案件。")).to_be_visible()


def test_enter_without_a_fault_decides_nothing(service: Service, sign_in: SignIn) -> None:
    add_cases(service, 1)
    page = sign_in("li")
    page.keyboard.press("n")
    page.wait_for_url("**/case/*")
    page.keyboard.press("Enter")
    assert reviews(service, "decided") == []


def test_a_verdict_is_taken_back_by_one_key(service: Service, sign_in: SignIn) -> None:
    add_cases(service, 2)
    page = sign_in("li")
    page.keyboard.press("n")
    page.wait_for_url("**/case/*")
    first = heading(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case/*done=*")
    page.keyboard.press("z")
    expect(page.locator("h1")).to_contain_text(first)
    assert reviews(service, "decided") == []


def test_skip_and_escalate_have_keys_and_a_reason(service: Service, sign_in: SignIn) -> None:
    add_cases(service, 3)
    page = sign_in("li")
    page.keyboard.press("n")
    page.wait_for_url("**/case/*")
    first = heading(page)
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_contain_text(first)
    second = heading(page)
    page.keyboard.press("e")
    page.keyboard.type("金额大")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_contain_text(second)
    chief = sign_in("chief")
    chief.goto(f"{service.url}/review")
    expect(chief.get_by_text("待主管")).to_have_count(1)


def test_the_question_mark_shows_the_keys(service: Service, sign_in: SignIn) -> None:
    add_cases(service, 1)
    page = sign_in("li")
    page.keyboard.press("n")
    page.wait_for_url("**/case/*")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_two_browsers_never_get_the_same_case(service: Service, sign_in: SignIn) -> None:
    add_cases(service, 4)
    pages = [sign_in("li"), sign_in("wang")]
    seen: list[str] = []
    for _ in range(2):
        for page in pages:
            if "/case/" not in page.url:
                page.keyboard.press("n")
                page.wait_for_url("**/case/*")
            seen.append(heading(page))
        for page in pages:
            before = page.url
            page.keyboard.press("4")
            page.keyboard.press("Enter")
            page.wait_for_function("before => location.href !== before", arg=before)
    assert sorted(seen) == ["R0", "R1", "R2", "R3"]
    assert len(reviews(service, "decided")) == 4


def test_an_open_page_keeps_its_case_and_a_closed_one_gives_it_back(
    service: Service, sign_in: SignIn
) -> None:
    add_cases(service, 1)
    page = sign_in("li")
    page.keyboard.press("n")
    page.wait_for_url("**/case/*")
    (claimed,) = reviews(service, "claimed")
    with page.expect_response("**/renew") as renewed:
        pass
    assert renewed.value.json()["claimed_until"] > claimed["claimed_until"]
    page.close()
    other = sign_in("wang")
    # The list is loaded again until the lease of the closed page has run out by itself.
    for _ in range(40):
        if other.locator("table.cases tbody tr").count():
            break
        other.wait_for_timeout(500)
        other.reload()
    other.keyboard.press("n")
    other.wait_for_url("**/case/*")
    assert heading(other) == "R0"


def test_the_language_is_switched_by_a_link(service: Service, sign_in: SignIn) -> None:
    page = sign_in("li")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="Take the next case")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("button", name="领取下一件")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_breaks_a_rule_of_accessibility_or_scrolls_sideways(
    service: Service, sign_in: SignIn, broken_promises: None, width: int
) -> None:
    add_cases(service, 3)
    page = sign_in("li", viewport={"width": width, "height": 800})
    places = ["/review", "/review/reports", "/login", "/review/case/nowhere"]
    page.keyboard.press("n")
    page.wait_for_url("**/case/*")
    places.append(page.url.removeprefix(service.url))
    assert page.locator(".warn").count() == 2
    for place in places:
        page.goto(service.url + place)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{place}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place


def test_the_page_works_without_a_script(service: Service, sign_in: SignIn) -> None:
    add_cases(service, 1)
    page = sign_in("li", java_script_enabled=False)
    page.get_by_role("button", name="领取下一件").click()
    page.get_by_role("radio", name="买家原因").check()
    page.get_by_role("button", name="决定并看下一件").click()
    page.wait_for_url("**/review?done=*")
    assert len(reviews(service, "decided")) == 1
