"""What the service tells Prometheus: /metrics.

Counters and histograms are summed over the worker processes through files in the data folder
(`share_between_workers`); what describes the queue or the model is read at the moment of the scrape.
"""

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import Connection

from serving.champion import Champion
from serving.dependencies import reading_connection
from serving.guarantee import guarantee_gauge
from serving.review import queue

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client reads it when it is first imported; set means several processes count together."""

request_seconds = Histogram(
    "refund_triage_request_seconds",
    "Time from the first byte of the body to the answer.",
    ["endpoint"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0),
)
judged = Counter(
    "refund_triage_judged", "Requests judged, by what became of them and by category.", ["route", "category"]
)
"""Use `judged_as`: looking a label's counter up costs more than counting."""

commit_cases = Histogram(
    "refund_triage_commit_cases",
    "Cases that shared one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024),
)

router = APIRouter(tags=["operations"])


@cache
def judged_as(route: str, category: str) -> Counter:
    """Return the counter of one outcome."""
    return judged.labels(route, category)


def share_between_workers(home: Path) -> None:
    """Let all workers that this process starts count together; call before anything is counted."""
    folder = home.resolve() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)  # files of processes long gone
    folder.mkdir(parents=True)
    os.environ[FOLDER_VARIABLE] = str(folder)


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def metrics(request: Request, connection: Annotated[Connection, Depends(reading_connection)]) -> Response:
    """Give every figure in Prometheus' text format."""
    now = CollectorRegistry()
    now.register(Present(request.app.state.champion, connection, request.app.state.settings.home))
    counted: CollectorRegistry = REGISTRY
    if FOLDER_VARIABLE in os.environ:
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return Response(generate_latest(counted) + generate_latest(now), media_type=CONTENT_TYPE_LATEST)


class Present:
    """What holds at the moment of the scrape: the queue and the model in charge."""

    def __init__(self, champion: Champion, connection: Connection, home: Path) -> None:
        self._champion = champion
        self._home = home
        self._connection = connection

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        waiting = GaugeMetricFamily("refund_triage_open_reviews", "Open reviews.", labels=["state"])
        oldest = GaugeMetricFamily(
            "refund_triage_oldest_deadline_timestamp_seconds",
            "When the platform's clock runs out for the most urgent open review.",
        )
        backlog = queue.backlog(self._connection)
        for state, (count, _) in backlog.items():
            waiting.add_metric([state], count)
        if deadlines := [respond_by for _, respond_by in backlog.values() if respond_by is not None]:
            oldest.add_metric([], min(deadlines).timestamp())
        yield waiting
        yield oldest
        model = GaugeMetricFamily(
            "refund_triage_model_info", "The model and policy in charge.", labels=["model", "policy"]
        )
        if (judgement := self._champion.current) is not None:
            model.add_metric([judgement.bundle.model_version, judgement.policy.version], 1)
            yield guarantee_gauge(self._home, judgement.bundle.model_version)
        yield model
