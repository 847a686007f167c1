"""The queue's rules that need no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.pages import messages, percent
from serving.review.highlight import Chunk, mark
from serving.review.priority import Urgency, rank
from serving.review.report_pages import harmless
from serving.review.sampling import Sampling, drawn
from serving.review.states import TRANSITIONS, Action, Opinion, ReviewState, step_after_verdict
from serving.review.statistics import kappa, wilson_interval

RESOLUTIONS = st.sampled_from(["refund_only", "return_and_refund", "exchange"])
FEN = st.integers(0, 10**12)
MINUTES = st.integers(0, 100_000)


def place(money: int, on_timeout: str, recommended: str | None, minutes: int) -> tuple[int, int]:
    """What the queue sorts by; smaller is sooner."""
    return rank(Urgency(money, on_timeout, recommended)), minutes


@given(FEN, FEN, RESOLUTIONS, RESOLUTIONS | st.none(), MINUTES)
def test_more_money_never_comes_later(
    some: int, more: int, silence: str, advice: str | None, minutes: int
) -> None:
    less, most = sorted((some, more))
    assert place(most, silence, advice, minutes) <= place(less, silence, advice, minutes)


@given(FEN, RESOLUTIONS, RESOLUTIONS | st.none(), MINUTES, MINUTES)
def test_an_earlier_deadline_never_comes_later(
    money: int, silence: str, advice: str | None, one: int, other: int
) -> None:
    early, late = sorted((one, other))
    assert place(money, silence, advice, early) <= place(money, silence, advice, late)


@given(FEN, FEN, RESOLUTIONS, MINUTES, MINUTES)
def test_a_case_that_silence_settles_as_advised_never_comes_before_one_that_loses_money(
    money: int, loss: int, advice: str, early: int, late: int
) -> None:
    settled = place(money, advice, advice, early)
    assert settled[0] == 0
    assert place(loss + 1, "exchange", None, late) < settled


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=5), st.floats(-5, 5), max_size=8))
def test_marking_words_never_changes_the_text(text: str, weights: dict[str, float]) -> None:
    assert "".join(chunk.text for chunk in mark(text, weights)) == text


def test_the_strongest_word_is_marked_most_and_words_against_not_at_all() -> None:
    chunks = mark("杯子碎了 箱子好", {"碎": 3.0, "箱子": 0.5, "好": -2.0})
    assert chunks == [Chunk("杯子", 0), Chunk("碎", 3), Chunk("了 ", 0), Chunk("箱子", 1), Chunk("好", 0)]


@given(st.text(min_size=1, max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_who_is_drawn_by_a_small_share_is_drawn_by_a_larger_one(
    refund_id: str, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert not drawn(refund_id, "audit", small) or drawn(refund_id, "audit", large)


def test_the_audit_share_is_met_and_independent_of_the_other_samples() -> None:
    ids = [f"R{number}" for number in range(20_000)]
    audited = [name for name in ids if drawn(name, "audit", 0.02)]
    assert 320 < len(audited) < 480
    assert len([name for name in audited if drawn(name, "blind", 0.02)]) < 30


def test_a_second_opinion_is_asked_for_by_amount_or_by_share() -> None:
    by_amount = Sampling(second_opinion_above_fen=10_000)
    assert [by_amount.verdicts_needed("R1", fen) for fen in (None, 9_999, 10_000)] == [1, 1, 2]
    assert Sampling(second_opinion_share=1).verdicts_needed("R1", None) == 2


# opinions given, verdicts needed, by a senior on a case handed up → what comes next
AFTER_A_VERDICT = [
    (["quality"], 1, False, Action.DECIDE),
    (["quality"], 2, False, Action.GIVE_OPINION),
    (["quality", "quality"], 2, False, Action.DECIDE),
    (["quality", "buyer_error"], 2, False, Action.DISAGREE),
    (["quality", "buyer_error", "buyer_error"], 2, True, Action.DECIDE),
    (["quality"], 2, True, Action.DECIDE),
]


@pytest.mark.parametrize(("faults", "needed", "senior", "expected"), AFTER_A_VERDICT)
def test_what_a_verdict_leads_to(faults: list[str], needed: int, senior: bool, expected: Action) -> None:
    opinions = [Opinion(fault, "refund_only") for fault in faults]
    assert step_after_verdict(opinions, needed, by_senior=senior) == expected


def test_every_step_has_its_transition_and_closed_cases_open_only_by_reopening_or_undo() -> None:
    assert set(TRANSITIONS) == set(Action)
    out_of_decided = {a for a, t in TRANSITIONS.items() if ReviewState.DECIDED in t.sources}
    assert out_of_decided == {Action.UNDO, Action.REOPEN}
    for closed in (ReviewState.SUPERSEDED, ReviewState.CANCELLED):
        assert not any(closed in t.sources for t in TRANSITIONS.values())


def test_kappa_is_one_for_full_agreement_and_nothing_where_chance_explains_all() -> None:
    assert kappa([("a", "a"), ("b", "b")]) == pytest.approx(1)
    assert kappa([("a", "b"), ("b", "a")]) == pytest.approx(-1)
    assert kappa([("a", "a"), ("a", "a")]) is None
    assert kappa([]) is None
    # Cohen 1960 style table: 20 yes/yes, 15 no/no, 5 yes/no, 10 no/yes.
    pairs = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    assert kappa(pairs) == pytest.approx(0.4)


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_the_interval_holds_the_share_it_was_made_from(one: int, other: int) -> None:
    successes, trials = sorted((one, other))
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= high <= 1
    if trials:
        assert low - 1e-9 <= successes / trials <= high + 1e-9


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_name_in_a_csv_runs_as_a_formula(start: str) -> None:
    assert harmless(f"{start}cmd()").startswith("'")
    assert harmless(-3) == -3


def test_every_sentence_of_the_pages_exists_in_both_languages() -> None:
    for key, sentence in messages().items():
        assert set(sentence) == {"zh", "en"}, key
        assert all(sentence.values()), key


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0%"),
        (0.0001, "<1%"),
        (0.005, "<1%"),
        (0.126, "13%"),
        (0.994, "99%"),
        (0.9951, ">99%"),
        (1.0, "100%"),
    ],
)
def test_a_share_is_never_rounded_to_certainty(share: float, words: str) -> None:
    assert percent(share) == words
