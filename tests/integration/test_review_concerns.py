"""What the pages warn of: a concern that is no verdict, rules that ask for a person, broken promises."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from model.bundle import Bundle
from model.guarantee import STATUS_FILE, Guarantee
from model.triage import ResolutionOpinion, Triage
from serving.accounts import users
from serving.accounts.roles import Role
from serving.app import make_app
from serving.database import make_engine, migrate
from serving.live_error.tables import demotions
from serving.review.blindness import HIDDEN
from serving.settings import Settings

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "a-long-password"
ABUSE = {
    "refund_id": "R1",
    "text": "用了半年想全额退款 不退钱就差评",
    "buyer_account_age_days": 3,
    "goods_received": True,
    "refund_amount_fen": 45_900,
}
ACCUSATIONS = ("骗", "欺诈", "恶意", "fraud", "abuser", "scam", "liar")


@pytest.fixture
def start(tmp_path: Path, models_folder: Path) -> Iterator[Callable[..., TestClient]]:
    """Start the application and sign a reviewer in."""
    running: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        (tmp_path / "models").symlink_to(models_folder, target_is_directory=True)
        chosen = Settings(home=tmp_path, **({"audit_share": 0, "blind_share": 0} | settings))
        migrate(chosen.url)
        with make_engine(chosen.url).begin() as connection:
            users.add_user(connection, "li", PASSWORD, Role.REVIEWER, NOW)
        client = TestClient(make_app(chosen), base_url="http://testserver")
        client.__enter__()
        running.append(client)
        form = {"name": "li", "password": PASSWORD, "csrf_token": token_of(client.get("/login").text)}
        client.post("/login", data=form)
        return client

    yield make
    for client in running:
        client.__exit__(None, None, None)


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def case_page(client: TestClient, triage: dict[str, Any], language: str = "zh") -> str:
    client.cookies.set("refund_triage_language", language)
    return client.get(f"/review/case/{triage['review']['review_id']}").text


def own_words(page: str) -> str:
    """The page without what the buyer wrote and without its markup."""
    return re.sub(r"<[^>]+>", "", re.sub(r"<blockquote>.*?</blockquote>", "", page, flags=re.S))


def test_a_concern_is_shown_with_its_signals_and_checklist_and_accuses_nobody(
    start: Callable[..., TestClient],
) -> None:
    client = start()
    triage = client.post("/v1/triage", json=ABUSE).json()
    assert triage["concern"]["signals"]
    page = case_page(client, triage)
    assert "这只是疑点，不是结论" in page
    for words in [s["gloss"] for s in triage["concern"]["signals"]] + triage["concern"]["check"]:
        assert words in page
    assert not [word for word in ACCUSATIONS if word in own_words(page).lower()]


def test_the_english_page_says_the_policys_words_in_english(start: Callable[..., TestClient]) -> None:
    client = start()
    triage = client.post("/v1/triage", json=ABUSE).json()
    page = case_page(client, triage, "en")
    assert "a concern, not a verdict" in page
    assert "The account is younger than 30 days" in page
    assert "packing video" in page
    assert "A concern is no verdict: a person checks" in page
    assert triage["concern"]["signals"][0]["gloss"] not in page
    assert not [word for word in ACCUSATIONS if word in own_words(page).lower()]


def test_the_claimed_case_has_the_checklist_in_its_form(start: Callable[..., TestClient]) -> None:
    client = start()
    triage = client.post("/v1/triage", json=ABUSE).json()
    token = token_of(client.get("/review").text)
    page = client.post("/review/next", data={"csrf_token": token}).text
    for words in triage["concern"]["check"]:
        assert f'name="evidence_seen" value="{words}"' in page


def test_the_page_says_what_was_excluded_by_which_rule_and_what_comes_second(
    start: Callable[..., TestClient],
) -> None:
    client = start()
    triage = client.post("/v1/triage", json=ABUSE | {"goods_received": False}).json()
    resolution = triage["resolution"]
    page = case_page(client, triage)
    assert resolution["excluded"]
    for excluded in resolution["excluded"]:
        assert excluded["gloss"] in page
    for rule in resolution["needs_person"]:
        assert rule["gloss"] in page
    assert f"¥{resolution['price_difference_fen'] / 100:,.2f}" in page


def test_a_blind_case_tells_nothing_of_a_concern(start: Callable[..., TestClient]) -> None:
    client = start(blind_share=1)
    triage = client.post("/v1/triage", json=ABUSE).json()
    assert triage["concern"]
    (shown,) = client.get("/v1/reviews").json()["reviews"]
    assert shown["triage"]["concern"] is None
    assert "疑点" not in case_page(client, triage)


def test_everything_an_answer_holds_is_either_hidden_or_no_opinion() -> None:
    known = {"refund_id", "triage_id", "model_version", "policy_version", "respond_by", "on_timeout"}
    assert set(HIDDEN) == set(Triage.__struct_fields__) - known
    assert set(HIDDEN["resolution"]) == set(ResolutionOpinion.__struct_fields__)


def test_while_all_is_as_promised_no_page_warns(start: Callable[..., TestClient]) -> None:
    client = start()
    triage = client.post("/v1/triage", json=ABUSE).json()
    assert "notice warn" not in client.get("/review").text + case_page(client, triage)


def test_a_guarantee_that_no_longer_applies_is_told_on_list_and_case(
    start: Callable[..., TestClient], tmp_path: Path, bundle: Bundle
) -> None:
    client = start()
    triage = client.post("/v1/triage", json=ABUSE).json()
    found = Guarantee(
        model_version=bundle.model_version,
        applies=False,
        n_cases=400,
        last_case_at=NOW,
        evidence=120.0,
        limit=100.0,
        checked_at=NOW,
    )
    (tmp_path / STATUS_FILE).write_bytes(msgspec.json.encode(found))
    for page in (client.get("/review").text, case_page(client, triage)):
        assert "保证不再适用" in page
    assert "promise does not apply" in case_page(client, triage, "en")


def test_demoted_categories_are_named_on_list_and_case(
    start: Callable[..., TestClient], tmp_path: Path
) -> None:
    client = start()
    triage = client.post("/v1/triage", json=ABUSE).json()
    with make_engine(Settings(home=tmp_path).url).begin() as connection:
        for number, category in enumerate(("quality", "courier_damage")):
            values = {"demotion_id": f"d{number}", "category": category, "model_version": "m"}
            numbers = {"n_audited": 30, "n_wrong": 12, "lower_bound": 0.2, "promised_rate": 0.05}
            connection.execute(insert(demotions).values(**values, **numbers, demoted_at=NOW))
    for page in (client.get("/review").text, case_page(client, triage)):
        assert "物流损坏/丢件、质量问题：" in page
    assert "Courier damage or loss, Quality: " in case_page(client, triage, "en")
