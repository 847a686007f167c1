"""The buyer's words with the telling ones marked."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import RowMapping

from model.explanation import word_weights
from model.request import decode_request
from model.taxonomy import FAULT_LABELS
from serving.champion import Champion

LEVELS = (0.66, 0.33, 0.1)
"""Shares of the strongest word's weight from which a word is marked strongly, plainly, faintly."""


class Chunk(NamedTuple):
    """A piece of the text and how telling it is: 0 not at all, 3 most."""

    text: str
    level: int


def mark(text: str, weights: Mapping[str, float]) -> list[Chunk]:
    """Cut a text into pieces so that the words with positive weights stand alone.

    Longest words first, without regard to case; what the model normalised beyond recognition stays unmarked.
    """
    telling = {word.lower(): weight for word, weight in weights.items() if weight > 0 and word.strip()}
    if not telling:
        return [Chunk(text, 0)] if text else []
    strongest = max(telling.values())
    found = "|".join(re.escape(word) for word in sorted(telling, key=len, reverse=True))
    chunks = []
    for piece in re.split(f"({found})", text, flags=re.IGNORECASE):
        share = telling.get(piece.lower(), 0.0) / strongest
        level = next((3 - i for i, limit in enumerate(LEVELS) if share >= limit), 0)
        if piece:
            chunks.append(Chunk(piece, level))
    return chunks


def telling_words(row: RowMapping, champion: Champion) -> dict[str, float]:
    """Return the words that spoke for the fault the model named.

    Read off the model again while it is still in charge, which weighs every word; afterwards off the stored
    explanation, which holds the few strongest.
    """
    answer = json.loads(row["answer"])
    judgement = champion.current
    if judgement is not None and judgement.bundle.model_version == row["model_version"]:
        scorer = judgement.bundle.scorer
        score = scorer.score(decode_request(row["request"].encode()))
        return dict(word_weights(scorer, score, FAULT_LABELS.index(answer["fault"]["category"])))
    stored = answer["explanation"]
    return {part["name"].strip("“”"): part["weight"] for part in stored if part["name"].startswith("“")}
