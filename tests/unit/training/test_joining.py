"""Rows from life join the written ones without moving the split."""

import msgspec
import pytest

from training.joining import join
from training.labeled_data import LabeledRow, LabelError


def life(row: LabeledRow, row_id: str, **changes: object) -> LabeledRow:
    request = msgspec.structs.replace(row.request, refund_id=row_id)
    return msgspec.structs.replace(row, request=request, source="verdict", **changes)  # type: ignore[arg-type]


def of(rows: list[LabeledRow], split: str) -> LabeledRow:
    return next(row for row in rows if row.split == split and len(row.request.text) > 8)


def test_a_copy_of_a_test_text_never_lands_in_training(seed_rows: list[LabeledRow]) -> None:
    copy = life(of(seed_rows, "test"), "life-1", split="train")
    assert join(seed_rows, [copy])[-1].split == "test"


def test_a_copy_of_a_training_text_stays_out_of_the_test(seed_rows: list[LabeledRow]) -> None:
    copy = life(of(seed_rows, "train"), "life-1", split="test")
    assert join(seed_rows, [copy])[-1].split == "train"


def test_a_known_id_corrects_a_training_label(seed_rows: list[LabeledRow]) -> None:
    row = of(seed_rows, "train")
    joined = {r.row_id: r for r in join(seed_rows, [life(row, row.row_id, fault="none")])}
    assert joined[row.row_id].fault == "none"
    assert len(joined) == len(seed_rows)


def test_nobody_corrects_a_test_label(seed_rows: list[LabeledRow]) -> None:
    row = of(seed_rows, "test")
    joined = {r.row_id: r for r in join(seed_rows, [life(row, row.row_id, fault="none")])}
    assert joined[row.row_id].fault == row.fault


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fault": "late"}, "no such fault"),
        ({"resolution": "apologise"}, "no such resolution"),
        ({"sampling_probability": 0.0}, "sampling_probability"),
    ],
)
def test_rows_that_break_the_rules_are_refused_by_name(
    seed_rows: list[LabeledRow], changes: dict[str, object], message: str
) -> None:
    with pytest.raises(LabelError, match=message):
        join(seed_rows, [life(seed_rows[0], "life-1", **changes)])


def test_an_id_that_stands_twice_is_refused(seed_rows: list[LabeledRow]) -> None:
    twice = life(seed_rows[0], "life-1")
    with pytest.raises(LabelError, match="twice"):
        join(seed_rows, [twice, twice])
