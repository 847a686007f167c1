"""A bound on an error rate that holds at every moment at once, so it may be looked at after each verdict.

An ordinary interval that is looked at again and again errs far more often than it says. This one is a
confidence sequence: the chance that it ever excludes the true rate, at whatever moment, is at most `alpha`.
A mixture of bets against each candidate rate m (Beta prior over the alternative) is a martingale if m is
true, and by Ville's inequality it reaches 1/alpha with probability at most alpha; all m at which it has not
make the interval (Robbins 1970; Howard et al., "Time-uniform, nonparametric, nonasymptotic confidence
sequences", 2021). Exact for right/wrong observations; no library is needed on the serving side.
"""

from math import inf, lgamma, log

PRIOR_WRONG, PRIOR_RIGHT = 0.5, 4.5
"""Beta prior over error rates: bets are placed as if about one in ten were wrong. Any prior is valid."""


def interval(wrong: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Return lower and upper bound of the error rate after `wrong` of `n` audited answers were wrong.

    Raises
    ------
    ValueError
        When the counts make no sense.
    """
    if not 0 <= wrong <= n or not 0 < alpha < 1:
        raise ValueError("0 <= wrong <= n and 0 < alpha < 1 must hold")
    if n == 0:
        return 0.0, 1.0
    rate = wrong / n
    low = _edge(wrong, n, alpha, 0.0, rate) if wrong else 0.0
    high = _edge(wrong, n, alpha, 1.0, rate) if wrong < n else 1.0
    return low, high


def _edge(wrong: int, n: int, alpha: float, outside: float, inside: float) -> float:
    """Bisect between a rejected rate and one that is not."""
    for _ in range(60):
        middle = (outside + inside) / 2
        if log_wealth(wrong, n, middle) >= -log(alpha):
            outside = middle
        else:
            inside = middle
    return outside


def log_wealth(wrong: int, n: int, rate: float) -> float:
    """Log of what the bets against `rate` have made of one coin."""
    right = n - wrong
    mixture = _log_beta(PRIOR_WRONG + wrong, PRIOR_RIGHT + right) - _log_beta(PRIOR_WRONG, PRIOR_RIGHT)
    if (rate <= 0 and wrong) or (rate >= 1 and right):
        return inf
    return mixture - (wrong * log(rate) if wrong else 0.0) - (right * log(1 - rate) if right else 0.0)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
