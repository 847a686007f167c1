"""The operating point: from which confidence on a category may be decided without a person."""

import re
from collections.abc import Set
from typing import Literal

import msgspec

from model.taxonomy import FAULTS, FaultCategory

NEVER_AUTOMATED = frozenset({FaultCategory.LIKELY_ABUSE.value})
"""Categories no calibration may automate: an accusation needs a person (handbook, 'must never happen')."""

CategoryMode = Literal["automate", "suggest", "never"]


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds with the sentences they keep and the data they come from.

    Attributes
    ----------
    sentence : e.g. ``precision >= 0.95 with confidence 0.90``, kept by every automated category.
    outside_sentence : e.g. ``outside automated <= 0.03 with confidence 0.90``, kept by all together.
    thresholds : by category the smallest six-label probability that may be automated; None = never.
    p_values : by category the p-value at the precision threshold.
    outside_threshold : chance of being right below which no category is automated, so that texts that fit
        none keep `outside_sentence`; already part of `thresholds`. None = the sentence cannot be kept, and
        then nothing is automated.
    outside_p_value : its p-value.
    calibrated_on : where the rows come from (``seed``: written requests, no traffic).
    data_hash : SHA-256 over the calibration rows.
    n_rows : how many there were.
    min_familiarity : share of known character pairs below which a text is unlike anything seen.
    reference : confidences of the calibration rows as they came, for the exchangeability test.
    """

    sentence: str
    outside_sentence: str
    thresholds: dict[str, float | None]
    p_values: dict[str, float | None]
    outside_threshold: float | None
    outside_p_value: float | None
    calibrated_on: str
    data_hash: str
    n_rows: int
    min_familiarity: float
    reference: list[float]

    def automates(self, category: str, probability: float) -> bool:
        """Tell whether this six-label probability of this category is past its threshold."""
        threshold = self.thresholds.get(category)
        return category not in NEVER_AUTOMATED and threshold is not None and probability >= threshold


def mode_of(category: str, point: OperatingPoint, suggested: Set[str]) -> CategoryMode:
    """Say what may happen to a category: automated past its threshold, only suggested, or never automated."""
    if category in NEVER_AUTOMATED or point.thresholds.get(category) is None:
        return "never"
    return "suggest" if category in suggested else "automate"


def categories_in(words: str) -> list[str]:
    """Read fault categories from a setting: names with commas, a JSON list, or `all`."""
    return list(FAULTS) if words.strip() == "all" else re.findall(r'[^\s,\[\]"]+', words)
