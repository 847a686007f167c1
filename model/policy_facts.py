"""The facts a policy may ask for: the request's own fields, and what follows from them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from model.request import TriageRequest
from model.taxonomy import FAULTS, RESOLUTIONS, LogisticsStatus, Platform, ServiceType
from model.terms import make_terms
from model.text import normalise

Facts = dict[str, Any]
Condition = Callable[[Facts], bool]

DELIVERED = LogisticsStatus.DELIVERED
UNDERWAY = frozenset({LogisticsStatus.NOT_SHIPPED, LogisticsStatus.IN_TRANSIT, LogisticsStatus.LOST})
ANYTHING_ELSE = "其他"
"""The kind of goods that says nothing; it counts as a missing one."""


NOTHING: frozenset[str] = frozenset()


class Fact(NamedTuple):
    """What kind of value a fact has; `values` is the closed set of a code, where it has one."""

    kind: Literal["code", "number", "flag", "names"]
    values: tuple[str, ...] | None = None


FACTS: dict[str, Fact] = {
    "fault": Fact("code", FAULTS),
    "recommended": Fact("code", RESOLUTIONS),
    "service_type": Fact("code", tuple(ServiceType)),
    "logistics_status": Fact("code", tuple(LogisticsStatus)),
    "platform": Fact("code", tuple(Platform)),
    "product_category": Fact("code"),
    "reason_code": Fact("code"),
    "sku_id": Fact("code"),
    "courier": Fact("code"),
    "shop_id": Fact("code"),
    "amount_fen": Fact("number"),
    "refund_amount_fen": Fact("number"),
    "order_amount_fen": Fact("number"),
    "evidence_count": Fact("number"),
    "days_since_delivery": Fact("number"),
    "buyer_account_age_days": Fact("number"),
    "buyer_orders_90d": Fact("number"),
    "buyer_refunds_90d": Fact("number"),
    "refund_rate_90d": Fact("number"),
    "goods_received": Fact("flag"),
    "no_reason_return_eligible": Fact("flag"),
    "received": Fact("flag"),
    "no_reason": Fact("flag"),
    "in_stock": Fact("flag"),
    "goods": Fact("names"),
    "mentions": Fact("names"),
}
"""Every fact by name; docs/policy.md says what the derived ones mean (a test keeps the two equal)."""


class WordGroups:
    """Finds which groups of words a string names; a longer word hides the shorter ones inside it."""

    def __init__(self, groups: Mapping[str, Iterable[str | int]]) -> None:
        by_word: dict[str, set[str]] = {}
        for group, words in groups.items():
            for word in words:
                by_word.setdefault(normalise(str(word)), set()).add(group)
        self._terms, terms = make_terms(by_word)
        self._groups = [frozenset(by_word[term]) for term in terms]

    def find(self, text: str) -> frozenset[str]:
        """Return the groups named in a normalised text."""
        found = self._terms.longest(text)
        return frozenset().union(*[self._groups[number] for _, _, number in found]) if found else NOTHING


def was_received(request: TriageRequest) -> bool | None:
    """Tell whether the goods are, or were, with the buyer; None where nothing says so.

    Policy: a buyer who says that nothing came is believed, and so is a platform that sees the parcel still
    on its way, lost or never sent. Only then does a delivery by the platform's account count.
    """
    if request.goods_received is False or request.logistics_status in UNDERWAY:
        return False
    if request.goods_received or request.logistics_status == DELIVERED:
        return True
    return None


def amount_of(request: TriageRequest) -> int | None:
    """Return the money asked for, else that of the order."""
    return request.order_amount_fen if request.refund_amount_fen is None else request.refund_amount_fen


def gather(
    request: TriageRequest,
    *,
    fault: str,
    goods: frozenset[str],
    mentions: frozenset[str],
    in_stock: bool | None,
) -> Facts:
    """Return every fact but `no_reason` and `recommended`, which depend on the policy; None is missing."""
    facts: Facts = msgspec.structs.asdict(request)
    if request.product_category == ANYTHING_ELSE:
        facts["product_category"] = None
    orders, refunds = request.buyer_orders_90d, request.buyer_refunds_90d
    facts["fault"] = fault
    facts["goods"] = goods
    facts["mentions"] = mentions
    facts["in_stock"] = in_stock
    facts["amount_fen"] = amount_of(request)
    facts["refund_rate_90d"] = None if orders is None or refunds is None else refunds / (orders + 1.0)
    facts["received"] = was_received(request)
    return facts


def no_reason_return(facts: Facts, within_days: float, not_covered: Condition) -> bool | None:
    """Tell whether the goods may go back without a reason now; None where it cannot be told.

    Policy: the platform's own word counts first. Goods the law leaves out are not covered. All others are
    covered for `within_days` days after delivery.
    """
    eligible: bool | None = facts["no_reason_return_eligible"]
    if eligible is not None:
        return eligible
    if not_covered(facts):
        return False
    days: float | None = facts["days_since_delivery"]
    return None if days is None else days <= within_days
