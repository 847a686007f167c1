"""The pages as a browser without a script uses them: forms, redirects, the login."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.accounts import users
from serving.accounts.roles import Role
from serving.app import make_app
from serving.database import make_engine, migrate
from serving.scoring.service import now_utc
from serving.settings import Settings

PASSWORD = "a-long-password"


@pytest.fixture
def client(tmp_path: Path, models_folder: Path) -> Iterator[TestClient]:
    """The application on its own database, with two reviewers and a senior; nobody is signed in."""
    (tmp_path / "models").symlink_to(models_folder, target_is_directory=True)
    settings = Settings(home=tmp_path, audit_share=0, blind_share=0)
    migrate(settings.url)
    with make_engine(settings.url).begin() as connection:
        for name, role in (("li", Role.REVIEWER), ("wang", Role.REVIEWER), ("chief", Role.SENIOR)):
            users.add_user(connection, name, PASSWORD, role, now_utc())
    with TestClient(make_app(settings), base_url="http://testserver") as client:
        yield client


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> int:
    client.cookies.clear()
    token = token_of(client.get("/login").text)
    form = {"name": name, "password": password, "csrf_token": token}
    return client.post("/login", data=form, follow_redirects=False).status_code


def send(client: TestClient, path: str, **fields: str) -> str:
    """Send a form with the session's token and follow where it leads."""
    token = token_of(client.get("/review").text)
    answer = client.post(path, data={"csrf_token": token} | fields)
    return answer.text if answer.status_code == 200 else f"{answer.status_code} {answer.text}"


def add_requests(client: TestClient, *texts: str) -> None:
    for number, words in enumerate(texts):
        # A refusal or an abuse concern always waits; so does what fits no category.
        body = {"refund_id": f"R{number}", "text": words, "refund_amount_fen": 100 * (number + 1)}
        assert client.post("/v1/triage", json=body).json()["route"] == "review"


DOUBTFUL = "用了半年想全额退款 不退钱就差评"


def case_id(page: str) -> str:
    found = re.search(r"/review/case/([0-9a-f-]+)/verdict", page)
    assert found, page
    return found[1]


def test_nobody_sees_a_case_without_signing_in(client: TestClient) -> None:
    for path in ("/review", "/review/case/x", "/review/reports", "/review/reports/automation.csv"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=/review")


def test_a_wrong_password_is_refused_and_five_lock_the_account(client: TestClient) -> None:
    assert [sign_in(client, "li", "wrong") for _ in range(5)] == [401] * 5
    assert sign_in(client, "li") == 401
    assert sign_in(client, "nobody", "wrong") == 401
    assert sign_in(client, "wang") == 303


def test_a_login_form_of_another_site_is_refused(client: TestClient) -> None:
    form = {"name": "li", "password": PASSWORD, "csrf_token": "guess"}
    assert client.post("/login", data=form).status_code == 403


def test_after_the_login_the_browser_goes_on_within_this_site_only(client: TestClient) -> None:
    for target, place in (("/review/reports", "/review/reports"), ("//evil.example", "/review")):
        client.cookies.clear()
        token = token_of(client.get("/login").text)
        form = {"name": "li", "password": PASSWORD, "csrf_token": token, "next": target}
        answer = client.post("/login", data=form, follow_redirects=False)
        assert answer.headers["location"] == place


def test_a_form_without_the_sessions_token_changes_nothing(client: TestClient) -> None:
    add_requests(client, DOUBTFUL)
    sign_in(client, "li")
    assert client.post("/review/next", data={"csrf_token": "guess"}).status_code == 403
    assert client.post("/review/next").status_code == 403
    assert client.get("/v1/reviews?state=claimed").json()["reviews"] == []


def test_take_decide_next_and_undo_work_without_a_script(client: TestClient) -> None:
    add_requests(client, DOUBTFUL, "质量不错")
    sign_in(client, "li")
    page = send(client, "/review/next")
    first = case_id(page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    decision = {"fault": "quality", "resolution": "exchange", "version": version[1], "note": "看过照片"}
    page = send(client, f"/review/case/{first}/verdict", **decision)
    second = case_id(page)
    assert second != first
    assert f"/review/case/{first}/undo" in page
    page = send(client, f"/review/case/{first}/undo")
    assert case_id(page) == first
    states = {r["review_id"]: r["state"] for r in client.get("/v1/reviews").json()["reviews"]}
    assert states == {first: "claimed", second: "waiting"}


def test_a_verdict_on_what_is_no_longer_there_says_why_and_stores_nothing(client: TestClient) -> None:
    add_requests(client, DOUBTFUL)
    sign_in(client, "li")
    first = case_id(send(client, "/review/next"))
    body = {"refund_id": "R0", "text": DOUBTFUL + " 已经拍照"}
    client.post("/v1/triage", json=body)
    page = send(client, f"/review/case/{first}/verdict", fault="quality", version="2")
    assert page.startswith("409")
    assert "买家修改了申请" in page


def test_skip_and_escalate_lead_on_and_only_a_senior_reopens(client: TestClient) -> None:
    add_requests(client, DOUBTFUL, "质量不错", "什么时候发货")
    sign_in(client, "li")
    first = case_id(send(client, "/review/next"))
    second = case_id(send(client, f"/review/case/{first}/skip", reason="看不懂"))
    third = case_id(send(client, f"/review/case/{second}/escalate", reason="金额大"))
    assert len({first, second, third}) == 3
    send(client, f"/review/case/{third}/verdict", fault="none", version="2")
    assert send(client, f"/review/case/{third}/reopen", reason="再看").startswith("403")
    assert send(client, f"/review/case/{second}/claim").startswith("409")
    sign_in(client, "chief")
    assert "待处理" in send(client, f"/review/case/{third}/reopen", reason="买家补了照片")
    assert case_id(send(client, f"/review/case/{second}/claim")) == second


def test_what_the_buyer_wrote_is_text_and_never_markup(client: TestClient) -> None:
    add_requests(client, "<script>alert(1)</script> 质量不错")
    sign_in(client, "li")
    for page in (client.get("/review").text, send(client, "/review/next")):
        assert "<script>alert" not in page
        assert "&lt;" in page


def test_the_language_switch_holds(client: TestClient) -> None:
    sign_in(client, "li")
    assert "审核队列" in client.get("/review").text
    page = client.get("/language?to=en&next=/review").text
    assert "Take the next case" in page
    assert "Take the next case" in client.get("/review").text


def test_the_reports_come_as_a_page_and_as_csv(client: TestClient) -> None:
    add_requests(client, DOUBTFUL)
    sign_in(client, "li")
    assert "<svg" in client.get("/review/reports").text
    for name in ("automation", "reasons", "hotspots", "reviewers", "agreement", "deadlines"):
        answer = client.get(f"/review/reports/{name}.csv")
        assert answer.headers["content-type"].startswith("text/csv")
    assert "abuse_concern" in client.get("/review/reports/reasons.csv").text
    assert client.get("/review/reports/nothing.csv").status_code == 404


def test_after_logging_out_the_session_is_worth_nothing(client: TestClient) -> None:
    sign_in(client, "li")
    cookies = dict(client.cookies)
    send(client, "/logout")
    client.cookies.update(cookies)
    assert client.get("/review", follow_redirects=False).status_code == 303
