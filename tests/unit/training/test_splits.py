"""Splits: fixed, and no near-duplicate on two sides."""

from hypothesis import given
from hypothesis import strategies as st

from training.labeled_data import LabeledRow, read_folder
from training.splits import (
    SHARES,
    SIMILARITY,
    UNPROMPTED_SHARES,
    assign_splits,
    duplicate_groups,
    four_grams,
    near_duplicates,
    split_of,
)

texts = st.lists(st.text("鞋底开胶了很快坏", min_size=0, max_size=14), max_size=25)


def rows_of(these: list[str]) -> list[LabeledRow]:
    from model.request import TriageRequest

    return [
        LabeledRow(
            request=TriageRequest(refund_id=str(number), text=text),
            fault="quality",
            split="train",
            source="written",
            writer="test",
            labelled_on="2026-11-23",
        )
        for number, text in enumerate(these)
    ]


def overlap(left: str, right: str) -> float:
    mine, yours = four_grams(left), four_grams(right)
    return len(mine & yours) / len(mine | yours)


@given(texts)
def test_near_duplicates_are_exactly_the_pairs_that_overlap_enough(these: list[str]) -> None:
    wanted = {
        (left, right)
        for right in range(len(these))
        for left in range(right)
        if overlap(these[left], these[right]) >= SIMILARITY
    }
    found = near_duplicates(these)
    assert set(found) == wanted
    assert len(found) == len(wanted)


@given(texts)
def test_near_duplicates_never_sit_on_two_sides(these: list[str]) -> None:
    splits = assign_splits(rows_of(these))
    assert all(splits[left] == splits[right] for left, right in near_duplicates(these))


@given(texts)
def test_a_group_is_named_by_its_first_text(these: list[str]) -> None:
    groups = duplicate_groups(these)
    assert all(group <= position for position, group in enumerate(groups))
    assert all(groups[group] == group for group in groups)


@given(texts, texts)
def test_rows_that_come_later_move_nobody(before: list[str], after: list[str]) -> None:
    # Only a bridge between two groups may move a row: texts that share nothing with the old ones never do.
    fresh = [f"水果{text}" for text in after if not near_duplicates([*before, f"水果{text}"])]
    apart = [text for text in fresh if all(overlap(text, old) == 0 for old in before)]
    assert assign_splits(rows_of(before + apart))[: len(before)] == assign_splits(rows_of(before))


def test_the_sides_have_their_shares() -> None:
    sides = [split_of(f"第{number}条") for number in range(5_000)]
    assert all(abs(sides.count(side) / 5_000 - share) < 0.03 for side, share in SHARES)


def test_more_of_the_rows_closest_to_life_calibrate() -> None:
    sides = [split_of(f"第{number}条", "unprompted") for number in range(5_000)]
    assert all(abs(sides.count(side) / 5_000 - share) < 0.03 for side, share in UNPROMPTED_SHARES)


def test_no_near_duplicates_of_the_labelled_data_sit_on_two_sides() -> None:
    rows = read_folder()
    torn = [
        (rows[left].row_id, rows[right].row_id)
        for left, right in near_duplicates([row.request.text for row in rows])
        if rows[left].split != rows[right].split
    ]
    assert torn == []
