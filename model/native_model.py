"""The compiled model in the native kernel (model/native/model.c)."""

from collections.abc import Mapping, Sequence
from types import ModuleType

import numpy as np

from model.compiled import ScorerArrays, ScorerTables
from model.linear_model import Judged, TextGrams
from model.ngrams import vocabulary_keys


class NativeModel:
    """See `model.linear_model.LinearModel`. The kernel keeps its own copy of the numbers."""

    def __init__(self, kernel: ModuleType, tables: ScorerTables, arrays: ScorerArrays) -> None:
        self._model = kernel.Model(
            tables.words,
            len(tables.chars),
            vocabulary_keys(tables.chars),
            np.ascontiguousarray(arrays.gram, dtype=np.float64),
            np.ascontiguousarray(arrays.squared_idf, dtype=np.float64),
            len(arrays.concept),
            np.ascontiguousarray(arrays.concept, dtype=np.float64),
            len(arrays.field),
            np.ascontiguousarray(arrays.field, dtype=np.float64),
            np.ascontiguousarray(arrays.by_fault, dtype=np.float64),
            np.ascontiguousarray(arrays.intercept, dtype=np.float64),
            tables.field_bound,
            tables.fault_inverse_temperature,
            tables.resolution_inverse_temperature,
        )

    def judge(
        self, text: str, words: list[str], concepts: Sequence[int], fields: Mapping[int, float]
    ) -> Judged:
        """See `LinearModel`."""
        fault, resolution, familiarity, *grams = self._model.score(text, words, concepts, fields)
        return Judged(fault, resolution, familiarity, TextGrams(*grams))

    def word_weights(self, text: str, words: list[str], grams: TextGrams, column: int) -> dict[str, float]:
        """See `LinearModel`."""
        found: dict[str, float] = self._model.word_weights(
            text, words, grams.row_bytes, grams.weight_bytes, column
        )
        return found
