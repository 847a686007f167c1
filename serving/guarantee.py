"""Shows whether the promise of the operating point still applies to what comes in."""

import logging
from pathlib import Path
from typing import Any

from prometheus_client.metrics_core import GaugeMetricFamily

from model.guarantee import WARNING, Guarantee, GuaranteeError, read_guarantee

logger = logging.getLogger(__name__)


def current_guarantee(home: Path, model_version: str) -> Guarantee | None:
    """Return the finding about the model in charge; one about another model says nothing of this one."""
    try:
        found = read_guarantee(home)
    except GuaranteeError as error:
        logger.error("%s", error)
        return None
    return found if found is not None and found.model_version == model_version else None


def guarantee_gauge(home: Path, model_version: str) -> GaugeMetricFamily:
    """Return the finding as a metric."""
    found = current_guarantee(home, model_version)
    gauge = GaugeMetricFamily(
        "refund_triage_guarantee_applies",
        "1 while requests look like those calibrated on, 0 once they do not, -1 where nobody knows.",
    )
    gauge.add_metric([], -1 if found is None or found.applies is None else int(found.applies))
    return gauge


def guarantee_fields(home: Path, model_version: str) -> dict[str, Any]:
    """Return what /readyz and /v1/model say of the guarantee."""
    found = current_guarantee(home, model_version)
    if found is None:
        return {"applies": None, "checked_at": None, "warning": None}
    return {
        "applies": found.applies,
        "checked_at": found.checked_at,
        "n_cases": found.n_cases,
        "evidence": found.evidence,
        "limit": found.limit,
        "warning": WARNING["en"] if found.applies is False else None,
    }


def banner(home: Path, model_version: str, language: str) -> str | None:
    """Return the sentence for the top of the review page, None where there is nothing to warn of."""
    found = current_guarantee(home, model_version)
    return WARNING[language] if found is not None and found.applies is False else None
