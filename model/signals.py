"""What a request tells beyond its category: nothing at all, another language, a contradiction."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from model.lexicon import Lexicon, Mention
from model.request import TriageRequest
from model.taxonomy import FAULTS
from model.yaml_loader import load_yaml

SIGNALS_FILE = Path(__file__).with_name("signals.yaml")

MIN_CHINESE_SHARE = 0.5
"""Share of Chinese characters among characters and foreign words from which a text is read as Chinese."""

MAX_LOOKED_AT_CHARS = 200
"""How much of a text is looked at to tell its language; enough to know, and cheap at 2,000 characters."""

MIN_RIVAL_PROBABILITY = 0.1
"""Probability from which a second category that the words support makes the signals conflict."""

_chinese = re.compile("[㐀-䶿一-鿿]")
# A word in letters of another script counts once; kana and hangul count each, as no blank divides them.
_foreign = re.compile("[぀-ヿ가-힣]|[^\\W\\d_㐀-䶿一-鿿぀-ヿ가-힣]+")


class Contradiction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of `signals.yaml`: it fires when every part that it names holds."""

    id: str
    gloss: dict[str, str]
    fields: dict[str, list[Any]]
    category: list[str] = []
    mentions: list[str] = []

    def holds(self, request: TriageRequest, category: str, concepts: set[str]) -> bool:
        """Tell whether this request contradicts itself in this way."""
        if self.category and category not in self.category:
            return False
        for name, values in self.fields.items():
            if getattr(request, name) not in values:
                return False
        return not self.mentions or not concepts.isdisjoint(self.mentions)


class Signals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as it is written."""

    contradictions: list[Contradiction]
    says_nothing: list[str]


@cache
def read_signals() -> Signals:
    """Read the shipped file once."""
    return msgspec.convert(load_yaml(SIGNALS_FILE.read_text("utf-8")), Signals)


@cache
def _says_nothing() -> re.Pattern[str]:
    words = sorted(read_signals().says_nothing, key=len, reverse=True)
    # Possessive: longest word first and never back, so no text can make it slow.
    return re.compile(f"(?:{'|'.join(map(re.escape, words))}|[\\W\\d_])*+")


def says_too_little(text: str) -> bool:
    """Tell whether a normalised text gives no cause: empty, marks and numbers only, or a bare request."""
    return _says_nothing().fullmatch(text) is not None


def is_foreign(text: str) -> bool:
    """Tell whether a normalised text is mostly in another language than Chinese (or is typed at random)."""
    head = text[:MAX_LOOKED_AT_CHARS]
    if _foreign.search(head) is None:  # most texts
        return False
    if head.isascii():
        return any(character.isalpha() for character in head)
    chinese = len(_chinese.findall(head))
    foreign = len(_foreign.findall(head))
    return chinese < MIN_CHINESE_SHARE * (chinese + foreign)


def contradictions(request: TriageRequest, category: str, mentions: Sequence[Mention]) -> list[str]:
    """Return the ids of the rules by which the request contradicts itself."""
    rules = [
        rule
        for name, rules_by_value in _rules_by_first_field()
        for rule in rules_by_value.get(getattr(request, name), ())
    ]
    if not rules:  # most requests
        return []
    concepts = {mention.concept for mention in mentions if not mention.negated}
    return [rule.id for rule in rules if rule.holds(request, category, concepts)]


@cache
def _rules_by_first_field() -> list[tuple[str, dict[Any, list[Contradiction]]]]:
    """Rules by the first field that they name and each of its values, so that few are asked."""
    index: dict[str, dict[Any, list[Contradiction]]] = {}
    for rule in read_signals().contradictions:
        name, values = next(iter(rule.fields.items()))
        for value in values:
            index.setdefault(name, {}).setdefault(value, []).append(rule)
    return list(index.items())


def names_another_cause(
    category: str, probabilities: Sequence[float], mentions: Sequence[Mention], lexicon: Lexicon
) -> bool:
    """Tell whether the text names a cause of another category, not negated, that the model thinks possible.

    Parameters
    ----------
    probabilities : of the five categories, in the order of FAULTS.
    """
    for mention in mentions:
        fault = lexicon.concepts[mention.concept].fault
        if mention.negated or fault is None or fault == category or fault not in FAULTS:
            continue
        if probabilities[FAULTS.index(fault)] >= MIN_RIVAL_PROBABILITY:
            return True
    return False
