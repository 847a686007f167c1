"""Do incoming requests still look like those calibrated on? MAPIE's online martingale test.

The promise of the operating point holds for requests exchangeable with the calibration rows. Labels of
incoming requests are not known, their confidences are: a stream of confidences that is not exchangeable with
the reference shows that the requests are not either (the reverse cannot be shown without labels).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from mapie.exchangeability_testing import OnlineMartingaleTest
from sqlalchemy import DateTime, Float, column, create_engine, select, table

TEST_LEVEL = 0.01
"""Chance of ever warning, however long it runs, while nothing has changed."""

MIN_CASES = 100
"""Requests before the test says anything."""

MAX_CASES = 20_000
"""Requests looked at: one pass over them takes seconds, and a change shows within hundreds."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Outcome of the test: False once rejected, None with too few cases; evidence against its limit."""

    applies: bool | None
    evidence: float
    limit: float


def compare(reference: Sequence[float], incoming: Sequence[float], *, seed: int = 0) -> Finding:
    """Test whether `incoming`, in order of arrival, is exchangeable with `reference`.

    Each confidence is ranked among the reference and what came before (a conformal p-value, ties broken at
    random by `seed`); under exchangeability these are independent and uniform, so a martingale that bets on
    them passes 1/level with a chance of at most the level, at any time (Ville). The class's own `update`
    needs labels; its p-value and its jumper martingale do not and are used as they are.
    """
    test = OnlineMartingaleTest(
        test_method="jumper_martingale",
        test_level=TEST_LEVEL,
        burn_in=MIN_CASES,
        warn=False,
        random_state=seed,
    )
    scores = np.concatenate([np.asarray(reference, float), np.asarray(incoming, float)])
    for position in range(len(reference), len(scores)):
        p_value = test.compute_p_value(float(scores[position]), scores[:position])
        test.update_simple_jumper_martingale(p_value)
        test.pvalue_history.append(p_value)
    return Finding(
        applies=test.is_exchangeable,
        evidence=float(max(test.martingale_value_history, default=1.0)),
        limit=test.reject_threshold,
    )


def stored_confidences(url: str, model_version: str) -> tuple[list[float], datetime | None]:
    """Return the confidences of a model's newest stored answers in order of arrival, and the last's time."""
    triages = table(
        "triages", column("confidence", Float), column("model_version"), column("created_at", DateTime)
    )
    newest = (
        select(triages.c.confidence, triages.c.created_at)
        .where(triages.c.model_version == model_version)
        .order_by(triages.c.created_at.desc())
        .limit(MAX_CASES)
    )
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(newest).all()[::-1]
    finally:
        engine.dispose()
    last = rows[-1].created_at if rows else None
    # SQLite keeps no zone; the service stores UTC.
    return [row.confidence for row in rows], last and (last if last.tzinfo else last.replace(tzinfo=UTC))
