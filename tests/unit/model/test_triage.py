"""A request becomes a routed answer."""

from collections.abc import Callable

import pytest

from model.taxonomy import FAULTS, RESOLUTIONS, Route
from model.triage import Triage


def test_broken_on_the_way_is_courier_damage(triage: Callable[..., Triage]) -> None:
    assert triage("快递太暴力 箱子压烂了 里面的杯子全碎了").fault.category == "courier_damage"


def test_probabilities_cover_the_five_categories_and_seven_resolutions(triage: Callable[..., Triage]) -> None:
    answer = triage()
    assert tuple(answer.fault.probabilities) == FAULTS
    assert sum(answer.fault.probabilities.values()) == pytest.approx(1)
    assert tuple(answer.resolution.probabilities) == RESOLUTIONS
    assert sum(answer.resolution.probabilities.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "   ", "？？？"])
def test_a_text_without_words_goes_to_review(triage: Callable[..., Triage], text: str) -> None:
    answer = triage(text)
    assert answer.route == Route.REVIEW
    assert answer.review is not None
    assert "too_little_information" in answer.review.reasons


def test_the_same_request_gets_the_same_answer(triage: Callable[..., Triage]) -> None:
    assert triage() == triage()
