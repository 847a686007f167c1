"""Which case is next: money first, then time."""

from typing import NamedTuple


class Urgency(NamedTuple):
    """What the order depends on."""

    money_at_risk_fen: int
    on_timeout: str
    recommended: str | None


def rank(urgency: Urgency) -> int:
    """Return the place of a case in the queue; smaller is sooner.

    Silence counts as consent: when the platform's clock runs out it does `on_timeout` by itself. Where that
    is what would be recommended anyway nothing is lost and the case can wait: rank 0. Else the loss is
    `money_at_risk_fen`, and the case with the highest comes first. Equal ranks go by the nearest deadline,
    then by arrival. The rank knows no clock, so it can be stored with the case and indexed.
    """
    if urgency.recommended is not None and urgency.on_timeout == urgency.recommended:
        return 0
    return -max(urgency.money_at_risk_fen, 0)
