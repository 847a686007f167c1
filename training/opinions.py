"""What a model says of labelled rows, judged as the service judges them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from model.fairness import score_fairly
from model.request import TriageRequest
from model.review_reasons import text_reasons
from model.scorer import Scorer
from model.taxonomy import FAULT_LABELS, FAULTS


@dataclass(frozen=True, kw_only=True)
class Opinions:
    """What a model says of n requests.

    Attributes
    ----------
    probabilities : (n, 6), columns in the order of FAULT_LABELS.
    decidable : (n,), false where the text alone sends the case to a person, however sure the model is.
    """

    probabilities: np.ndarray
    decidable: np.ndarray

    def part(self, chosen: np.ndarray) -> Self:
        """Return the opinions on some rows."""
        return type(self)(probabilities=self.probabilities[chosen], decidable=self.decidable[chosen])

    def decidable_probabilities(self) -> np.ndarray:
        """Return the probabilities with all of an undecidable row's on `none`: never automated."""
        none = np.eye(len(FAULT_LABELS))[-1]
        return np.where(self.decidable[:, None], self.probabilities, none)


def opinions_of(scorer: Scorer, requests: Sequence[TriageRequest], min_familiarity: float) -> Opinions:
    """Judge requests one by one, as the service does."""
    judged = [score_fairly(scorer, request) for request in requests]
    decidable = [
        not text_reasons(request, score, category, scorer.lexicon, min_familiarity)
        for request, (score, category) in zip(requests, judged, strict=True)
    ]
    return Opinions(
        probabilities=np.array([score.fault for score, _ in judged]),
        decidable=np.array(decidable, dtype=bool),
    )


def confidence_among_five(probabilities: np.ndarray) -> np.ndarray:
    """Return the category's own share among the five, as answers show it; probabilities is (n, 6)."""
    five = probabilities[:, : len(FAULTS)]
    return np.asarray(five.max(axis=1) / five.sum(axis=1))


def label_columns(labels: Sequence[str]) -> np.ndarray:
    """Return the columns of label names."""
    return np.array([FAULT_LABELS.index(label) for label in labels])
