"""Written rows and rows from life as one set, whose split no newcomer can break."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from model.taxonomy import FAULT_LABELS, RESOLUTIONS
from training.labeled_data import LabeledRow, LabelError, Split
from training.splits import assign_splits, duplicate_groups


def join(written: Sequence[LabeledRow], newcomers: Sequence[LabeledRow]) -> list[LabeledRow]:
    """Join rows; a newcomer with a known id corrects that row's label, but never a test row's.

    A newcomer that nearly repeats a known text sits on that text's side of the split, the others are drawn by
    the hash of their text: so no test text is ever learnt from, and a row stays on its side for good.

    Raises
    ------
    LabelError
        Where a label does not exist or an id stands twice in one source.
    """
    check(written)
    check(newcomers)
    known = {row.row_id: row for row in written}
    for row in newcomers:
        if row.row_id in known and known[row.row_id].split != "test":
            known[row.row_id] = msgspec.structs.replace(known[row.row_id], fault=row.fault)
    fresh = [row for row in newcomers if row.row_id not in known]
    return [*known.values(), *_placed(list(known.values()), fresh)]


def _placed(known: Sequence[LabeledRow], fresh: Sequence[LabeledRow]) -> list[LabeledRow]:
    if not fresh:
        return []
    texts = [row.request.text for row in (*known, *fresh)]
    groups = duplicate_groups(texts)
    sides: dict[int, Split] = {}
    for group, row in zip(groups, known, strict=False):
        # Where a group already sits on two sides, the test side wins: nothing near it may be learnt from.
        sides[group] = "test" if "test" in (row.split, sides.get(group)) else row.split
    drawn = assign_splits([*known, *fresh])[len(known) :]
    return [
        msgspec.structs.replace(row, split=sides.get(group, side))
        for row, group, side in zip(fresh, groups[len(known) :], drawn, strict=True)
    ]


def check(rows: Sequence[LabeledRow]) -> None:
    """Refuse labels that do not exist, probabilities out of range and ids that stand twice."""
    for row in rows:
        if row.fault not in FAULT_LABELS:
            raise LabelError(f"{row.row_id}: no such fault: {row.fault!r}")
        if row.resolution is not None and row.resolution not in RESOLUTIONS:
            raise LabelError(f"{row.row_id}: no such resolution: {row.resolution!r}")
        if not 0 < row.sampling_probability <= 1:
            raise LabelError(f"{row.row_id}: sampling_probability must lie in (0, 1]")
    twice = [row_id for row_id, n in Counter(row.row_id for row in rows).items() if n > 1]
    if twice:
        raise LabelError(f"{len(twice)} ids stand twice, the first is {twice[0]}")
