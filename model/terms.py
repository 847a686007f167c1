"""Finding many terms in a text: a trie walked from every character."""

from collections.abc import Iterable
from typing import Any, Protocol

from model.native import kernel

Match = tuple[int, int, int]
"""Start and end in the text, number of the term."""


class Terms(Protocol):
    """Terms ready to be found; numbers are places in the list they were made of."""

    def longest(self, text: str) -> list[Match]:
        """Return the leftmost terms, of each start the longest; they never overlap."""

    def every(self, text: str) -> list[Match]:
        """Return every place of every term, by start, then by length."""


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
        """See `Terms`."""
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


def make_terms(terms: Iterable[str]) -> tuple[Terms, list[str]]:
    """Return the terms ready to be found, and their list in order; an empty one is never found."""
    distinct = list(dict.fromkeys(filter(None, terms)))
    return (kernel.Terms(distinct) if kernel else PythonTerms(distinct)), distinct
