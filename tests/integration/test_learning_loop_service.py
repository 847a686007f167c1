"""The service's side of the loop: outcomes, the champion it follows, the challenger's shadow, demotion."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from model.bundle import Bundle
from model.taxonomy import FAULTS
from serving.accounts.roles import Role
from serving.accounts.users import add_user
from serving.app import look_at_live_error, make_app
from serving.database import migrate, reading
from serving.live_error.watch import read_demotions, restore
from serving.review.tables import reviews, verdicts
from serving.scoring.tables import triages
from serving.settings import Settings
from training.joining import join
from training.labeled_data import LabeledRow, write_rows
from training.labels_from_life import export_labels
from training.promotion import promote, write_pointer
from training.train import read_parameters, train_bundle

NOW = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
TEXT = "快递太暴力 箱子压烂了 里面的杯子全碎了"


@pytest.fixture(scope="session")
def second_version(seed_rows: list[LabeledRow], models_folder: Path) -> str:
    """Another model in the same folder, not the champion."""
    manifest = train_bundle(seed_rows[:-40], models_folder, parameters=read_parameters())
    return manifest.model_version


@pytest.fixture
def home(tmp_path: Path, models_folder: Path) -> Path:
    """A home with its own copy of the models."""
    shutil.copytree(models_folder, tmp_path / "models")
    return tmp_path


@pytest.fixture
def settings(home: Path) -> Settings:
    found = Settings(home=home, poll_model_seconds=0.05)
    migrate(found.url)
    return found


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(make_app(settings)) as found:
        yield found


def ask(client: TestClient, refund_id: str = "R1", text: str = TEXT) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/triage", json={"refund_id": refund_id, "text": text}).json()
    return answer


def outcome(**changes: Any) -> dict[str, Any]:
    return {
        "refund_id": "R1",
        "fault": "quality",
        "source": "platform",
        "at": "2026-11-25T10:00:00+08:00",
    } | changes


def eventually(condition: Any) -> None:
    import time

    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("waited ten seconds")


class TestOutcomes:
    def test_an_outcome_is_stored_once_however_often_it_is_reported(self, client: TestClient) -> None:
        ask(client)
        first, again = (client.post("/v1/outcomes", json=outcome()) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["outcome_id"] == again.json()["outcome_id"]

    def test_another_story_about_the_same_moment_is_refused(self, client: TestClient) -> None:
        ask(client)
        client.post("/v1/outcomes", json=outcome())
        assert client.post("/v1/outcomes", json=outcome(fault="none")).status_code == 409

    def test_a_correction_with_a_later_moment_is_taken(self, client: TestClient) -> None:
        ask(client)
        client.post("/v1/outcomes", json=outcome())
        later = outcome(fault="none", at="2026-11-26T10:00:00+08:00")
        assert client.post("/v1/outcomes", json=later).status_code == 201

    def test_an_outcome_of_an_unknown_request_is_refused(self, client: TestClient) -> None:
        assert client.post("/v1/outcomes", json=outcome(refund_id="nobody")).status_code == 404

    @pytest.mark.parametrize(
        "changes",
        [
            {"fault": None},
            {"fault": "late"},
            {"source": "rumour"},
            {"at": "2026-11-25T10:00:00"},
            {"at": "0001-01-01T00:00:00+14:00"},
            {"at": "9999-12-31T23:59:59-14:00"},
            {"at": 1},
            {"extra": 1},
        ],
    )
    def test_a_body_that_breaks_the_contract_is_refused(
        self, client: TestClient, changes: dict[str, Any]
    ) -> None:
        ask(client)
        assert client.post("/v1/outcomes", json=outcome(**changes)).status_code == 422

    def test_verdict_and_outcome_become_one_masked_label(
        self, client: TestClient, settings: Settings, home: Path
    ) -> None:
        ask(client, text="杯子碎了 打我电话13800138000")
        client.post("/v1/reviews/claim", json={"reviewer": "xiaoli"})
        review_id = client.get("/v1/reviews").json()["reviews"][0]["review_id"]
        client.post(
            f"/v1/reviews/{review_id}/verdict", json={"reviewer": "xiaoli", "fault": "courier_damage"}
        )
        client.post("/v1/outcomes", json=outcome(fault="quality", resolution="exchange"))
        (row,) = export_labels(settings.url, home).rows
        assert (row.fault, row.resolution, row.source, row.agreement) == (
            "quality",
            "exchange",
            "outcome",
            0.5,
        )
        assert "13800138000" not in str(row)
        assert row.review_reason
        write_rows(home / "labels.jsonl", [row])


class TestChampion:
    def test_a_new_champion_is_in_charge_without_a_restart(
        self, client: TestClient, home: Path, second_version: str
    ) -> None:
        promote(home / "models", second_version)
        eventually(lambda: client.get("/v1/model").json()["model_version"] == second_version)
        assert ask(client)["model_version"] == second_version

    def test_reload_takes_the_new_champion_at_once(
        self, home: Path, settings: Settings, second_version: str
    ) -> None:
        slow = settings.model_copy(update={"poll_model_seconds": 600.0})
        with TestClient(make_app(slow)) as client:
            promote(home / "models", second_version)
            assert client.post("/v1/model/reload").json() == {
                "model_version": second_version,
                "changed": True,
            }
            assert client.post("/v1/model/reload").json()["changed"] is False

    def test_a_damaged_champion_leaves_the_old_one_in_charge_and_shows(
        self, client: TestClient, home: Path, second_version: str, bundle: Bundle
    ) -> None:
        (home / "models" / second_version / "scorer.npz").write_bytes(b"damaged")
        promote(home / "models", second_version)
        eventually(lambda: client.get("/readyz").json()["last_load_error"])
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert "tampered or damaged" in ready.json()["last_load_error"]
        assert ask(client)["model_version"] == bundle.model_version
        assert client.post("/v1/model/reload").status_code == 503
        promote(home / "models", bundle.model_version)
        eventually(lambda: client.get("/readyz").json()["last_load_error"] is None)

    def test_a_pointer_to_nowhere_leaves_the_old_one_in_charge(
        self, client: TestClient, home: Path, bundle: Bundle
    ) -> None:
        write_pointer(home / "models", "champion", "000000000000")
        eventually(lambda: client.get("/readyz").json()["last_load_error"])
        assert ask(client)["model_version"] == bundle.model_version

    def test_two_decided_revisions_of_a_request_are_two_rows_that_training_takes(
        self, client: TestClient, settings: Settings, home: Path
    ) -> None:
        for text in ("退款", "退款 杯子碎了"):
            review_id = ask(client, text=text)["review"]["review_id"]
            client.post(f"/v1/reviews/{review_id}/claim", json={"reviewer": "li"})
            client.post(f"/v1/reviews/{review_id}/verdict", json={"reviewer": "li", "fault": "quality"})
        rows = export_labels(settings.url, home).rows
        assert {row.request.text for row in join([], rows)} == {"退款", "退款 杯子碎了"}

    def test_an_audited_case_with_an_outcome_weighs_no_more_than_one_without(
        self, settings: Settings, home: Path
    ) -> None:
        with TestClient(make_app(settings.model_copy(update={"audit_share": 0.999999}))) as client:
            automate_everything(client)
            assert ask(client)["route"] == "auto"
            (review,) = client.get("/v1/reviews").json()["reviews"]
            client.post(f"/v1/reviews/{review['review_id']}/claim", json={"reviewer": "li"})
            verdict = {"reviewer": "li", "fault": "courier_damage"}
            client.post(f"/v1/reviews/{review['review_id']}/verdict", json=verdict)
            assert [row.sampling_probability for row in export_labels(settings.url, home).rows] == [0.999999]
            client.post("/v1/outcomes", json=outcome())
        assert [row.sampling_probability for row in export_labels(settings.url, home).rows] == [1.0]

    def test_the_word_of_a_senior_on_a_case_handed_up_settles_the_label(
        self, settings: Settings, home: Path
    ) -> None:
        with TestClient(make_app(settings.model_copy(update={"second_opinion_share": 1.0}))) as client:
            with client.app.state.engine.begin() as connection:  # type: ignore[attr-defined]
                add_user(connection, "chief", "a long pass phrase", Role.SENIOR, NOW)
            review_id = ask(client, text="退款")["review"]["review_id"]

            def post(step: str, **body: str) -> None:
                client.post(f"/v1/reviews/{review_id}/{step}", json=body).raise_for_status()

            post("claim", reviewer="li")
            post("verdict", reviewer="li", fault="none")
            post("claim", reviewer="wang")
            post("escalate", reviewer="wang", note="看不懂")
            post("claim", reviewer="chief")
            post("verdict", reviewer="chief", fault="quality")
        export = export_labels(settings.url, home)
        assert [(row.fault, row.writer) for row in export.rows] == [("quality", "chief")]


class TestShadow:
    def test_the_challengers_answers_are_stored_and_never_given(
        self, client: TestClient, home: Path, second_version: str, bundle: Bundle
    ) -> None:
        write_pointer(home / "models", "challenger", second_version)
        eventually(lambda: client.get("/v1/model/shadow").json()["challenger"] == second_version)
        for number in range(5):
            assert ask(client, f"S{number}")["model_version"] == bundle.model_version
        eventually(lambda: client.get("/v1/model/shadow").json()["comparison"])
        eventually(lambda: client.get("/v1/model/shadow").json()["comparison"][0]["cases"] == 5)
        (home / "models" / "challenger").unlink()
        eventually(lambda: client.get("/v1/model/shadow").json()["challenger"] is None)

    def test_a_damaged_challenger_disturbs_nobody(
        self, client: TestClient, home: Path, second_version: str
    ) -> None:
        (home / "models" / second_version / "manifest.json").write_text("{}")
        write_pointer(home / "models", "challenger", second_version)
        eventually(lambda: client.get("/readyz").json()["challenger_error"])
        assert client.get("/readyz").json()["last_load_error"] is None
        assert ask(client)["route"] in {"auto", "review"}


def automate_everything(client: TestClient) -> None:
    """Let the small model of the tests automate, which its own calibration rows are too few to allow."""
    champion = client.app.state.champion  # type: ignore[attr-defined]
    bundle = champion.current.bundle
    point = msgspec.structs.replace(bundle.operating_point, thresholds=dict.fromkeys(FAULTS, 0.0))
    champion._current = replace(champion.current, bundle=replace(bundle, operating_point=point))


def audit_verdicts(client: TestClient, category: str, n_right: int, n_wrong: int) -> None:
    """Decide the audit sample: reviews of automated answers, some of which a person finds wrong."""
    engine = client.app.state.engine  # type: ignore[attr-defined]
    answers = [ask(client, f"audit-{n}") for n in range(n_right + n_wrong)]
    with engine.begin() as connection:
        connection.execute(verdicts.delete())
        connection.execute(reviews.delete().where(reviews.c.review_id.like("audit-%")))
        for number, answer in enumerate(answers):
            review = {
                "review_id": f"audit-{number}-{category}",
                "triage_id": answer["triage_id"],
                "refund_id": answer["refund_id"],
                "state": "decided",
                "kind": "audit",
                "outcome_verdict_id": f"v-{number}",
                "reasons": ["audit"],
                "respond_by": NOW,
                "created_at": NOW,
            }
            connection.execute(insert(reviews).values(review))
            wrong = "none" if number < n_wrong else category
            connection.execute(
                insert(verdicts).values(
                    verdict_id=f"v-{number}",
                    review_id=review["review_id"],
                    reviewer="xiaoli",
                    fault=wrong,
                    note="",
                    created_at=NOW,
                )
            )


class TestLiveError:
    @pytest.fixture
    def client(self, settings: Settings) -> Iterator[TestClient]:
        slow = settings.model_copy(update={"poll_model_seconds": 600.0})
        with TestClient(make_app(slow)) as found:
            yield found

    def look(self, client: TestClient) -> None:
        look_at_live_error(client.app)  # type: ignore[arg-type]

    def test_a_category_that_breaks_its_promise_is_demoted_until_a_person_restores_it(
        self, client: TestClient
    ) -> None:
        category = ask(client)["fault"]["category"]
        audit_verdicts(client, category, n_right=20, n_wrong=12)
        self.look(client)
        answer = ask(client, "after")
        assert answer["route"] == "review"
        assert "demoted" in answer["review"]["reasons"]
        shown = client.get("/v1/live-error").json()
        assert shown["banner"] == [category]
        assert client.get("/readyz").json()["demoted"] == [category]
        (error,) = [c for c in shown["categories"] if c["category"] == category]
        assert (error["n_audited"], error["n_wrong"]) == (32, 12)

        engine = client.app.state.engine  # type: ignore[attr-defined]
        with engine.begin() as connection:
            restore(connection, category, by="ada", reason="reviewers misread rule 3", now=datetime.now(UTC))
        self.look(client)
        assert client.get("/v1/live-error").json()["banner"] == []
        with reading(engine) as connection:
            (event,) = read_demotions(connection)
            stored = connection.execute(
                select(triages.c.route).where(triages.c.refund_id == "after")
            ).scalar_one()
        assert (event["restored_by"], event["reason"]) == ("ada", "reviewers misread rule 3")
        assert stored == "review"

    def test_a_demoted_category_stays_so_through_a_restart(
        self, client: TestClient, settings: Settings
    ) -> None:
        category = ask(client)["fault"]["category"]
        audit_verdicts(client, category, n_right=10, n_wrong=20)
        self.look(client)
        # So slow that only what is read before the first request can be known.
        with TestClient(make_app(settings.model_copy(update={"poll_model_seconds": 600.0}))) as restarted:
            assert "demoted" in ask(restarted, "after the restart")["review"]["reasons"]

    def test_a_few_mistakes_demote_nothing(self, client: TestClient) -> None:
        category = ask(client)["fault"]["category"]
        audit_verdicts(client, category, n_right=28, n_wrong=2)
        self.look(client)
        assert client.get("/v1/live-error").json()["banner"] == []

    def test_looking_twice_demotes_once(self, client: TestClient) -> None:
        audit_verdicts(client, ask(client)["fault"]["category"], n_right=10, n_wrong=20)
        self.look(client)
        self.look(client)
        assert len(client.get("/v1/live-error").json()["demotions"]) == 1
