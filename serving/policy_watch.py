"""The policy file in force: a change counts within a twentieth of a second, without a restart."""

import logging
import os
import threading
import time
from pathlib import Path

from model.errors import PolicyError
from model.policy import Policy, read_policy

logger = logging.getLogger(__name__)

Stamp = tuple[int, int, int]

LOOK_SECONDS = 0.05
"""How often the file is looked at, at most: a `stat` for each answer is 3 % of its time."""


class PolicyFile:
    """Holds the compiled policy and takes up the file again when it has changed.

    A file that cannot be used leaves the policy before it in force; `last_error` says why until the file is
    right again.
    """

    def __init__(self, path: Path, look_seconds: float = LOOK_SECONDS) -> None:
        self._path = path
        self._look_seconds = look_seconds
        self._looked_at = float("-inf")
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._policy: Policy | None = None
        self.last_error: str | None = None

    def current(self) -> Policy:
        """Return the policy in force.

        Raises
        ------
        PolicyError
            When there has never been a usable one.
        """
        now = time.monotonic()
        if now - self._looked_at >= self._look_seconds or self._policy is None:
            self._looked_at = now
            if self._policy is None or self._look() != self._stamp:
                self._take_up()
        if self._policy is None:
            raise PolicyError(self.last_error or f"{self._path}: not read yet")
        return self._policy

    def _look(self) -> Stamp | None:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        # An editor that writes aside and renames keeps neither the inode nor always the size.
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _take_up(self) -> None:
        with self._lock:
            stamp = self._look()
            if stamp == self._stamp and self._policy is not None:
                return  # another thread was here first
            try:
                policy = read_policy(self._path)
            except PolicyError as error:
                self.last_error = str(error)
                logger.error("policy not taken up: %s", error)
            else:
                if self._policy is None or policy.version != self._policy.version:
                    logger.info("policy %s from %s", policy.version, self._path)
                self._policy = policy
                self.last_error = None
            # Stamped before the reading: what was written meanwhile is seen at the next look.
            self._stamp = stamp
