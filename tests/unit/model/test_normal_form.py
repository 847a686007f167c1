"""The normal form of a text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.text import normalise


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ＡＢＣ１２３！", "abc123!"),
        ("尺碼不對，發錯貨了", "尺码不对,发错货了"),
        ("差差差差差差", "差差差"),
        ("差差差", "差差差"),
        ("  坏\t\n 了　　 ", "坏 了"),
        ("啊\ud800啊", "啊\ufffd啊"),
        ("", ""),
        ("Type-C 接口", "type-c 接口"),
    ],
)
def test_width_case_script_repetition_and_blanks_get_one_form(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


UNSTABLE = "\u85b4"
"""The one character of Unicode that OpenCC takes two steps for (薴 → 苧 → 苎)."""

anything = st.text(st.characters(exclude_characters=UNSTABLE), max_size=300)


def is_single(character: str) -> bool:
    """Whether width folding leaves the character one character."""
    return len(unicodedata.normalize("NFKC", character).lower()) == 1


@given(anything)
@example("İ" * 5)
@example("ΑΣ" + "ς" * 4)
@example("㍍" * 8)
@example("ﷺ" * 20)
@example("\u0345" * 5)
@example("後後後後")
@example("乾坤 乾燥")
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=300))
def test_the_length_stays_bounded(text: str) -> None:
    # NFKC turns one character into 18 at most; nothing else makes a text longer.
    assert len(normalise(text)) <= 18 * len(text)


@given(
    st.characters(categories=["L", "N"], exclude_characters=UNSTABLE).filter(is_single), st.integers(4, 2_000)
)
def test_a_repeated_character_costs_no_more_than_three(character: str, times: int) -> None:
    assert normalise(character * times) == normalise(character * 3)


@given(st.text(max_size=200))
def test_blanks_around_and_between_never_pile_up(text: str) -> None:
    normal = normalise(text)
    assert normal == normal.strip()
    assert "  " not in normal
