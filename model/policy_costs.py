"""What each resolution costs the shop under each fault, as numbers to multiply probabilities with.

Counted in fen against a sale that nobody complained of; the formulas stand in docs/policy.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import msgspec
import numpy as np
import numpy.typing as npt

from model.policy_form import Costs, FaultCosts, Faults, FaultTerms
from model.taxonomy import FAULT_LABELS, FAULTS, RESOLUTIONS, LogisticsStatus

Floats = npt.NDArray[np.float64]


class Whereabouts(IntEnum):
    """Where the goods are; costs differ. They are with the buyer unless something speaks against it."""

    SHOP = 0
    COURIER = 1
    BUYER = 2
    BACK = 3

    @classmethod
    def of(cls, logistics_status: str | None, received: bool | None) -> "Whereabouts":
        """Read it off the request."""
        if logistics_status == LogisticsStatus.NOT_SHIPPED:
            return cls.SHOP
        if logistics_status == LogisticsStatus.RETURNED:
            return cls.BACK
        return cls.COURIER if received is False else cls.BUYER


@dataclass(frozen=True, kw_only=True)
class CostTable:
    """Costs are linear in the amount: `per_fen × amount + fixed_fen`.

    Attributes
    ----------
    per_fen, fixed_fen : (4 whereabouts, 7 resolutions, 6 fault labels).
    lost_customer_fen, lost_customer_share : what a buyer costs whom the resolution does not settle.
    unknown_amount_fen : reckoned with where a request names no amount.
    """

    per_fen: Floats
    fixed_fen: Floats
    lost_customer_fen: float
    lost_customer_share: float
    unknown_amount_fen: int

    def settle(self, where: Whereabouts, amount_fen: float) -> Floats:
        """Return what carrying out each resolution costs under each fault label, shape (7, 6)."""
        costs: Floats = self.per_fen[where] * amount_fen + self.fixed_fen[where]
        return costs

    def lose_customer(self, amount_fen: float, settles: Sequence[float]) -> list[float]:
        """Return what the buyers cost whom a resolution does not settle.

        Parameters
        ----------
        settles : (7,) probability that the resolution settles the case.
        """
        customer = self.lost_customer_fen + self.lost_customer_share * amount_fen
        return [(1.0 - probability) * customer for probability in settles]


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """The resolutions of one request, priced.

    Attributes
    ----------
    costs : (7, 6) of carrying out each resolution under each fault label.
    settled : (7,) expected over the faults, where the buyer is content with it.
    expected : (7,) the same with the customers that are lost over it; what is compared.
    """

    costs: Floats
    settled: list[float]
    expected: list[float]

    def of_best(self, allowed: Sequence[int]) -> int:
        """Return the expected cost of the first of `allowed`, which is sorted by it."""
        return round(self.expected[allowed[0]]) if allowed else 0

    def to_runner_up(self, allowed: Sequence[int]) -> int:
        """Return how much more the second costs."""
        return round(self.expected[allowed[1]] - self.expected[allowed[0]]) if len(allowed) > 1 else 0

    def expected_loss(self, allowed: Sequence[int], fault: Floats) -> int:
        """Return what being wrong is expected to cost.

        About the fault: how much the choice costs more than what would be chosen, were the fault known.
        About the buyer: the customer who is lost where the choice does not settle the case.
        """
        if not allowed:
            return 0
        lost = [self.expected[row] - self.settled[row] for row in allowed]
        every = self.costs.take(allowed, axis=0) + np.array(lost)[:, None]
        return round(float((every[0] - np.minimum.reduce(every)) @ fault) + lost[0])

    def at_risk(self, allowed: Sequence[int], on_timeout: int) -> int:
        """Return how much more the shop pays when silence decides, and the buyer gets what was asked for.

        Both prices are without the risk of losing the customer, so that what waiting loses is money.
        """
        if not allowed:
            return round(self.settled[on_timeout])
        return max(0, round(self.settled[on_timeout]) - round(self.settled[allowed[0]]))


def make_cost_table(costs: Costs, faults: Faults) -> CostTable:
    """Work the table out once, when the policy is loaded."""
    shape = (len(Whereabouts), len(RESOLUTIONS), len(FAULT_LABELS))
    per_fen, fixed_fen = np.zeros(shape), np.zeros(shape)
    for column, label in enumerate(FAULT_LABELS):
        shares: FaultCosts = getattr(costs.by_fault, label)
        # What fits no fault is the shop's courtesy: the buyer pays as for an own mistake.
        terms: FaultTerms = getattr(faults, label if label in FAULTS else "buyer_error")
        for where in Whereabouts:
            for row, cost in enumerate(_column(where, costs, shares, terms)):
                per_fen[where, row, column], fixed_fen[where, row, column] = cost
    return CostTable(
        per_fen=per_fen,
        fixed_fen=fixed_fen,
        lost_customer_fen=float(costs.lost_customer_fen),
        lost_customer_share=costs.lost_customer_percent / 100,
        unknown_amount_fen=costs.unknown_amount_fen,
    )


def _column(
    where: Whereabouts, costs: Costs, shares: FaultCosts, terms: FaultTerms
) -> list[tuple[float, float]]:
    """Share of the amount and fixed fen of each resolution, in the order of RESOLUTIONS.

    Policy: what the courier pays is a share of what was lost, once the goods have left the shop. Goods that
    come back are worth their resale share; goods that never left are worth all.
    """
    goods = costs.goods_percent / 100
    claim = 0.0 if where == Whereabouts.SHOP else goods * shares.courier_pays_percent / 100
    resale = goods * shares.resale_percent / 100
    back = {Whereabouts.SHOP: goods, Whereabouts.BACK: resale}.get(where, 0.0)
    new = goods * (shares.reship_percent / 100 if where == Whereabouts.BUYER else 1.0)
    partial, repair = terms.partial_refund_percent / 100, shares.repair_percent / 100
    overturned = shares.refusal_overturned_percent / 100
    extra = terms.compensation_fen
    freight = 0 if terms.freight_payer == "buyer" else costs.freight_fen
    return [
        (1 - back - claim, 0),
        (1 - resale - claim, freight + costs.handling_fen + extra),
        (goods - resale - claim, 2 * freight + costs.handling_fen + extra),
        (new - back - claim, costs.freight_fen + extra),
        (partial * (1 - claim), 0),
        (repair * (1 - claim), 2 * freight + costs.handling_fen + extra),
        (overturned * (1 - claim), overturned * costs.wrong_refusal_fen),
    ]
