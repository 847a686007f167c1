"""What a reviewer of a blind case must not learn."""

import json
from typing import Any

from model.triage import FaultOpinion, ResolutionOpinion, Triage
from serving.review.blindness import HIDDEN, visible_triage

SHOWN_TO_EVERYBODY = {
    "refund_id",
    "triage_id",
    "model_version",
    "policy_version",
    "respond_by",
    "on_timeout",  # what the platform does, whatever the model thinks
}


def blind_row(state: str, **answer: Any) -> Any:
    return {"blind": True, "state": state, "answer": json.dumps(answer)}


def test_every_field_of_an_answer_is_either_hidden_or_known_to_say_nothing_of_the_model() -> None:
    assert set(Triage.__struct_fields__) == set(HIDDEN) | SHOWN_TO_EVERYBODY
    assert set(FaultOpinion.__struct_fields__) == set(HIDDEN["fault"])
    assert set(ResolutionOpinion.__struct_fields__) == set(HIDDEN["resolution"])


def test_a_blind_case_tells_of_no_abuse_concern_until_it_is_decided() -> None:
    concern = {"probability": 0.9, "signals": [], "check": ["开箱视频"]}
    assert visible_triage(blind_row("waiting", concern=concern))["concern"] is None
    assert visible_triage(blind_row("decided", concern=concern))["concern"] == concern
