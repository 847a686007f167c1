"""Outcome > senior > agreeing reviewers > one reviewer; nothing personal comes along."""

import pytest

from training.labels_from_life import Opinion, anonymous, resolve


def says(rank: str, fault: str | None, who: str = "", at: str = "2026-11-01", **more: object) -> Opinion:
    return Opinion(rank=rank, who=who or rank, fault=fault, at=at, **({"resolution": None} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("opinions", "fault", "agreement"),
    [
        # One reviewer is enough where nobody says otherwise.
        ([says("reviewer", "quality")], "quality", 1.0),
        # Two who agree outvote one.
        (
            [says("reviewer", "quality", "a"), says("reviewer", "none", "b"), says("reviewer", "none", "c")],
            "none",
            2 / 3,
        ),
        # A senior outvotes any number of reviewers.
        (
            [says("reviewer", "none", "a"), says("reviewer", "none", "b"), says("senior", "quality")],
            "quality",
            1 / 3,
        ),
        # What really happened outvotes the senior; of several outcomes the latest counts.
        ([says("senior", "quality"), says("outcome", "buyer_error")], "buyer_error", 1 / 2),
        (
            [says("outcome", "none", at="2026-11-09"), says("outcome", "quality", at="2026-11-03")],
            "none",
            1 / 2,
        ),
        # An outcome that names no fault leaves the fault to the verdicts.
        ([says("reviewer", "quality"), says("outcome", None, resolution="exchange")], "quality", 1.0),
    ],
)
def test_the_strongest_voice_makes_the_label(opinions: list[Opinion], fault: str, agreement: float) -> None:
    resolved = resolve(opinions)
    assert resolved is not None
    assert resolved.fault == fault
    assert resolved.agreement == pytest.approx(agreement)


def test_two_reviewers_who_disagree_make_no_label() -> None:
    assert resolve([says("reviewer", "quality", "a"), says("reviewer", "none", "b")]) is None


def test_a_reviewer_who_changes_their_mind_counts_once() -> None:
    resolved = resolve(
        [
            says("reviewer", "none", "a", at="2026-11-01"),
            says("reviewer", "quality", "a", at="2026-11-02"),
        ]
    )
    assert resolved is not None
    assert resolved.fault == "quality"


def test_what_was_really_done_beats_what_was_recommended() -> None:
    resolved = resolve(
        [says("senior", "quality", resolution="repair"), says("outcome", None, resolution="exchange")]
    )
    assert resolved is not None
    assert (resolved.fault, resolved.resolution) == ("quality", "exchange")


def test_words_that_are_no_label_are_no_voice() -> None:
    assert resolve([says("reviewer", "unclear")]) is None


def test_a_row_leads_back_to_no_buyer_and_no_shop() -> None:
    fields = {
        "refund_id": "260112345678901234",
        "text": "碎了，打我电话13800138000",
        "reason_code": "商品破损 13800138000",
        "shop_id": "s1",
        "sku_id": "k1",
        "courier": "顺丰",
        "refund_amount_fen": 5900,
    }
    request = anonymous(fields, b"key")
    assert request.text == "碎了，打我电话[手机号]" or request.text == "碎了,打我电话[手机号]"
    assert "13800138000" not in str(request)
    assert fields["refund_id"] not in str(request)
    assert (request.shop_id, request.sku_id, request.courier) == (None, None, None)
    assert request.refund_amount_fen == 5900


def test_another_key_gives_other_row_ids() -> None:
    fields = {"refund_id": "R1", "text": "坏了"}
    assert anonymous(fields, b"one").refund_id != anonymous(fields, b"two").refund_id
