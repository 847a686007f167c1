"""The pointer and its history."""

from pathlib import Path

from training.promotion import champion_before, champion_of, promote, read_history


def entry(action: str, version: str) -> dict[str, str]:
    return {"action": action, "model_version": version}


def test_without_a_second_promotion_there_is_nothing_to_go_back_to() -> None:
    assert champion_before([]) is None
    assert champion_before([entry("promote", "a")]) is None


def test_a_rollback_goes_to_the_promotion_before() -> None:
    assert champion_before([entry("promote", "a"), entry("promote", "b")]) == "a"


def test_two_rollbacks_go_back_two_promotions() -> None:
    history = [entry("promote", "a"), entry("promote", "b"), entry("promote", "c"), entry("rollback", "b")]
    assert champion_before(history) == "a"


def test_a_promotion_after_a_rollback_goes_back_to_what_was_in_charge_before_it() -> None:
    history = [entry("promote", "a"), entry("promote", "b"), entry("rollback", "a"), entry("promote", "c")]
    assert champion_before(history) == "a"


def test_every_change_of_the_champion_is_written_down_and_no_change_is_not(tmp_path: Path) -> None:
    promote(tmp_path, "a", reason="first")
    promote(tmp_path, "a")
    promote(tmp_path, "b", reason="better")
    assert champion_of(tmp_path) == "b"
    assert [(e["model_version"], e["reason"]) for e in read_history(tmp_path)] == [
        ("a", "first"),
        ("b", "better"),
    ]
