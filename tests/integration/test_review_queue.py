"""The queue's rules on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from serving.review import listing, queue, verdicts
from serving.review.listing import Filters
from serving.review.sampling import Sampling
from serving.review.states import Action, ReviewState
from serving.review.steps import ReviewConflictError, ReviewNotFoundError
from serving.review.tables import verdicts as verdict_rows
from serving.review.verdicts import Shown, Verdict

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LEASE = 600
AddCase = Callable[..., str]
TWO_OPINIONS = Sampling(audit_share=0, blind_share=0, second_opinion_share=1)
SHOWN = Shown(model_version="model-1", policy_version="policy-1", probabilities={"fault": {}})


def claim(connection: Connection, reviewer: str, at: datetime = NOW, **options: Any) -> str | None:
    return queue.claim(connection, reviewer, at, LEASE, **options)


def decide(
    connection: Connection, review_id: str, reviewer: str, fault: str = "quality", **fields: Any
) -> Action:
    verdict = Verdict(reviewer=reviewer, fault=fault, resolution="refund_only", **fields)
    return verdicts.decide(connection, review_id, verdict, SHOWN, NOW)[1]


def state_of(connection: Connection, review_id: str) -> str:
    return str(listing.get(connection, review_id)["state"])


def test_most_money_at_risk_comes_first_then_the_nearest_deadline(engine: Engine, add_case: AddCase) -> None:
    later, sooner = NOW + timedelta(hours=9), NOW + timedelta(hours=1)
    with engine.begin() as connection:
        small = add_case(connection, refund_amount_fen=100, respond_by=sooner)
        late = add_case(connection, refund_amount_fen=900, respond_by=later)
        soon = add_case(connection, refund_amount_fen=900, respond_by=sooner)
        can_wait = add_case(
            connection,
            refund_amount_fen=99_999,
            respond_by=sooner,
            on_timeout="refund_only",
            recommended="refund_only",
        )
        order = [row["review_id"] for row in listing.page(connection, Filters(), 10, None)]
        assert order == [soon, late, small, can_wait]
        assert [claim(connection, "li") for _ in range(5)] == [*order, None]


def test_a_lease_that_runs_out_brings_the_case_back(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection)
        assert claim(connection, "li") == review_id
        assert claim(connection, "wang", NOW + timedelta(seconds=LEASE - 1)) is None
        assert claim(connection, "wang", NOW + timedelta(seconds=LEASE)) == review_id
        with pytest.raises(ReviewConflictError, match="somebody else"):
            decide(connection, review_id, "li")
        actions = [event["action"] for event in listing.events_of(connection, review_id)]
        assert actions == ["add", "claim", "expire", "claim"]


def test_a_renewed_lease_stays(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection)
        claim(connection, "li")
        queue.renew(connection, review_id, "li", NOW + timedelta(seconds=LEASE - 1), LEASE)
        assert claim(connection, "wang", NOW + timedelta(seconds=LEASE)) is None


def test_a_skipped_case_comes_back_to_its_skipper_last(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        first = add_case(connection, refund_amount_fen=900)
        second = add_case(connection, refund_amount_fen=100)
        assert claim(connection, "li") == first
        queue.skip(connection, first, "li", "看不懂", NOW)
        assert claim(connection, "li") == second
        assert claim(connection, "li") == first


def test_a_case_handed_up_goes_to_a_senior_only_and_their_word_is_final(
    engine: Engine, add_case: AddCase
) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection, sampling=TWO_OPINIONS)
        claim(connection, "li")
        queue.escalate(connection, review_id, "li", "金额大", NOW)
        assert claim(connection, "wang") is None
        with pytest.raises(ReviewConflictError, match="senior"):
            queue.claim_this(connection, review_id, "wang", NOW, LEASE)
        assert claim(connection, "chief", senior=True) == review_id
        assert decide(connection, review_id, "chief") == Action.DECIDE


def test_two_opinions_come_from_two_people_and_agreement_is_gold(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection, sampling=TWO_OPINIONS)
        claim(connection, "li")
        assert decide(connection, review_id, "li") == Action.GIVE_OPINION
        assert claim(connection, "li") is None
        with pytest.raises(ReviewConflictError, match="independent"):
            queue.claim_this(connection, review_id, "li", NOW, LEASE)
        claim(connection, "wang")
        assert decide(connection, review_id, "wang") == Action.DECIDE
        row = listing.get(connection, review_id)
        assert row["gold"]
        assert row["outcome_verdict_id"]


def test_disagreement_goes_to_a_senior(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection, sampling=TWO_OPINIONS)
        claim(connection, "li")
        decide(connection, review_id, "li", "quality")
        claim(connection, "wang")
        assert decide(connection, review_id, "wang", "buyer_error") == Action.DISAGREE
        assert claim(connection, "zhao") is None
        assert claim(connection, "chief", senior=True) == review_id
        decide(connection, review_id, "chief", "buyer_error")
        row = listing.get(connection, review_id)
        assert (row["state"], row["gold"]) == (ReviewState.DECIDED, False)


def test_a_verdict_on_an_outdated_revision_is_refused(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        old = add_case(connection, refund_id="R1", text="碎了")
        claim(connection, "li")
        new = add_case(connection, refund_id="R1", text="碎了 还少了一个")
        with pytest.raises(ReviewConflictError, match="superseded"):
            decide(connection, old, "li")
        assert state_of(connection, old) == ReviewState.SUPERSEDED
        assert claim(connection, "li") == new


def test_a_verdict_on_an_older_version_of_the_case_is_refused(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection)
        claim(connection, "li")
        version = listing.get(connection, review_id)["version"]
        with pytest.raises(ReviewConflictError, match="changed since"):
            decide(connection, review_id, "li", review_version=version - 1)
        assert decide(connection, review_id, "li", review_version=version) == Action.DECIDE


def test_a_verdict_says_who_when_why_how_long_and_what_was_shown(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection)
        claim(connection, "li", NOW - timedelta(seconds=7))
        decide(connection, review_id, "li", note="照片清楚")
        row = connection.execute(select(verdict_rows)).mappings().one()
    assert (row["reviewer"], row["note"], row["created_at"]) == ("li", "照片清楚", NOW)
    assert row["seconds_spent"] == pytest.approx(7)
    assert (row["shown_model_version"], row["shown_policy_version"]) == ("model-1", "policy-1")


def test_a_verdict_can_be_taken_back_for_a_while_only(engine: Engine, add_case: AddCase) -> None:
    limits = {"undo_seconds": 30, "lease_seconds": LEASE}
    with engine.begin() as connection:
        review_id = add_case(connection)
        claim(connection, "li")
        decide(connection, review_id, "li")
        with pytest.raises(ReviewConflictError, match="30 s"):
            verdicts.undo(connection, review_id, "li", NOW + timedelta(seconds=31), **limits)
        with pytest.raises(ReviewConflictError, match="yours"):
            verdicts.undo(connection, review_id, "wang", NOW, **limits)
        verdicts.undo(connection, review_id, "li", NOW + timedelta(seconds=29), **limits)
        assert state_of(connection, review_id) == ReviewState.CLAIMED
        assert decide(connection, review_id, "li", "wrong_item") == Action.DECIDE
        assert len(verdicts.standing_verdicts(connection, review_id)) == 1


def test_taking_back_a_disagreement_takes_the_case_back_from_the_seniors(
    engine: Engine, add_case: AddCase
) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection, sampling=TWO_OPINIONS)
        claim(connection, "li")
        decide(connection, review_id, "li", "quality")
        claim(connection, "wang")
        decide(connection, review_id, "wang", "buyer_error")
        verdicts.undo(connection, review_id, "wang", NOW, undo_seconds=30, lease_seconds=LEASE)
        assert decide(connection, review_id, "wang", "quality") == Action.DECIDE
        assert listing.get(connection, review_id)["gold"]


def test_a_reopened_case_waits_again_and_keeps_its_history(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection)
        claim(connection, "li")
        decide(connection, review_id, "li")
        verdicts.reopen(connection, review_id, "chief", "买家补了照片", NOW)
        assert claim(connection, "li") == review_id
        decide(connection, review_id, "li", "buyer_error")
        actions = [event["action"] for event in listing.events_of(connection, review_id)]
    assert actions == ["add", "claim", "decide", "reopen", "claim", "decide"]


def test_a_decided_case_whose_request_has_changed_cannot_be_reopened(
    engine: Engine, add_case: AddCase
) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection, refund_id="R1", text="碎了")
        claim(connection, "li")
        decide(connection, review_id, "li")
        add_case(connection, refund_id="R1", text="碎了 还少了一个")
        with pytest.raises(ReviewConflictError, match="changed the request"):
            verdicts.reopen(connection, review_id, "chief", "再看看", NOW)


def test_a_verdict_on_a_request_that_has_changed_since_cannot_be_taken_back(
    engine: Engine, add_case: AddCase
) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection, refund_id="R1", text="碎了")
        claim(connection, "li")
        decide(connection, review_id, "li")
        newer = add_case(connection, refund_id="R1", text="碎了 还少了一个")
        with pytest.raises(ReviewConflictError, match="changed the request"):
            verdicts.undo(connection, review_id, "li", NOW, undo_seconds=30, lease_seconds=LEASE)
        assert (state_of(connection, review_id), state_of(connection, newer)) == ("decided", "waiting")


def test_a_cancelled_case_takes_no_verdict(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        review_id = add_case(connection)
        claim(connection, "li")
        queue.cancel(connection, review_id, "platform", "closed", NOW)
        with pytest.raises(ReviewConflictError, match="cancelled"):
            decide(connection, review_id, "li")
        with pytest.raises(ReviewNotFoundError):
            queue.cancel(connection, "nowhere", "platform", "closed", NOW)


def test_an_audited_case_waits_blind_and_shows_no_guess(engine: Engine, add_case: AddCase) -> None:
    audit_all = Sampling(audit_share=1, blind_share=0)
    with engine.begin() as connection:
        add_case(connection, sampling=audit_all, route="auto", refund_amount_fen=500)
        row = listing.page(connection, Filters(), 10, None)[0]
        assert (row["kind"], row["blind"], row["fault_guess"], row["rank"]) == ("audit", True, None, -500)
        assert listing.page(connection, Filters(reason="audit"), 10, None) == []
        assert listing.page(connection, Filters(fault="quality"), 10, None) == []


def test_the_list_goes_on_where_a_page_ended(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        for number in range(25):
            add_case(connection, refund_amount_fen=number % 3, respond_by=NOW + timedelta(hours=number % 4))
        everything = [row["review_id"] for row in listing.page(connection, Filters(), 100, None)]
        seen: list[str] = []
        place = None
        while rows := listing.page(connection, Filters(state=ReviewState.WAITING), 4, place):
            seen += [row["review_id"] for row in rows]
            place = (rows[-1]["rank"], rows[-1]["respond_by"], rows[-1]["review_id"])
    assert seen == everything
    assert len(set(seen)) == 25


def test_filters_narrow_the_list_and_counts_tell_the_states(engine: Engine, add_case: AddCase) -> None:
    with engine.begin() as connection:
        mine = add_case(connection, shop_id="s1", refund_amount_fen=9)
        add_case(connection, shop_id="s2")
        for filters in (
            Filters(shop_id="s1"),
            Filters(shop_id="s1", reason="low_confidence", fault="quality"),
        ):
            assert [row["review_id"] for row in listing.page(connection, filters, 10, None)] == [mine]
        assert listing.page(connection, Filters(created_before=NOW - timedelta(days=1)), 10, None) == []
        claim(connection, "li")
        counts = listing.counts(connection)
        assert (counts["waiting"], counts["claimed"], counts["decided"]) == (1, 1, 0)
        assert listing.shops(connection) == ["s2"]
