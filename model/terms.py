"""Finding many terms, and patterns of two pieces, in a text: a trie walked from every character."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from model.native import kernel

Match = tuple[int, int, int]
"""Start and end in the text, number of the term or pattern."""


class Terms(Protocol):
    """Terms ready to be found; numbers are places in the list they were made of."""

    def longest(self, text: str) -> list[Match]:
        """Return the leftmost terms, of each start the longest; they never overlap."""


class Patterns(Protocol):
    """Pairs of a head and a tail that stand near each other; numbers are places in the list of pairs."""

    def find(self, text: str) -> list[Match]:
        """Return every match of every pattern, from the head's start to the tail's end."""


class PythonTerms:
    """Terms in nested dictionaries: where there is no native kernel, and what its answers must equal."""

    def __init__(self, terms: list[str]) -> None:
        self._root: dict[str, Any] = {}
        for number, term in enumerate(terms):
            node = self._root
            for character in term:
                node = node.setdefault(character, {})
            node[""] = number  # no character is empty

    def longest(self, text: str) -> list[Match]:
        """See `Terms`."""
        found, start = [], 0
        while start < len(text):
            matches = self._from(text, start)
            found += matches[-1:]
            start = matches[-1][1] if matches else start + 1
        return found

    def every(self, text: str) -> list[Match]:
        """Return every place of every term, by start, then by length."""
        return [match for start in range(len(text)) for match in self._from(text, start)]

    def _from(self, text: str, start: int) -> list[Match]:
        found: list[Match] = []
        node = self._root
        for end in range(start, len(text)):
            if text[end] not in node:
                break
            node = node[text[end]]
            if "" in node:
                found.append((start, end + 1, node[""]))
        return found


class PythonPatterns:
    """Patterns by their pieces: where there is no native kernel, and what its answers must equal."""

    def __init__(self, pieces: list[str], pairs: list[tuple[int, int]], gap: int, clause_ends: str) -> None:
        self._pieces = PythonTerms(pieces)
        self._gap = gap
        self._clause_ends = frozenset(clause_ends)
        # By number of the head, then of the tail: the patterns.
        self._patterns: dict[int, dict[int, list[int]]] = {}
        for number, (head, tail) in enumerate(pairs):
            self._patterns.setdefault(head, {}).setdefault(tail, []).append(number)

    def find(self, text: str) -> list[Match]:
        """See `Patterns`."""
        found: list[Match] = []
        pieces = self._pieces.every(text)
        for place, (start, head_end, head) in enumerate(pieces):
            tails = self._patterns.get(head, {})
            for tail_start, end, tail in pieces[place + 1 :]:  # in the order of their starts
                if tail_start > head_end + self._gap:
                    break
                between = text[head_end:tail_start]
                if tail in tails and tail_start >= head_end and self._clause_ends.isdisjoint(between):
                    found += [(start, end, number) for number in tails[tail]]
        return found


def make_terms(terms: Iterable[str]) -> tuple[Terms, list[str]]:
    """Return the terms ready to be found, and their list in order; an empty one is never found."""
    distinct = list(dict.fromkeys(filter(None, terms)))
    return (kernel.Terms(distinct) if kernel else PythonTerms(distinct)), distinct


def make_patterns(pairs: Sequence[tuple[str, str]], gap: int, clause_ends: str) -> tuple[Patterns, list[int]]:
    """Return patterns ready to be found, and for the number of each its place in `pairs`.

    Parameters
    ----------
    pairs : head and tail of each, neither empty.
    gap : most characters between the two.
    clause_ends : characters that must not stand between them.
    """
    pieces = sorted({piece for pair in pairs for piece in pair})
    number = {piece: i for i, piece in enumerate(pieces)}
    order = sorted(range(len(pairs)), key=lambda i: pairs[i])
    numbers = [(number[pairs[i][0]], number[pairs[i][1]]) for i in order]
    make = kernel.Patterns if kernel else PythonPatterns
    return make(pieces, numbers, gap, clause_ends), order
