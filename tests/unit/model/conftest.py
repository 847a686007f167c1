"""Decisions of the policy on made-up opinions: no model needed."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from model.decision import Decision, Opinion
from model.policy import Policy
from model.request import request_from
from model.taxonomy import FAULT_LABELS, RESOLUTIONS
from model.text import normalise

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
Decide = Callable[..., Decision]


def opinion(
    fault: str, text: str = "", *, sure: float = 0.9, resolutions: Mapping[str, float] | None = None
) -> Opinion:
    """Make an opinion that is `sure` of a fault, the rest spread evenly; resolutions even by default."""
    p_fault = np.full(len(FAULT_LABELS), (1 - sure) / (len(FAULT_LABELS) - 1))
    p_fault[FAULT_LABELS.index(fault)] = sure
    weights = np.array([(resolutions or {}).get(name, 0.0 if resolutions else 1.0) for name in RESOLUTIONS])
    return Opinion(
        category=fault,
        fault=p_fault.tolist(),
        resolution=(weights / weights.sum()).tolist(),
        text=normalise(text),
        concepts=frozenset(),
    )


@pytest.fixture
def decide(policy: Policy) -> Decide:
    """Decide a request made of keyword fields under the shipped policy, or another."""

    def make(
        fault: str,
        text: str = "",
        *,
        under: Policy = policy,
        sure: float = 0.9,
        resolutions: Mapping[str, float] | None = None,
        language: str = "zh",
        **fields: Any,
    ) -> Decision:
        request = request_from({"refund_id": "R1", "text": text, **fields})
        return under.decide(
            request, opinion(fault, text, sure=sure, resolutions=resolutions), now=NOW, language=language
        )

    return make
