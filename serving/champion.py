"""The model in charge: loaded beside the running one, verified, warmed, then swapped in one assignment."""

import contextlib
import ctypes
import gc
import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import Counter

from model import bundle as bundles
from model.bundle import Bundle
from model.errors import BundleError, RefundTriageError
from model.policy import SHIPPED_POLICY, Policy
from model.request import TriageRequest
from model.triage import judge
from serving.policy_watch import PolicyFile

logger = logging.getLogger(__name__)

POINTER = "champion"
"""File in the models folder that names the champion's folder; replaced atomically."""

CHALLENGER = "challenger"
"""File that names the model to run in shadow; may be missing."""

LOADS = Counter("refund_triage_model_loads_total", "Loads of a model", ["result"])


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A model and a policy that belong together for the length of one request.

    `suggested` are the fault categories that the shop lets the service only suggest, `demoted` those whose
    live error broke their promise: both go to a person.
    """

    bundle: Bundle
    policy: Policy
    suggested: frozenset[str] = frozenset()
    demoted: frozenset[str] = frozenset()


class Champion:
    """Holds the current judgement; readers take one reference and finish on it."""

    def __init__(
        self, models_folder: Path, policy_file: Path | None, suggested: frozenset[str] = frozenset()
    ) -> None:
        self._models_folder = models_folder
        self.policy_file = PolicyFile(policy_file or SHIPPED_POLICY)
        self._suggested = suggested
        self._lock = threading.Lock()
        self._current: Judgement | None = None
        self._demoted: frozenset[str] = frozenset()
        self.challenger: Judgement | None = None
        self.last_error: str | None = None
        self.challenger_error: str | None = None

    @property
    def current(self) -> Judgement | None:
        """The judgement in charge, with the policy as it is in its file now; None until the first load."""
        judgement = self._current
        if judgement is None:
            return None
        policy = self.policy_file.current()
        return judgement if policy is judgement.policy else replace(judgement, policy=policy)

    def load(self) -> Judgement:
        """Load, verify, warm and swap; on any failure the old model stays in charge.

        Raises
        ------
        BundleError, PolicyError
            When what is on disk cannot be trusted.
        """
        with self._lock:
            try:
                judgement = self._read(self._named_by(POINTER))
            except Exception as error:
                self.last_error = str(error)
                LOADS.labels("failed").inc()
                raise
            self._current = judgement
            self.last_error = None
            LOADS.labels("loaded").inc()
            # A full collection would walk every string of the model inside some buyer's request.
            gc.freeze()
            _give_memory_back()
            logger.info("champion %s, policy %s", judgement.bundle.model_version, judgement.policy.version)
            return judgement

    def look(self) -> None:
        """Load what the pointers name where it is not what runs; a load that failed is tried again."""
        wanted = self._named_by(POINTER)
        if wanted and (wanted != _version(self._current) or self.last_error):
            try:
                self.load()
            except RefundTriageError as error:
                logger.error("the champion stays %s: %s", _version(self._current), error)
        self._look_at_challenger()

    def _look_at_challenger(self) -> None:
        wanted = self._named_by(CHALLENGER)
        if wanted == _version(self.challenger):
            return
        if wanted is None or wanted == _version(self._current):
            self.challenger, self.challenger_error = None, None
            return
        try:
            self.challenger = self._read(wanted)
            self.challenger_error = None
        except RefundTriageError as error:
            self.challenger_error = str(error)
            logger.error("no challenger: %s", error)

    def set_demoted(self, demoted: frozenset[str]) -> None:
        """Route these categories to a person from the next request on."""
        with self._lock:
            self._demoted = demoted
            if self._current is not None and self._current.demoted != demoted:
                self._current = replace(self._current, demoted=demoted)

    def champion_folder(self) -> Path:
        """Folder the pointer names.

        Raises
        ------
        BundleError
            When no champion has been chosen yet.
        """
        version = self._named_by(POINTER)
        if version is None:
            raise BundleError(f"{self._models_folder} holds no champion yet: run `make train`")
        return self._models_folder / version

    def _named_by(self, pointer: str) -> str | None:
        try:
            return (self._models_folder / pointer).read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None

    def _read(self, model_version: str | None) -> Judgement:
        """Load a model beside the running one and let it answer once."""
        if model_version is None:
            raise BundleError(f"{self._models_folder} holds no champion yet: run `make train`")
        judgement = Judgement(
            bundle=bundles.load(self._models_folder / model_version),
            policy=self.policy_file.current(),
            suggested=self._suggested,
            demoted=self._demoted,
        )
        if judgement.bundle.model_version != model_version:
            raise BundleError(f"the pointer names {model_version}, its folder holds another model")
        warm(judgement)
        return judgement


def _give_memory_back() -> None:
    """Return to the system what loading (and the model before) has freed (4 MB)."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _version(judgement: Judgement | None) -> str | None:
    return judgement.bundle.model_version if judgement else None


def warm(judgement: Judgement) -> None:
    """Answer one request, so that every lazy table is made before the first buyer waits for it."""
    request = TriageRequest(refund_id="warm-up", text="杯子收到就碎了 箱子都瘪了")
    judge(
        request,
        judgement.bundle,
        judgement.policy,
        now=datetime.now(UTC),
        triage_id="warm-up",
        review_id="warm-up",
    )
