"""Make texts that wander: a request with a clause of another one in it, still labelled by its own cause.

Whoever writes a request for a category writes a clean case of it; real buyers mention packing, size, price
and an earlier order on the way. Texts with a foreign clause teach the model how little a word by itself
proves, which mends its ranking of sure and doubtful texts (experiments/2026-11-25-real-texts).
"""

import re
from collections.abc import Sequence

import numpy as np

from model.request import MAX_TEXT_CHARS

_MARKS = "，,。！!？?；;~…"
_clause = re.compile(rf"[^{_MARKS}\s]+[{_MARKS}\s]*")


def clauses(text: str) -> list[str]:
    """Split a text after its marks and blanks; the parts join to the text again, leading marks aside."""
    return _clause.findall(text) or [text]


def mixed_texts(texts: Sequence[str], copies: int, seed: int = 0) -> list[tuple[int, str]]:
    """Return `copies` variants of every text, each with its position.

    A variant holds one clause of a text drawn at random, at a random place between its own clauses. The
    same texts and seed give the same variants.
    """
    draw = np.random.default_rng(seed)
    parts = [clauses(text) for text in texts]
    variants = []
    for _ in range(copies):
        for position, own in enumerate(parts):
            other = parts[draw.integers(len(parts))]
            foreign = other[draw.integers(len(other))]
            place = int(draw.integers(len(own) + 1))
            whole = "".join(map(_ended, [*own[:place], foreign])) + "".join(own[place:])
            variants.append((position, whole[:MAX_TEXT_CHARS]))
    return variants


def _ended(clause: str) -> str:
    return clause if clause[-1:] in _MARKS + " " else clause + "，"
