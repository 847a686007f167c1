"""What each resolution costs the shop under each fault, as numbers to multiply probabilities with.

Counted in fen against a sale that nobody complained of; the formulas stand in docs/policy.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from operator import add

import msgspec
import numpy as np
import numpy.typing as npt

from model.native import kernel
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
        if logistics_status in _whereabouts:
            return _whereabouts[logistics_status]
        return _at_courier if received is False else _at_buyer


_whereabouts = {
    LogisticsStatus.NOT_SHIPPED.value: Whereabouts.SHOP,
    LogisticsStatus.RETURNED.value: Whereabouts.BACK,
}
_at_courier, _at_buyer = Whereabouts.COURIER, Whereabouts.BUYER


@dataclass(frozen=True, kw_only=True)
class CostTable:
    """Costs are linear in the amount: `per_fen × amount + fixed_fen`.

    Attributes
    ----------
    by_whereabouts : for each of the four, the numbers of (2, 7 resolutions, 6 fault labels): share of the
        amount, then fixed fen; as bytes, which the native kernel reads as they are.
    lost_customer_fen, lost_customer_share : what a buyer costs whom the resolution does not settle.
    unknown_amount_fen : reckoned with where a request names no amount.
    """

    by_whereabouts: list[bytes]
    lost_customer_fen: float
    lost_customer_share: float
    unknown_amount_fen: int

    def price(
        self,
        where: Whereabouts,
        amount_fen: float,
        fault: list[float],
        settles: Sequence[float],
        added_fen: Sequence[tuple[int, float]] = (),
    ) -> "Prices":
        """Price the resolutions of one request.

        Parameters
        ----------
        fault : (6,) probabilities of the fault labels.
        settles : (7,) probability that the resolution settles the case.
        added_fen : resolution and what the rules put on top of its price.
        """
        table = self.by_whereabouts[where]
        settled = settle(table, amount_fen, fault)
        customer = self.lost_customer_fen + self.lost_customer_share * amount_fen
        on_top = [(1.0 - probability) * customer for probability in settles]
        expected = list(map(add, settled, on_top))
        for row, fen in added_fen:
            settled[row] += fen
            expected[row] += fen
            on_top[row] += fen
        return Prices(
            table=table, amount_fen=amount_fen, fault=fault, settled=settled, expected=expected, on_top=on_top
        )


class Prices(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The resolutions of one request, priced.

    Attributes
    ----------
    table, amount_fen, fault : what they are priced by, see `CostTable`.
    settled : (7,) expected over the faults, where the buyer is content with it.
    expected : (7,) the same with the customers that are lost over it; what is compared.
    on_top : (7,) what does not depend on the fault: customers lost, and what rules put on top.
    """

    table: bytes
    amount_fen: float
    fault: list[float]
    settled: list[float]
    expected: list[float]
    on_top: list[float]

    def of_best(self, allowed: Sequence[int]) -> int:
        """Return the expected cost of the first of `allowed`, which is sorted by it."""
        return round(self.expected[allowed[0]]) if allowed else 0

    def to_runner_up(self, allowed: Sequence[int]) -> int:
        """Return how much more the second costs."""
        return round(self.expected[allowed[1]] - self.expected[allowed[0]]) if len(allowed) > 1 else 0

    def expected_loss(self, allowed: list[int]) -> int:
        """Return what being wrong is expected to cost.

        About the fault: how much the choice costs more than what would be chosen, were the fault known.
        About the buyer: the customer who is lost where the choice does not settle the case.
        """
        if not allowed:
            return 0
        lost = self.expected[allowed[0]] - self.settled[allowed[0]]
        return round(regret(self.table, self.amount_fen, self.fault, self.on_top, allowed) + lost)

    def at_risk(self, allowed: Sequence[int], on_timeout: int) -> int:
        """Return how much more the shop pays when silence decides, and the buyer gets what was asked for.

        Both prices are without the risk of losing the customer, so that what waiting loses is money.
        """
        if not allowed:
            return round(self.settled[on_timeout])
        return max(0, round(self.settled[on_timeout]) - round(self.settled[allowed[0]]))


def _costs(table: bytes, amount_fen: float) -> Floats:
    per_fen, fixed_fen = np.frombuffer(table).reshape(2, len(RESOLUTIONS), len(FAULT_LABELS))
    return np.asarray(per_fen * amount_fen + fixed_fen)


def settle_in_numpy(table: bytes, amount_fen: float, fault: list[float]) -> list[float]:
    """Return what each of the seven resolutions is expected to cost, where the buyer is content with it."""
    settled: list[float] = (_costs(table, amount_fen) @ np.array(fault)).tolist()
    return settled


def regret_in_numpy(
    table: bytes, amount_fen: float, fault: list[float], on_top: list[float], allowed: list[int]
) -> float:
    """Return how much more the first of `allowed` is expected to cost than the best, were the fault known."""
    every = (_costs(table, amount_fen) + np.array(on_top)[:, None])[allowed]
    return float((every[0] - every.min(axis=0)) @ np.array(fault))


settle = kernel.settle if kernel else settle_in_numpy
regret = kernel.regret if kernel else regret_in_numpy


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
        by_whereabouts=[per_fen[where].tobytes() + fixed_fen[where].tobytes() for where in Whereabouts],
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
