"""The operating point: from which confidence on a category may be decided without a person."""

from typing import Literal

import msgspec

from model.taxonomy import FaultCategory

NEVER_AUTOMATED = frozenset({FaultCategory.LIKELY_ABUSE.value})
"""Categories no calibration may automate: an accusation needs a person (handbook, 'must never happen')."""

CategoryMode = Literal["automate", "suggest"]


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds with the sentence they keep and the data they come from.

    Attributes
    ----------
    sentence : e.g. ``precision >= 0.95 with confidence 0.90``.
    thresholds : by category the smallest six-label probability that may be automated; None = never.
    p_values : by category the p-value of the chosen threshold.
    calibrated_on : where the rows come from (``seed``: written requests, no traffic).
    data_hash : SHA-256 over the calibration rows.
    n_rows : how many there were.
    min_familiarity : share of known character pairs below which a text is unlike anything seen.
    max_outside : probability of `none` from which a text goes to review as outside the taxonomy.
    """

    sentence: str
    thresholds: dict[str, float | None]
    p_values: dict[str, float | None]
    calibrated_on: str
    data_hash: str
    n_rows: int
    min_familiarity: float
    max_outside: float

    def automates(self, category: str, probability: float) -> bool:
        """Tell whether this probability of this category is past its threshold."""
        threshold = self.thresholds.get(category)
        return category not in NEVER_AUTOMATED and threshold is not None and probability >= threshold
