"""The demonstration's figures are counted as they are named."""

from pathlib import Path
from typing import Any

import pytest

from serving.demo.figures import Answered, Share, answered_from, by_label, figures_of
from serving.demo.texts import read_texts


def answered(label: str, category: str, route: str = "review", guess: str | None = None) -> Answered:
    return Answered(label=label, category=category, guess=guess or category, route=route, reasons=())


SIX = [
    answered("quality", "quality", "auto"),
    answered("quality", "wrong_item", "auto"),
    answered("wrong_item", "wrong_item"),
    answered("buyer_error", "likely_abuse"),
    answered("none", "quality", "auto"),
    answered("none", "buyer_error", guess="none"),
]


def test_each_share_is_over_the_texts_its_name_says() -> None:
    figures = figures_of(SIX)
    assert figures.automated == Share(count=2, whole=4)
    assert figures.wrongly_automated == Share(count=2, whole=3)
    assert figures.outside_automated == Share(count=1, whole=2)
    assert figures.false_accusations == Share(count=1, whole=6)


def test_macro_f1_is_over_the_categories_that_occur() -> None:
    # quality 2·1/(2+1), wrong_item 2·1/(1+2), buyer_error 0; texts without category are left out.
    assert figures_of(SIX).macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


def test_precision_and_recall_go_by_the_most_probable_of_the_six() -> None:
    precision, recall = by_label(SIX)["none"]
    assert (precision, recall) == (Share(count=1, whole=1), Share(count=1, whole=2))


@pytest.mark.parametrize(("outside", "guess"), [(0.6, "none"), (0.4, "none"), (0.3, "quality")])
def test_none_is_guessed_where_it_outweighs_the_best_category(outside: float, guess: str) -> None:
    answer: dict[str, Any] = {
        "fault": {"category": "quality", "confidence": 0.5, "outside_probability": outside},
        "route": "review",
        "review": {"review_id": "r", "reasons": ["low_confidence"]},
    }
    found = answered_from("none", answer)
    assert (found.guess, found.category, found.reasons) == (guess, "quality", ("low_confidence",))


def test_an_interval_holds_its_share_and_narrows_with_the_count() -> None:
    few, many = Share(count=1, whole=10), Share(count=100, whole=1_000)
    for share in (few, many, Share(count=0, whole=5), Share(count=5, whole=5)):
        low, high = share.interval
        assert 0 <= low <= share.value <= high <= 1
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]


def test_without_real_texts_the_test_split_is_sent_and_said_to_be_written(tmp_path: Path) -> None:
    chosen = read_texts(real=tmp_path / "absent.jsonl")
    assert "written" in chosen.origin
    assert len(chosen.texts) > 100


def test_real_texts_are_taken_where_they_are(tmp_path: Path) -> None:
    real = tmp_path / "dev.jsonl"
    real.write_text('{"id":"r1","text":"坏了","label":"quality","sure":false,"alt":"none"}\n', "utf-8")
    chosen = read_texts(real=real)
    assert [(t.text, t.label, t.is_arguable) for t in chosen.texts] == [("坏了", "quality", True)]
