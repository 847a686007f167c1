"""The compiled model as data: what the scorer looks up by name, and the numbers it finds there."""

from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class ScorerTables(msgspec.Struct, frozen=True, kw_only=True):
    """What the scorer looks up by name; stored as JSON beside the arrays."""

    words: list[str]
    chars: list[str]
    concepts: list[str]
    fields: list[str]
    field_mean: dict[str, float]
    field_scale: dict[str, float]
    field_bound: float
    fault_inverse_temperature: float
    resolution_inverse_temperature: float


@dataclass(frozen=True, kw_only=True)
class ScorerArrays:
    """The numbers; rows are features, columns are 6 fault logits, then 7 resolution logits.

    Fault columns are centred over the six labels (softmax does not see it), so a coefficient reads as
    what a feature does for one label against the average of all.

    Attributes
    ----------
    gram : (n_words + n_chars, 13), idf and block weight folded in.
    squared_idf : (n_words + n_chars,), for the l2 norm of each block.
    concept : (n_concepts, 13).
    field : (n_fields, 13).
    by_fault : (6, 7), what the fault probabilities add to the resolution logits.
    intercept : (13,), minus infinity for a resolution never seen in training.
    """

    gram: Floats
    squared_idf: Floats
    concept: Floats
    field: Floats
    by_fault: Floats
    intercept: Floats
