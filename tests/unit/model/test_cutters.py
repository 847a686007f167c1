"""The fast cutter and the pure-Python one give the same words."""

import logging
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.lexicon import read_lexicon
from model.text import Cut, make_cut, make_jieba_cut, normalise
from training.labeled_data import read_folder


@pytest.fixture(scope="module")
def cutters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cut, Cut]:
    """rjieba and jieba with the lexicon's words, jieba's cache in a folder of its own."""
    words = read_lexicon().words
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REFUND_TRIAGE_HOME", str(tmp_path_factory.mktemp("home")))
        return make_cut(words), make_jieba_cut(sorted(set(words)))


def test_every_labelled_text_is_cut_alike(cutters: tuple[Cut, Cut]) -> None:
    fast, slow = cutters
    texts = {normalise(row.request.text) for row in read_folder()}
    different = [text for text in texts if fast(text) != slow(text)]
    assert different == []


alphabet = (
    "杯子碎了箱坏发错货快递退款不想要色差尺码大小质量问题没有假的我你 ,。!?-+#&._%abTCiPhone015年月日😡\u200b"
)


@settings(max_examples=500, deadline=None)
@given(text=st.text(st.one_of(st.sampled_from(alphabet), st.characters()), max_size=60))
def test_any_text_is_cut_alike(cutters: tuple[Cut, Cut], text: str) -> None:
    fast, slow = cutters
    assert fast(normalise(text)) == slow(normalise(text))


def test_words_put_together_are_the_text(cutters: tuple[Cut, Cut]) -> None:
    for row in read_folder()[::50]:
        text = normalise(row.request.text)
        assert "".join(cutters[0](text)) == text


def test_the_dictionary_cache_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUND_TRIAGE_HOME", str(tmp_path))
    make_jieba_cut([])
    assert (tmp_path / "cache" / "jieba.cache").is_file()
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_without_rjieba_the_slower_cutter_takes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("REFUND_TRIAGE_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with caplog.at_level(logging.WARNING, "model.text"):
        cut = make_cut(["充不进电"])
    assert cut("手机充不进电了") == ["手机", "充不进电", "了"]
    assert "rjieba is not installed" in caplog.text
