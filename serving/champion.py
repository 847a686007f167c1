"""The model in charge: loaded beside the running one, verified, warmed, then swapped in one assignment."""

import gc
import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from model import bundle as bundles
from model.bundle import Bundle
from model.errors import BundleError
from model.policy import SHIPPED_POLICY, Policy
from model.request import TriageRequest
from model.triage import judge
from serving.policy_watch import PolicyFile

logger = logging.getLogger(__name__)

POINTER = "champion"
"""File in the models folder that names the champion's folder; replaced atomically."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A model and a policy that belong together for the length of one request.

    `suggested` are the fault categories that the shop lets the service only suggest.
    """

    bundle: Bundle
    policy: Policy
    suggested: frozenset[str] = frozenset()


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
        self.last_error: str | None = None

    @property
    def current(self) -> Judgement | None:
        """The judgement in charge, with the policy as it is in its file now; None until the first load."""
        judgement = self._current
        if judgement is None:
            return None
        policy = self.policy_file.current()
        return judgement if policy is judgement.policy else replace(judgement, policy=policy)

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
                    bundle=bundles.load(self.champion_folder()),
                    policy=self.policy_file.current(),
                    suggested=self._suggested,
                )
                warm(judgement)
            except Exception as error:
                self.last_error = str(error)
                raise
            self._current = judgement
            self.last_error = None
            # A model is half a million objects; walking them in a full collection would hold up the
            # request it falls into for a tenth of a second.
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
