"""Looking, every few seconds, at what may change beside the requests: pointers and live error."""

import logging
import random
import threading
from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)

JITTER = 0.25
"""Share by which each wait varies, so that many processes do not load a new model in the same instant."""


class Watcher:
    """One thread that runs its looks in turn; a look that fails is logged and tried again next time."""

    def __init__(self, looks: Sequence[Callable[[], None]], every_seconds: float) -> None:
        self._looks = looks
        self._every_seconds = every_seconds
        # Its own generator: the process-wide one belongs to whoever seeds it.
        self._jitter = random.Random()  # noqa: S311
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the look under way."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every_seconds * self._jitter.uniform(1 - JITTER, 1 + JITTER)):
            for look in self._looks:
                try:
                    look()
                except Exception as error:
                    # Whatever it is, the service goes on with what it has.
                    logger.error("%s: %s", getattr(look, "__name__", "look"), error)
