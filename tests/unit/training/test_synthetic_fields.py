"""The drawn fields: repeatable, plausible, and never an answer key."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from model.features import FieldFeatures
from model.request import request_from
from training.labeled_data import INVENTED, LabeledRow, read_folder, read_rows, write_rows
from training.synthetic_fields import draw_fields


@pytest.mark.parametrize("fault", ["quality", "likely_abuse", "none"])
def test_the_same_id_gives_the_same_fields(fault: str) -> None:
    drawn = [draw_fields("w-0001", fault, "手机", True, "exchange") for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_other_ids_give_other_fields() -> None:
    drawn = [draw_fields(f"w-{n}", "quality", "手机", True, None) for n in range(50)]
    assert len({str(sorted(fields.items())) for fields in drawn if fields}) > 30


def test_every_draw_is_a_valid_request() -> None:
    for number in range(300):
        fault = ("quality", "wrong_item", "courier_damage", "buyer_error", "likely_abuse", "none")[number % 6]
        fields = draw_fields(f"w-{number}", fault, "水果", number % 2 == 0, "refund_only")
        request = request_from({"refund_id": "R", "text": "x"} | fields)
        refund, order = request.refund_amount_fen, request.order_amount_fen
        assert refund is None or order is None or refund <= order
        assert request.days_since_delivery is None or number % 2 == 0


def test_fields_alone_cannot_tell_the_fault() -> None:
    """Were they an answer key, every figure on written data would be worthless."""
    rows = [row for row in read_folder() if row.fault != "none" and row.source in INVENTED]
    train = [row for row in rows if row.split == "train"]
    test = [row for row in rows if row.split == "test"]
    features = FieldFeatures().fit([row.request for row in train])
    model = LogisticRegression(max_iter=500)
    model.fit(features.transform([row.request for row in train]), [row.fault for row in train])
    guessed = model.predict(features.transform([row.request for row in test]))
    score = f1_score([row.fault for row in test], guessed, average="macro")
    assert 1 / 5 < score < 0.60


def test_labelled_rows_survive_a_file(tmp_path: Path, seed_rows: list[LabeledRow]) -> None:
    path = tmp_path / "rows.jsonl"
    write_rows(path, seed_rows[:50])
    assert read_rows(path) == seed_rows[:50]
    assert np.all([b"null" not in line for line in path.read_bytes().splitlines()])
    assert msgspec.json.decode(path.read_bytes().splitlines()[0])["request"]["refund_id"] == "seed-0001"
