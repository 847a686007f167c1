"""Mixed texts keep what the writer said and add one clause of somebody else."""

from hypothesis import given
from hypothesis import strategies as st

from model.request import MAX_TEXT_CHARS
from training.mixing import clauses, mixed_texts

TEXTS = ["杯子碎了，箱子也瘪了", "颜色发错了", "不喜欢 想退"]


def test_a_text_is_split_after_its_marks_and_blanks() -> None:
    assert clauses("杯子碎了，箱子 瘪了！！退") == ["杯子碎了，", "箱子 ", "瘪了！！", "退"]


@given(st.text(max_size=60))
def test_clauses_join_to_the_text_again(text: str) -> None:
    joined = "".join(clauses(text))
    assert text.endswith(joined)
    assert joined or not text


def test_each_text_has_its_copies_and_every_clause_of_its_own() -> None:
    variants = mixed_texts(TEXTS, copies=5)
    assert [position for position, _ in variants] == [0, 1, 2] * 5
    for position, text in variants:
        assert all(clause.rstrip("， ") in text for clause in clauses(TEXTS[position]))


def test_a_variant_holds_one_clause_more_than_its_text() -> None:
    for position, text in mixed_texts(TEXTS, copies=5):
        assert len(clauses(text)) == len(clauses(TEXTS[position])) + 1


def test_the_same_texts_and_seed_give_the_same_variants() -> None:
    assert mixed_texts(TEXTS, 3, seed=1) == mixed_texts(TEXTS, 3, seed=1)
    assert mixed_texts(TEXTS, 3, seed=1) != mixed_texts(TEXTS, 3, seed=2)


def test_empty_and_very_long_texts_are_mixed_too() -> None:
    variants = mixed_texts(["", "退" * MAX_TEXT_CHARS, "？？"], copies=3)
    assert all(len(text) <= MAX_TEXT_CHARS for _, text in variants)
