"""Find labels that the rest of the data contradicts (confident learning, Northcutt et al. 2021)."""

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from model.features import make_features
from model.taxonomy import FAULT_LABELS
from training.fit import FitParameters, bare
from training.labeled_data import LabeledRow, read_folder
from training.splits import duplicate_groups

N_FOLDS = 4


def out_of_fold_probabilities(rows: Sequence[LabeledRow]) -> np.ndarray:
    """Return probabilities (n, 6) of each row by a text model that has not seen it."""
    requests = [bare(row.request) for row in rows]
    labels = np.array([FAULT_LABELS.index(row.fault) for row in rows])
    groups = duplicate_groups([row.request.text for row in rows])
    settings = FitParameters()
    features = make_features(
        word_weight=settings.word_weight,
        char_weight=settings.char_weight,
        concept_weight=0.3,
        field_weight=0.0,
        min_df=2,
    )
    X = features.fit_transform(requests).tocsr()
    found = np.zeros((len(rows), len(FAULT_LABELS)))
    folds = list(GroupKFold(N_FOLDS).split(X, labels, groups))
    for fitted, held_out in track(folds, "out-of-fold fits"):
        model = LogisticRegression(C=2.0, tol=1e-3, max_iter=1_000).fit(X[fitted], labels[fitted])
        found[held_out] = model.predict_proba(X[held_out])
    return found


def suspects(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return positions of suspect labels, the most suspect first.

    A label is suspect where another label's probability passes that label's own mean confidence (its
    average probability over the rows that carry it) and is the highest of those that do.
    """
    threshold = np.array([probabilities[labels == c, c].mean() for c in range(probabilities.shape[1])])
    confident = np.where(probabilities >= threshold, probabilities, 0.0)
    best = confident.argmax(axis=1)
    suspect = (confident.max(axis=1) > 0) & (best != labels)
    rows = np.arange(len(labels))
    margin = probabilities[rows, best] - probabilities[rows, labels]
    positions = np.flatnonzero(suspect)
    return positions[np.argsort(-margin[positions], kind="stable")]


def label_suspects(limit: int = 60) -> None:
    """List the labels that the rest of the data contradicts, to be read again by a person."""
    rows = read_folder()
    labels = np.array([FAULT_LABELS.index(row.fault) for row in rows])
    probabilities = out_of_fold_probabilities(rows)
    found = suspects(labels, probabilities)
    console = Console()
    console.print(f"{len(found)} suspects among {len(rows)} rows; the first {min(limit, len(found))}:")
    for position in found[:limit]:
        row, p = rows[position], probabilities[position]
        other = FAULT_LABELS[int(p.argmax())]
        console.print(f"{row.row_id} {row.fault} → {other} {p.max():.2f}  {row.request.text}")
