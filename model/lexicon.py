"""The lexicon: fault concepts a text names, found in one pass, with one rule for negation."""

import csv
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from model.errors import LexiconError
from model.terms import make_patterns, make_terms
from model.text import normalise
from model.yaml_loader import load_yaml

FOLDER = Path(__file__).with_name("lexicon")
GAP = "…"
MAX_GAP_CHARS = 8

CLAUSE_ENDS = " ,.!?;:。，！？；：、~…"
NEGATIONS = "没有|没|木有|冇|不是|不会|不算|不存在|不|无|未|并非|毫无|从未|从没|没啥|没什么"
BETWEEN = "有|出现|发现|任何|什么|啥|一点|一丝|太|很|那么|明显|存在|是|怎么|过|被|觉得"
"""What may stand between a negation and the term it negates."""

_negation = re.compile(f"(?:{NEGATIONS})(?:{BETWEEN})?$")
_negation_ends = frozenset(word[-1] for word in f"{NEGATIONS}|{BETWEEN}".split("|"))


class Concept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One idea a buyer may express; `fault` is the category it speaks for, if any."""

    zh: str
    en: str
    fault: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """One term (or pattern with a gap) of a concept, with a sentence it must match."""

    concept: str
    term: str
    example: str


class Mention(NamedTuple):
    """A concept found in a text; `start` and `end` are offsets into the normalised text."""

    start: int
    end: int
    concept: str
    negated: bool

    @property
    def name(self) -> str:
        """Name of the feature it feeds: a negated concept is the twin `not:concept`."""
        return f"not:{self.concept}" if self.negated else self.concept


class Lexicon:
    """Concepts and their terms, found in one pass.

    Terms are taken leftmost-longest and never overlap, so `不喜欢` hides `喜欢`. A pattern `A…B` matches
    where B follows A within eight characters of the same clause. A negation word right before a term
    turns the concept into its negated twin; terms that begin with a negation carry it themselves.
    """

    def __init__(self, concepts: dict[str, Concept], entries: Iterable[Entry]) -> None:
        self.concepts = concepts
        self.entries = tuple(entries)
        concept_of: dict[str, str] = {}
        pairs: dict[tuple[str, str], str] = {}
        for entry in self.entries:
            # Split before normalising: NFKC would turn the gap mark into three full stops.
            head, gap, tail = (normalise(part) for part in entry.term.partition(GAP))
            if gap:
                pairs[head, tail] = entry.concept
            else:
                concept_of[head] = entry.concept
        self._terms, terms = make_terms(concept_of)
        self._concepts = [concept_of[term] for term in terms]
        self._patterns, order = make_patterns(list(pairs), MAX_GAP_CHARS, CLAUSE_ENDS)
        self._pattern_concepts = [list(pairs.values())[place] for place in order]

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features in a fixed order: each concept, then its negated twin."""
        return tuple(name for concept in sorted(self.concepts) for name in (concept, f"not:{concept}"))

    @cached_property
    def glosses(self) -> dict[str, dict[str, str]]:
        """Name of every feature by language: that of a concept or of its negated twin."""
        return {
            language: {
                name: text
                for concept, entry in self.concepts.items()
                for base in (entry.zh if language == "zh" else entry.en,)
                for name, text in ((concept, base), (f"not:{concept}", negated + base))
            }
            for language, negated in (("zh", "没有"), ("en", "no "))
        }

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """Name of every feature by language, as it stands in an explanation."""
        return {
            language: {name: f"{kind}：{gloss}" for name, gloss in self.glosses[language].items()}
            for language, kind in (("zh", "概念"), ("en", "concept"))
        }

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The plain terms, for the tokenizer's dictionary."""
        return tuple(
            sorted({t for e in self.entries if GAP not in (t := normalise(e.term)) and " " not in t})
        )

    def mentions(self, text: str) -> list[Mention]:
        """Find the concepts named in a normalised text, in order of appearance."""
        found = [
            Mention(start, end, self._concepts[number], _is_negated(text, start))
            for start, end, number in self._terms.longest(text)
        ]
        found += [
            Mention(start, end, self._pattern_concepts[number], False)
            for start, end, number in self._patterns.find(text)
        ]
        found.sort()
        return found


def concept_names(text: str, mentions: Sequence[Mention]) -> frozenset[str]:
    """Return the names of the concept features that hold for a normalised text and its mentions."""
    return frozenset([mention.name for mention in mentions])


def _is_negated(text: str, start: int) -> bool:
    if text[start - 1 : start] not in _negation_ends:  # most terms
        return False
    return _negation.search(text, max(0, start - 6), start) is not None


def read_lexicon(folder: Path = FOLDER) -> Lexicon:
    """Read `concepts.yaml` and `terms.tsv`.

    Raises
    ------
    LexiconError
        With file and line, when a concept is unknown, a term repeated or an example does not match.
    """
    try:
        raw: dict[str, Any] = load_yaml((folder / "concepts.yaml").read_text("utf-8"))
        concepts = msgspec.convert(raw, dict[str, Concept])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise LexiconError(f"{folder / 'concepts.yaml'}: {error}") from error
    entries: list[Entry] = []
    seen: set[str] = set()
    with (folder / "terms.tsv").open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            where = f"terms.tsv:{line}"
            if len(row) != 3 or not all(row):
                raise LexiconError(f"{where}: want concept, term and example")
            entry = Entry(*row)
            if entry.concept not in concepts:
                raise LexiconError(f"{where}: concept {entry.concept} is not in concepts.yaml")
            if (key := normalise(entry.term)) in seen:
                raise LexiconError(f"{where}: term {entry.term} is there already")
            seen.add(key)
            entries.append(entry)
    return Lexicon(concepts, entries)
