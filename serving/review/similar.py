"""Cases like this one that people have decided: cosine of TF-IDF vectors in the scorer's own vocabulary."""

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, RowMapping, select

from model.compiled import Floats
from model.request import TriageRequest, decode_request
from model.scorer import UNSEEN, Scorer
from serving.review.tables import reviews, verdicts
from serving.scoring.tables import triages

REMEMBERED = 1_000
"""Decided cases compared with, the newest; a few milliseconds a look-up."""
MIN_COSINE = 0.15
"""Below this, two texts share little but punctuation."""


class Vector(NamedTuple):
    """A sparse unit vector: grams of the vocabulary and their weights."""

    grams: np.ndarray
    weights: Floats


class SimilarCase(NamedTuple):
    """A decided case and how alike its text is, 0–1."""

    review_id: str
    text: str
    fault: str
    resolution: str | None
    cosine: float


def vector_of(scorer: Scorer, request: TriageRequest) -> Vector:
    """Return the TF-IDF vector of a text; words and characters each weigh half."""
    of_text = scorer.score(request).grams
    grams, first = np.unique(of_text.rows, return_index=True)
    if grams.size and grams[0] == UNSEEN:
        grams, first = grams[1:], first[1:]
    # A gram's weight is shared out over its occurrences.
    weights = (of_text.weights * of_text.counts)[first] * np.sqrt(scorer.arrays.squared_idf[grams])
    norm = float(np.linalg.norm(weights))
    return Vector(grams, weights / norm if norm else weights)


def cosines(vector: Vector, others: Sequence[Vector], n_grams: int) -> Floats:
    """Return the cosine of a vector with each of the others."""
    dense = np.zeros(n_grams)
    dense[vector.grams] = vector.weights
    return np.array([float(dense[other.grams] @ other.weights) for other in others])


class SimilarCases:
    """Vectors of the newest decided cases, computed once each and again when the model changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model_version = ""
        self._vectors: dict[str, Vector] = {}

    def find(
        self, connection: Connection, row: RowMapping, scorer: Scorer, model_version: str, count: int = 3
    ) -> list[SimilarCase]:
        """Return the decided cases most like this one, never the same refund request."""
        decided = [d for d in _decided(connection) if d.refund_id != row["refund_id"]]
        vectors = self._vectors_of(decided, scorer, model_version)
        own = vector_of(scorer, decode_request(row["request"].encode()))
        found = cosines(own, vectors, len(scorer.arrays.squared_idf))
        best = [i for i in np.argsort(-found, kind="stable")[:count] if found[i] >= MIN_COSINE]
        return [_similar(decided[i], float(found[i])) for i in best]

    def _vectors_of(self, decided: Sequence[Any], scorer: Scorer, model_version: str) -> list[Vector]:
        with self._lock:
            known = self._vectors if self._model_version == model_version else {}
            self._model_version = model_version
            self._vectors = {
                d.triage_id: known.get(d.triage_id) or vector_of(scorer, decode_request(d.request.encode()))
                for d in decided
            }
            return [self._vectors[d.triage_id] for d in decided]


def _decided(connection: Connection) -> Sequence[Any]:
    query = (
        select(
            reviews.c.review_id,
            reviews.c.refund_id,
            reviews.c.triage_id,
            triages.c.request,
            verdicts.c.fault,
            verdicts.c.resolution,
        )
        .join(verdicts, verdicts.c.verdict_id == reviews.c.outcome_verdict_id)
        .join(triages, triages.c.triage_id == reviews.c.triage_id)
        # Closed with a verdict that counts means decided. Asked for by its state, SQLite would read and sort
        # every decided case (4 s of a million) instead of the newest of the index.
        .where(reviews.c.closed_at.is_not(None))
        .order_by(reviews.c.closed_at.desc())
        .limit(REMEMBERED)
    )
    return list(connection.execute(query))


def _similar(decided: Any, cosine: float) -> SimilarCase:
    text = decode_request(decided.request.encode()).text
    return SimilarCase(decided.review_id, text, decided.fault, decided.resolution, cosine)
