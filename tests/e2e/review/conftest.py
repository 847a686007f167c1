"""A real service and Debian's Chromium; without Chromium these tests are skipped by name."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from picture_service import break_promises
from service import PASSWORD, Service, running
from sqlalchemy import delete

from model.guarantee import STATUS_FILE
from serving.accounts.roles import Role
from serving.database import make_engine
from serving.live_error.tables import demotions
from serving.settings import Settings

LEASE_SECONDS = 6


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Iterator[Service]:
    """A service with two reviewers and a senior, short leases, and every doubtful case shown in full."""
    home = tmp_path_factory.mktemp("service") / "home"
    settings = {"lease_seconds": str(LEASE_SECONDS), "audit_share": "0", "blind_share": "0"}
    with running(home, models_folder, **settings) as service:
        service.add_user("li")
        service.add_user("wang")
        service.add_user("chief", Role.SENIOR)
        yield service


@pytest.fixture
def service(running_service: Service) -> Service:
    """The service without any case; one process for all tests, for starting it takes the longest."""
    running_service.forget_cases()
    return running_service


@pytest.fixture
def broken_promises(service: Service) -> Iterator[None]:
    """Everything the pages warn of, for the length of one test."""
    break_promises(service)
    yield
    (service.home / STATUS_FILE).unlink()
    engine = make_engine(Settings(home=service.home).url)
    with engine.begin() as connection:
        connection.execute(delete(demotions))
    engine.dispose()


@pytest.fixture
def sign_in(browser: Browser, service: Service) -> Iterator[Callable[..., Page]]:
    """Open a browser of its own, sign in by keyboard, and stand before the list."""
    contexts = []

    def open_as(name: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{service.url}/review")
        page.locator("[name=name]").focus()
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{service.url}/review")
        return page

    yield open_as
    for context in contexts:
        context.close()
