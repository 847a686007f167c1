"""The model in charge: loaded beside the running one, verified, warmed, then swapped in one assignment."""

import gc
import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from model import bundle as bundles
from model.bundle import Bundle
from model.errors import BundleError
from model.policy import SHIPPED_POLICY, Policy, read_policy
from model.request import TriageRequest
from model.triage import judge

logger = logging.getLogger(__name__)

POINTER = "champion"
"""File in the models folder that names the champion's folder; replaced atomically."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A model and a policy that belong together for the length of one request."""

    bundle: Bundle
    policy: Policy


class Champion:
    """Holds the current judgement; readers take one reference and finish on it."""

    def __init__(self, models_folder: Path, policy_file: Path | None) -> None:
        self._models_folder = models_folder
        self._policy_file = policy_file or SHIPPED_POLICY
        self._lock = threading.Lock()
        self._current: Judgement | None = None
        self.last_error: str | None = None

    @property
    def current(self) -> Judgement | None:
        """The judgement in charge, None until the first load."""
        return self._current

    def champion_folder(self) -> Path:
        """Folder the pointer names.

        Raises
        ------
        BundleError
            When no champion has been chosen yet.
        """
        try:
            return self._models_folder / (self._models_folder / POINTER).read_text("utf-8").strip()
        except FileNotFoundError:
            raise BundleError(f"{self._models_folder} holds no champion yet: run `make train`") from None

    def load(self) -> Judgement:
        """Load, verify, warm and swap; on any failure the old model stays in charge.

        Raises
        ------
        BundleError, PolicyError
            When what is on disk cannot be trusted.
        """
        with self._lock:
            try:
                judgement = Judgement(
                    bundle=bundles.load(self.champion_folder()), policy=read_policy(self._policy_file)
                )
                warm(judgement)
            except Exception as error:
                self.last_error = str(error)
                raise
            self._current = judgement
            self.last_error = None
            # A full collection would walk every string of the model inside some buyer's request.
            gc.freeze()
            logger.info("champion %s, policy %s", judgement.bundle.model_version, judgement.policy.version)
            return judgement


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
