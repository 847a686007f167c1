"""Fixed splits in which near-duplicates never sit on two sides."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from model.text import normalise
from training.labeled_data import LabeledRow, Split

SIMILARITY = 0.5
"""Jaccard overlap of character 4-grams from which two texts are near-duplicates."""

SHARES: tuple[tuple[Split, float], ...] = (("train", 0.7), ("calibration", 0.15), ("test", 0.15))
UNPROMPTED_SHARES: tuple[tuple[Split, float], ...] = (("train", 0.55), ("calibration", 0.35), ("test", 0.10))
"""Of the rows closest to life more go to calibration: a promise kept on few rows must be a timid one."""


def four_grams(text: str) -> frozenset[str]:
    """Character 4-grams of a text without blanks and punctuation; a shorter text is its own gram."""
    bare = "".join(character for character in normalise(text) if character.isalnum())
    return frozenset(bare[i : i + 4] for i in range(max(len(bare) - 3, 1)))


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of positions whose texts overlap by at least `SIMILARITY`."""
    grams = [four_grams(text) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for right, mine in enumerate(grams):
        shared = Counter(left for gram in mine for left in holders[gram])
        for left, common in shared.items():
            if common / len(mine | grams[left]) >= SIMILARITY:
                pairs.append((left, right))
        for gram in mine:
            holders[gram].append(right)
    return pairs


def duplicate_groups(texts: Sequence[str]) -> list[int]:
    """Return for each text the position of the first text of its group of near-duplicates."""
    leader = list(range(len(texts)))

    def find(position: int) -> int:
        while leader[position] != position:
            leader[position] = leader[leader[position]]
            position = leader[position]
        return position

    for left, right in near_duplicates(texts):
        first, second = sorted((find(left), find(right)))
        leader[second] = first
    return [find(position) for position in range(len(texts))]


def assign_splits(rows: Sequence[LabeledRow]) -> list[Split]:
    """Draw the side of each row from a hash of its group's first text: stable when other rows come."""
    groups = duplicate_groups([row.request.text for row in rows])
    return [split_of(rows[group].request.text, rows[group].source) for group in groups]


def split_of(text: str, source: str = "") -> Split:
    """Return the side a text of a source falls on by its hash."""
    shares = UNPROMPTED_SHARES if source == "unprompted" else SHARES
    point = int.from_bytes(hashlib.sha256(normalise(text).encode()).digest()[:8], "big") / 2**64
    for split, share in shares:
        if point < share:
            return split
        point -= share
    return shares[-1][0]


def in_drawn_order(rows: Sequence[LabeledRow]) -> list[LabeledRow]:
    """Return the rows in the order of a hash of their ids: the first n are a random part, nested in n + 1."""
    return sorted(rows, key=lambda row: hashlib.sha256(row.row_id.encode()).digest())
