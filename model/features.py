"""scikit-learn transformers from requests to a sparse matrix; the reference the scorer is compiled from."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from model.fields import CATEGORICAL, CLIP, NUMERIC
from model.lexicon import Lexicon, concept_names, read_lexicon
from model.ngrams import char_ngrams, word_ngrams
from model.request import TriageRequest
from model.text import Cut, make_cut, normalise


@cache
def shipped_lexicon() -> Lexicon:
    """The lexicon of this installation, read once."""
    return read_lexicon()


@cache
def shipped_cut() -> Cut:
    """The word cutter with the lexicon's words, made once; a pickle must not hold it."""
    return make_cut(shipped_lexicon().words)


def request_words(request: TriageRequest) -> list[str]:
    """Analyzer of the word block."""
    return word_ngrams(normalise(request.text), shipped_cut())


def request_chars(request: TriageRequest) -> list[str]:
    """Analyzer of the character block."""
    return char_ngrams(normalise(request.text))


class SquareRootNorm(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Divides each row by the square root of its l2 norm; a row of zeros stays as it is.

    Half way between no normalising and l2: a clause that names the cause is drowned less by the rest of a
    long text, and a long text still does not shout (experiments/2026-11-25-real-texts).
    """

    def fit(self, X: sp.csr_matrix, y: Any = None) -> Self:
        """Learn nothing but the number of columns."""
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: sp.csr_matrix) -> sp.csr_matrix:
        """Return a matrix of the same shape."""
        norms = sp.linalg.norm(X, axis=1)
        return (sp.diags_array(1.0 / np.sqrt(np.where(norms > 0, norms, 1.0))) @ X).tocsr()


def gram_block(analyzer: Callable[[TriageRequest], list[str]], min_df: int) -> Pipeline:
    """Sublinear TF-IDF of one kind of n-grams."""
    tfidf = TfidfVectorizer(analyzer=analyzer, min_df=min_df, sublinear_tf=True, norm=None)
    return make_pipeline(tfidf, SquareRootNorm())


class ConceptCounts(TransformerMixin, BaseEstimator):
    """Which lexicon concepts a text names: 1 where named, by concept and negated twin."""

    def fit(self, requests: Sequence[TriageRequest], y: Any = None) -> Self:
        """Fix the order of the concepts."""
        self.names_ = shipped_lexicon().feature_names
        return self

    def transform(self, requests: Sequence[TriageRequest]) -> sp.csr_matrix:
        """Return a matrix of shape (n_requests, 2 × n_concepts)."""
        columns = {name: column for column, name in enumerate(self.names_)}
        lexicon = shipped_lexicon()
        rows, cols = [], []
        for row, request in enumerate(requests):
            text = normalise(request.text)
            for name in concept_names(text, lexicon.mentions(text)):
                rows.append(row)
                cols.append(columns[name])
        return sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(requests), len(columns)))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the concept names in column order."""
        return np.asarray(self.names_, dtype=object)


class FieldFeatures(TransformerMixin, BaseEstimator):
    """Structured fields: one-hot for categories, standardised and clipped numbers.

    A missing field, and a category unseen in fitting, contributes nothing (all zeros).
    """

    def fit(self, requests: Sequence[TriageRequest], y: Any = None) -> Self:
        """Learn the levels of the categories, and mean and deviation of the numbers present."""
        self.levels_ = {
            name: sorted({str(value) for r in requests if (value := getattr(r, name)) is not None})
            for name in CATEGORICAL
        }
        self.mean_, self.scale_ = {}, {}
        for name, number in NUMERIC.items():
            present = np.array([x for r in requests if (x := number(r)) is not None], dtype=float)
            self.mean_[name] = float(present.mean()) if present.size else 0.0
            self.scale_[name] = (float(present.std()) if present.size else 0.0) or 1.0
        self.names_ = [f"{name}={level}" for name in CATEGORICAL for level in self.levels_[name]]
        self.names_ += list(NUMERIC)
        return self

    def transform(self, requests: Sequence[TriageRequest]) -> sp.csr_matrix:
        """Return a matrix of shape (n_requests, n_levels + n_numbers)."""
        columns = {name: column for column, name in enumerate(self.names_)}
        dense = np.zeros((len(requests), len(columns)))
        for row, request in enumerate(requests):
            for name in CATEGORICAL:
                column = columns.get(f"{name}={getattr(request, name)}")
                if column is not None:
                    dense[row, column] = 1.0
            for name, number in NUMERIC.items():
                if (value := number(request)) is not None:
                    scaled = (value - self.mean_[name]) / self.scale_[name]
                    dense[row, columns[name]] = min(max(scaled, -CLIP), CLIP)
        return sp.csr_matrix(dense)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the column names."""
        return np.asarray(self.names_, dtype=object)


def make_features(
    *, word_weight: float, char_weight: float, concept_weight: float, field_weight: float, min_df: int
) -> FeatureUnion:
    """Join the four blocks; the fields stand last, where the fault head bounds them."""
    return FeatureUnion(
        [
            ("word", gram_block(request_words, min_df)),
            ("char", gram_block(request_chars, min_df)),
            ("concept", ConceptCounts()),
            ("field", FieldFeatures()),
        ],
        transformer_weights={
            "word": word_weight,
            "char": char_weight,
            "concept": concept_weight,
            "field": field_weight,
        },
    )
