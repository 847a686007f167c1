"""Which rows a promise is kept on, and what counts as a wrong decision."""

import msgspec
import numpy as np

from model.taxonomy import FAULT_LABELS
from training.calibrate import accepted_labels, closest_to_life, settled_labels
from training.labeled_data import LabeledRow
from training.opinions import Opinions


def rows_of(seed_rows: list[LabeledRow], *changes: dict[str, object]) -> list[LabeledRow]:
    plain = msgspec.structs.replace(seed_rows[0], hard=False)
    return [msgspec.structs.replace(plain, **change) for change in changes]


def test_rows_from_life_are_closest_then_unprompted_then_hard_ones(seed_rows: list[LabeledRow]) -> None:
    seed, hard = {"source": "seed"}, {"source": "seed", "hard": True}
    unprompted, verdict = {"source": "unprompted"}, {"source": "verdict"}
    for changes, marked in (
        ((seed, hard, unprompted, verdict), [False, False, False, True]),
        ((seed, hard, unprompted), [False, False, True]),
        ((seed, hard), [False, True]),
        ((seed, seed), [True, True]),
    ):
        assert closest_to_life(rows_of(seed_rows, *changes)).tolist() == marked


def test_the_other_reading_of_an_arguable_row_is_no_wrong_decision(seed_rows: list[LabeledRow]) -> None:
    rows = rows_of(
        seed_rows,
        {"fault": "quality", "alternative": "buyer_error"},
        {"fault": "quality", "alternative": "buyer_error"},
        {"fault": "quality", "alternative": None},
        {"fault": "quality", "alternative": "buyer_error", "agreement": 0.5},
        {"fault": "quality", "alternative": "buyer_error", "agreement": 1.0},
    )
    said = [
        FAULT_LABELS.index(name)
        for name in ("buyer_error", "wrong_item", "buyer_error", "buyer_error", "buyer_error")
    ]
    opinions = Opinions(probabilities=np.eye(len(FAULT_LABELS))[said], decidable=np.ones(5, dtype=bool))
    accepted = [FAULT_LABELS[column] for column in accepted_labels(rows, opinions)]
    assert accepted == ["buyer_error", "quality", "quality", "buyer_error", "buyer_error"]
    settled = [FAULT_LABELS[column] for column in settled_labels(rows, opinions)]
    assert settled == ["buyer_error", "quality", "quality", "buyer_error", "quality"]
