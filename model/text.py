"""From what a buyer typed to normal form and words."""

import itertools
import logging
import os
import re
import threading
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import opencc

from model.native import kernel

logger = logging.getLogger(__name__)

Cut = Callable[[str], list[str]]

_repeats = re.compile(r"(.)\1{3,}", re.DOTALL)
_blanks = re.compile(r"\s+")
_surrogates = re.compile("[\ud800-\udfff]")
_simplify = opencc.OpenCC("t2s").convert


def _converted(characters: str) -> str:
    """Simplify characters one by one, in one call."""
    return str(_simplify("\n".join(characters))).replace("\n", "")


HAN = "".join(map(chr, [*range(0x2E80, 0x2FE0), *range(0x3400, 0xA000), *range(0xF900, 0xFB00)]))
TRADITIONAL = frozenset(c for c, simple in zip(HAN, _converted(HAN), strict=True) if c != simple)
"""Characters that only a text in traditional script holds (about 3,900)."""


def normalise(text: str) -> str:
    """Bring width, case, script, blanks and repetitions to one form.

    NFKC and lower case; a text that holds a traditional character is simplified, any other is left alone,
    since OpenCC's phrases would make 打坏 into 打坯; any run of one character longer than three becomes three
    (also what keeps a text of 2,000 equal characters cheap); blanks become one space. A lone surrogate, which
    no tokenizer accepts, becomes the replacement character.
    """
    if kernel is not None:
        normal: str | None = kernel.normal_form(ALONE, text)
        if normal is not None:
            return normal
    return normalise_in_python(text)


def normalise_in_python(text: str) -> str:
    """Do what `normalise` promises for any text; the native kernel does most texts, and faster."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _surrogates.sub("\ufffd", text))
        if not TRADITIONAL.isdisjoint(text):
            text = _simplify(text)
    text = _repeats.sub(r"\1\1\1", text.lower())
    return _blanks.sub(" ", text).strip()


def _characters_alone() -> bytes:
    """For each character of the basic plane its normal form, two bytes; 0 where it is not that simple.

    Only scripts in which no character depends on its neighbours: ASCII, punctuation and full-width forms, and
    Han, where NFKC and lower case change nothing (a test looks), without the traditional characters.
    """
    table = array("H", bytes(2 * 0x10000))
    table[0x3400:0xA000] = array("H", range(0x3400, 0xA000))
    for first, last in ((0x01, 0x7F), (0x2010, 0x2027), (0x3000, 0x3029), (0xFF01, 0xFF5E)):
        for point in range(first, last + 1):
            normal = unicodedata.normalize("NFKC", chr(point)).lower()
            table[point] = 0 if len(normal) > 1 else ord(" ") if normal.isspace() else ord(normal)
    for character in TRADITIONAL:
        table[ord(character)] = 0
    return table.tobytes()


ALONE = _characters_alone() if kernel else b""


def make_cut(words: Iterable[str]) -> Cut:
    """Return a word cutter that knows `words` besides the general dictionary.

    rjieba (a Rust port) where it is installed, else jieba; both without the hidden Markov model, where
    they give identical tokens (tests/unit/model/test_cutters.py), so a model may be trained with one and
    served with the other.
    """
    known = sorted(set(words))
    try:
        jieba = _fast_cutter()
    except ImportError:
        logger.warning("rjieba is not installed; cutting with jieba, about 15 times slower")
        return make_jieba_cut(known)
    for word in known:
        jieba.add_word(word, WORD_FREQUENCY, None)
    return lambda text: _shorter_first(text, jieba.cut(text, hmm=False))


_three_alike = re.compile(r"(.)\1\1", re.DOTALL)


def _shorter_first(text: str, words: list[str]) -> list[str]:
    """Put 滴 before 滴滴 where a text says 滴滴滴: both cuts are equally probable; rounding would choose."""
    if not _three_alike.search(text):
        return words
    for place, (word, following) in enumerate(itertools.pairwise(words)):
        if following == word[0] and word == following * len(word):
            words[place], words[place + 1] = following, word
    return words


_default_is_taken = threading.Event()


def _fast_cutter() -> Any:
    """Return an rjieba cutter that nobody else uses.

    Importing the package makes one already (25 MB, 0.1 s), reached through the module itself: the first
    caller gets that one, later callers (another model beside the first) one of their own.
    """
    import rjieba

    if _default_is_taken.is_set():
        return rjieba.Jieba()
    _default_is_taken.set()
    return rjieba


WORD_FREQUENCY = 20_000
"""Frequency of a lexicon word in the dictionary: above almost every pair of its parts, so it stays whole."""


def make_jieba_cut(words: Iterable[str]) -> Cut:
    """Return the pure-Python cutter, with a private cache instead of the shared, predictable /tmp file."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    folder = Path(os.environ.get("REFUND_TRIAGE_HOME", "var")) / "cache"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(folder)
    tokenizer.initialize()
    for word in words:
        tokenizer.add_word(word, WORD_FREQUENCY)
    return lambda text: _shorter_first(text, tokenizer.lcut(text, HMM=False))
