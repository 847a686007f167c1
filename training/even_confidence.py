"""One scale of confidence for all categories: the chance of being right.

Of what the model is 90 % sure, more is right where it says `quality` than where it says `courier_damage`. One
threshold on the probability would automate too little of the one and too much of the other.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from model.taxonomy import FAULT_LABELS, FAULTS, OUTSIDE
from training.opinions import Opinions

MIN_ROWS = 100
"""Opinions for a category, rightly or wrongly, below which its probabilities stay as they are."""
EDGE = 1e-9
NONE = FAULT_LABELS.index(OUTSIDE)


@dataclass(frozen=True)
class EvenConfidence:
    """A straight line from log-odds to log-odds for each category, see `fit_even_confidence`.

    Attributes
    ----------
    lines : slope and intercept by column of FAULTS; a category without a line keeps its probabilities.
    """

    lines: dict[int, tuple[float, float]]

    def of(self, opinions: Opinions) -> Opinions:
        """Return the opinions with the chance of being right in the place of the highest probability.

        The rest of a row goes to `none`: what is wrong rather than right is never automated.
        """
        probabilities = opinions.probabilities.copy()
        best = probabilities.argmax(axis=1)
        for column, (slope, intercept) in self.lines.items():
            rows = np.flatnonzero(best == column)
            chance = expit(slope * logit(np.clip(probabilities[rows, column], EDGE, 1 - EDGE)) + intercept)
            probabilities[rows] = 0.0
            probabilities[rows, column], probabilities[rows, NONE] = chance, 1.0 - chance
        return Opinions(probabilities=probabilities, decidable=opinions.decidable)

    def probability(self, category: str, chance: float) -> float:
        """Return the probability of a category that stands for a chance of being right."""
        slope, intercept = self.lines.get(FAULTS.index(category), (1.0, 0.0))
        return float(expit((logit(chance) - intercept) / slope))


def fit_even_confidence(opinions: Opinions, labels: np.ndarray) -> EvenConfidence:
    """Fit a line for each category by logistic regression of being right on the log-odds of the probability.

    A category with few opinions, or one whose line does not rise, keeps its probabilities.

    Parameters
    ----------
    labels : (n,) columns by which the model is judged. Promises must be tested on other rows.
    """
    lines = {}
    best, highest = opinions.probabilities.argmax(axis=1), opinions.probabilities.max(axis=1)
    for column in range(len(FAULTS)):
        rows = np.flatnonzero((best == column) & opinions.decidable)
        right = best[rows] == labels[rows]
        if len(rows) < MIN_ROWS or right.all() or not right.any():
            continue
        fitted = LogisticRegression(C=10.0).fit(logit(np.clip(highest[rows], EDGE, 1 - EDGE))[:, None], right)
        if fitted.coef_[0, 0] > 0:
            lines[column] = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return EvenConfidence(lines)
