"""The rules of demotion: when a category loses its automation."""

import re
from dataclasses import dataclass

from model.operating_point import OperatingPoint
from serving.live_error.bounds import interval

DEFAULT_PROMISE = 0.05


@dataclass(frozen=True, kw_only=True)
class LiveError:
    """What the audit sample says of one automated category under one model."""

    category: str
    model_version: str
    n_audited: int
    n_wrong: int
    lower_bound: float
    upper_bound: float
    promised_rate: float

    @property
    def breaks_promise(self) -> bool:
        """Whether the wrongly-automated rate is above the promise beyond doubt."""
        return self.lower_bound > self.promised_rate


def promised_rate(point: OperatingPoint) -> float:
    """Return the wrongly-automated rate the operating point's sentence promises to stay below."""
    found = re.search(r"precision >= (0?\.\d+)", point.sentence)
    return round(1 - float(found[1]), 9) if found else DEFAULT_PROMISE


def live_error(category: str, model_version: str, n_audited: int, n_wrong: int, promise: float) -> LiveError:
    """Put the counts of a category beside its promise."""
    low, high = interval(n_wrong, n_audited)
    return LiveError(
        category=category,
        model_version=model_version,
        n_audited=n_audited,
        n_wrong=n_wrong,
        lower_bound=low,
        upper_bound=high,
        promised_rate=promise,
    )
