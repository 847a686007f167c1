"""Which rows a promise is kept on, and what counts as a wrong decision."""

import msgspec
import numpy as np
import pytest

from model.taxonomy import FAULT_LABELS
from training import calibrate
from training.calibrate import (
    accepted_labels,
    choose_thresholds,
    closest_to_life,
    for_shaping,
    settled_labels,
)
from training.labeled_data import LabeledRow
from training.opinions import Opinions
from training.promises import Promise
from training.recalibrate import _draw


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


def lifelike_rows(seed_rows: list[LabeledRow], n: int) -> list[LabeledRow]:
    template = msgspec.structs.replace(seed_rows[0], source="unprompted", agreement=1.0)
    return [
        msgspec.structs.replace(
            template, request=msgspec.structs.replace(template.request, refund_id=f"u-{number}")
        )
        for number in range(n)
    ]


def test_half_of_the_lifelike_rows_shape_the_scale_whatever_was_thinned(seed_rows: list[LabeledRow]) -> None:
    rows = lifelike_rows(seed_rows, 4_000)
    lifelike = np.arange(4_000) % 4 != 0
    shaping = for_shaping(rows, lifelike)
    assert not shaping[~lifelike].any()
    assert abs(shaping[lifelike].mean() - 0.5) < 0.03
    kept_when_thinned = np.array([_draw(row.row_id) < 0.1 for row in rows])
    assert abs(shaping[lifelike & kept_when_thinned].mean() - 0.5) < 0.1
    few = np.arange(4_000) < calibrate.MIN_TO_SHAPE - 1
    assert not for_shaping(rows, few).any()


def test_each_category_gets_the_probability_of_one_chance_of_being_right(
    seed_rows: list[LabeledRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is honest about quality and too sure of couriers, so couriers must be given more."""
    random = np.random.default_rng(5)
    n, quality, courier = 12_000, FAULT_LABELS.index("quality"), FAULT_LABELS.index("courier_damage")
    column = random.choice([quality, courier], n)
    highest = random.uniform(0.5, 0.999, n)
    odds = highest / (1 - highest)
    chance = np.where(column == quality, highest, np.sqrt(odds) / (1 + np.sqrt(odds)))
    label = np.where(random.random(n) < chance, column, FAULT_LABELS.index("wrong_item"))
    probabilities = np.zeros((n, len(FAULT_LABELS)))
    probabilities[:, FAULT_LABELS.index("buyer_error")] = 1 - highest
    probabilities[np.arange(n), column] = highest
    # Texts of no category, which the model knows for what they are.
    label[:500] = FAULT_LABELS.index("none")
    probabilities[:500] = np.eye(len(FAULT_LABELS))[-1]
    opinions = Opinions(probabilities=probabilities, decidable=np.ones(n, dtype=bool))
    rows = [
        msgspec.structs.replace(row, fault=FAULT_LABELS[one])
        for row, one in zip(lifelike_rows(seed_rows, n), label, strict=True)
    ]
    # The categories' own tests set aside, what all is automated together decides.
    monkeypatch.setattr(calibrate, "precision_threshold", lambda *_: (0.3, 0.01))
    found = choose_thresholds(
        rows, opinions, Promise(level=0.80, confidence=0.90), Promise(level=0.99, confidence=0.90)
    ).by_category
    assert found["quality"] is not None
    assert found["courier_damage"] is not None
    assert found["courier_damage"] > found["quality"] + 0.02
    above = (label < FAULT_LABELS.index("none")) & (
        highest >= np.where(column == quality, found["quality"], found["courier_damage"])
    )
    assert (label == column)[above].mean() > 0.79
