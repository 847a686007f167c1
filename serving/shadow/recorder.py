"""Letting the challenger answer what the champion has answered, away from the request's path."""

import logging
import queue
import threading
from collections.abc import Sequence
from typing import Any

from prometheus_client import Counter
from sqlalchemy import Engine, insert

from model.triage import judge
from serving.champion import Champion
from serving.scoring.store import Case
from serving.shadow.tables import shadow_answers

logger = logging.getLogger(__name__)

SHADOWED = Counter("refund_triage_shadow_total", "Answers of the challenger", ["result"])
MAX_WAITING = 1_000
"""Cases that may wait for the challenger; more are passed over: the shadow must never slow the service."""

MAX_TOGETHER = 50


class ShadowRecorder:
    """One thread that judges stored cases with the challenger and stores its answers."""

    def __init__(self, engine: Engine, champion: Champion) -> None:
        self._engine = engine
        self._champion = champion
        self._queue: queue.Queue[Case | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def offer(self, case: Case) -> None:
        """Hand over a stored case; passed over where there is no challenger or too much waits."""
        if self._champion.challenger is None:
            return
        try:
            self._queue.put_nowait(case)
        except queue.Full:
            SHADOWED.labels("passed_over").inc()

    def _run(self) -> None:
        while True:
            cases, ended = self._gather()
            try:
                self._record(cases)
            except Exception as error:
                # Whatever it was: with this thread gone, a full queue would keep the service from ending.
                SHADOWED.labels("failed").inc(len(cases))
                logger.error("shadow: %s", type(error).__name__)
            if ended:
                return

    def _gather(self) -> tuple[list[Case], bool]:
        cases: list[Case] = []
        item = self._queue.get()
        while item is not None:
            cases.append(item)
            if len(cases) == MAX_TOGETHER or self._queue.empty():
                return cases, False
            item = self._queue.get()
        return cases, True

    def _record(self, cases: Sequence[Case]) -> None:
        challenger, current = self._champion.challenger, self._champion.current
        if challenger is None or current is None or not cases:
            return
        rows: list[dict[str, Any]] = []
        for case in cases:
            answer = judge(
                case.request,
                challenger.bundle,
                challenger.policy,
                now=case.received_at,
                triage_id=case.triage.triage_id,
                review_id="",
                # The champion's bounds: else the challenger would seem to automate what it never could.
                suggested=current.suggested,
                demoted=current.demoted,
                explained=False,
            )
            rows.append(
                {
                    "triage_id": case.triage.triage_id,
                    "model_version": answer.model_version,
                    "fault": answer.fault.category,
                    "confidence": answer.fault.confidence,
                    "resolution": answer.resolution.recommended,
                    "route": answer.route,
                    "created_at": case.received_at,
                }
            )
        with self._engine.begin() as connection:
            connection.execute(insert(shadow_answers), rows)
        SHADOWED.labels("stored").inc(len(rows))
