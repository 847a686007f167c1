"""Which cases are looked at in a special way; the same refund id is always drawn or never."""

import hashlib
from dataclasses import dataclass

SCALE = 2**64


def drawn(refund_id: str, purpose: str, share: float) -> bool:
    """Tell whether a refund id belongs to the sample of `purpose`.

    A hash, not a random number: a repeated request, another process or another day draws the same cases, and
    nobody can send a request again until it is not drawn.
    """
    if share <= 0:
        return False
    digest = hashlib.sha256(f"{purpose}\0{refund_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * SCALE


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """The shop's shares.

    Attributes
    ----------
    audit_share : of the automated cases, decided again by a person who does not know it.
    blind_share : of the other cases, shown without the model's answer too, so that a blind case does not
        give itself away as an audit.
    second_opinion_share, second_opinion_above_fen : cases that two people decide independently.
    """

    audit_share: float = 0.02
    blind_share: float = 0.02
    second_opinion_share: float = 0.0
    second_opinion_above_fen: int | None = None

    def is_audited(self, refund_id: str) -> bool:
        """Tell whether an automated case is drawn for an audit."""
        return drawn(refund_id, "audit", self.audit_share)

    def is_blind(self, refund_id: str) -> bool:
        """Tell whether a doubtful case is shown without the model's answer."""
        return drawn(refund_id, "blind", self.blind_share)

    def verdicts_needed(self, refund_id: str, amount_fen: int | None) -> int:
        """Return how many people must decide the case."""
        limit = self.second_opinion_above_fen
        if limit is not None and (amount_fen or 0) >= limit:
            return 2
        return 2 if drawn(refund_id, "second_opinion", self.second_opinion_share) else 1


SHIPPED = Sampling()
"""The shares a shop starts with."""
