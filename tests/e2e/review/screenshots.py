"""make screenshots: the service as it is shipped, filled through its API, photographed wide and narrow."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from picture_service import break_promises, fill
from service import PASSWORD, Service, running

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}

UNSURE = "屏幕右下角有一道裂"
CONCERN = "不给退一赔三"
"""How the cases begin whose pages are photographed: one the model is unsure of, one it is concerned about."""


def take(page: Page, name: str, *, whole: bool = False) -> None:
    """Photograph the page."""
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)


def open_case(page: Page, address: str, words: str) -> None:
    """Open a case from the list and take it."""
    page.goto(f"{address}/review")
    page.locator("table.cases a", has_text=words).click()
    page.locator("form[action$=claim] button").click()
    page.wait_for_selector("#verdict")


def shoot(service: Service) -> None:
    """Take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=WIDE)
        page.goto(f"{service.url}/review")
        page.fill("[name=name]", "xiaoli")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{service.url}/review")
        take(page, "list")
        open_case(page, service.url, CONCERN)
        take(page, "concern", whole=True)
        page.locator("form[action$=release] button").click()
        open_case(page, service.url, UNSURE)
        take(page, "case", whole=True)
        page.set_viewport_size(PHONE)
        take(page, "case-phone", whole=True)
        page.set_viewport_size(WIDE)
        page.click("#language")
        page.wait_for_selector("#verdict")
        take(page, "case-english", whole=True)
        page.locator("form[action$=release] button").click()
        take(page, "list-english")
        page.click("#language")
        page.set_viewport_size(PHONE)
        page.goto(f"{service.url}/review")
        take(page, "list-phone")
        page.set_viewport_size(WIDE)
        page.goto(f"{service.url}/review/reports")
        take(page, "reports", whole=True)
        break_promises(service)
        page.goto(f"{service.url}/review")
        take(page, "warnings")
        browser.close()


def main() -> None:
    """Make all pictures from nothing but the champion in the models folder named on the command line."""
    models = Path(sys.argv[1]).resolve()
    # No setting is changed: sampling and leases are those a shop starts with.
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home", models) as service:
        service.add_user("xiaoli")
        fill(service)
        shoot(service)
    print(f"✓ {FOLDER}")  # noqa: T201


if __name__ == "__main__":
    main()
