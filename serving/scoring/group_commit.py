"""Answers are stored before they are sent: requests waiting at the same moment share one commit."""

import asyncio
import logging
import queue
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from serving.review.sampling import SHIPPED, Sampling
from serving.scoring.statements import transaction
from serving.scoring.store import Case, StoredAnswer, store_cases

logger = logging.getLogger(__name__)

Waiting = tuple[Case, asyncio.AbstractEventLoop, "asyncio.Future[StoredAnswer]"]


class GroupCommit:
    """One thread that stores what has gathered while the last commit was under way.

    No request waits on purpose: at low load a transaction holds one case, under load as many as came in
    meanwhile. A case that cannot be stored fails alone; its neighbours are stored without it.
    """

    def __init__(self, engine: Engine, max_cases: int, sampling: Sampling = SHIPPED) -> None:
        self._engine = engine
        self._sampling = sampling
        self._max_cases = max_cases
        self._turns: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
        self._queue: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._waiting: list[Waiting] = []
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._connection: Connection | None = None
        self.on_commit: Any = lambda size: None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Store what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    async def store(self, case: Case) -> StoredAnswer:
        """Store one case; returns when it is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[StoredAnswer] = loop.create_future()
        turn = self._turns.get(loop)
        if turn is None:
            turn = self._turns[loop] = []
            # After everything that is ready now: what arrived together is judged first and then handed over
            # at once, where a thread woken by the first case would commit that one alone.
            loop.call_soon(self._hand_over, loop)
        turn.append((case, loop, future))
        return await future

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self._queue.put(self._turns.pop(loop))

    def _run(self) -> None:
        while True:
            batch = self._gather()
            if not batch:
                return
            try:
                self._commit(batch)
            except Exception:
                # Whatever it was, the cases that come next must still find somebody to store them.
                logger.exception("a group commit broke down")

    def _gather(self) -> list[Waiting]:
        """Wait for cases; return those that wait by now, at most as many as may share a commit."""
        while not self._ended and len(self._waiting) < self._max_cases:
            try:
                turn = self._queue.get(block=not self._waiting)
            except queue.Empty:
                break
            self._ended = turn is None
            self._waiting += turn or []
        batch, self._waiting = self._waiting[: self._max_cases], self._waiting[self._max_cases :]
        return batch

    def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            answers = self._store([case for case, _, _ in batch])
        except OperationalError as error:
            # The database does not answer: each case alone would wait for it again.
            _resolve(batch, [error] * len(batch))
        except Exception as error:
            if len(batch) == 1:
                _resolve(batch, [error])
                return
            for waiting in batch:
                self._commit([waiting])
        else:
            self.on_commit(len(batch))
            _resolve(batch, answers)

    def _store(self, cases: Sequence[Case]) -> list[StoredAnswer]:
        """Store cases through the connection that this thread keeps; one that was lost is made again once.

        Whether the lost one had committed does not matter: what is stored already gets its stored answer.
        """
        try:
            return self._try_to_store(cases)
        except OperationalError as error:
            if not error.connection_invalidated:
                raise
            logger.warning("the connection to the database was lost: %s", type(error.orig).__name__)
            return self._try_to_store(cases)

    def _try_to_store(self, cases: Sequence[Case]) -> list[StoredAnswer]:
        if self._connection is None:
            self._connection = self._engine.connect()
        with transaction(self._connection):
            return store_cases(self._connection, cases, self._sampling)


def _resolve(batch: Sequence[Waiting], results: Sequence[StoredAnswer | Exception]) -> None:
    """Hand every result to the event loop that waits for it, all of a loop in one call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[StoredAnswer], Any]]] = {}
    for (_, loop, future), result in zip(batch, results, strict=True):
        by_loop.setdefault(loop, []).append((future, result))
    for loop, pairs in by_loop.items():
        loop.call_soon_threadsafe(_set, pairs)


def _set(results: Sequence[tuple["asyncio.Future[StoredAnswer]", Any]]) -> None:
    """Resolve futures; one whose client has gone is cancelled already."""
    for future, result in results:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
