"""The two statistics of the reports."""

import math
from collections import Counter
from collections.abc import Sequence

Z_95 = 1.959963984540054


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share; (0, 1) where nothing was tried."""
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    spread = Z_95 * math.sqrt(share * (1 - share) / trials + Z_95**2 / (4 * trials**2))
    centre = share + Z_95**2 / (2 * trials)
    scale = 1 + Z_95**2 / trials
    return max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two people's answers; None where chance alone would agree always."""
    total = len(pairs)
    if not total:
        return None
    observed = sum(left == right for left, right in pairs) / total
    lefts, rights = (Counter(side) for side in zip(*pairs, strict=True))
    chance = sum(lefts[name] * rights[name] for name in lefts) / total**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
