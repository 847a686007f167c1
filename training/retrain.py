"""From labels to a registered challenger, and to the champion where the gate allows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from model import bundle as bundles
from model.bundle import Manifest
from training import tracking
from training.fit import FitParameters
from training.gate import Check
from training.judging import judge_challenger
from training.known_rows import frozen_test, remember
from training.labeled_data import LabeledRow
from training.promises import DEFAULT_SENTENCE
from training.promotion import CHALLENGER, champion_of, write_pointer
from training.publishing import make_champion
from training.registering import log_and_register
from training.sources import Sources, gather
from training.train import Say, provenance, train_bundle


class Decision(StrEnum):
    """What became of a retraining."""

    UNCHANGED = "unchanged"
    REFUSED = "refused"
    PROMOTED = "promoted"
    FORCED = "forced"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a retraining did, for the summary."""

    decision: Decision
    manifest: Manifest
    registered: tracking.Registered
    checks: Sequence[Check] = ()
    contested: int = 0
    rows: Sequence[LabeledRow] = field(default=(), repr=False)


def retrain(
    sources: Sources,
    *,
    parameters: FitParameters,
    sentence: str = DEFAULT_SENTENCE,
    force: str | None = None,
    say: Say = lambda _: None,
) -> Outcome:
    """Train a challenger, log and register it, let the gate decide, promote it or leave it as challenger.

    The same rows under the same code give the same model; where that is the champion already, nothing is
    registered a second time.

    Parameters
    ----------
    force : reason to promote against the gate; stored with the version.
    """
    say("reading labels")
    rows, contested = gather(sources)
    test = frozen_test(sources.models_folder, rows)
    manifest = train_bundle(
        rows,
        sources.models_folder,
        parameters=parameters,
        sentence=sentence,
        created_from=provenance(rows),
        say=say,
    )
    remember(sources.models_folder, manifest, rows)
    tracking.configure(sources.home)
    known = tracking.find(manifest.model_version)
    if known and champion_of(sources.models_folder) == manifest.model_version:
        tracking.set_alias(tracking.CHAMPION, known.number)
        return Outcome(
            decision=Decision.UNCHANGED, manifest=manifest, registered=known, contested=contested, rows=rows
        )
    say("passing the gate")
    folder = sources.models_folder / manifest.model_version
    checks = judge_challenger(sources.models_folder, bundles.load(folder), rows, test)
    say("logging and registering")
    registered = known or log_and_register(folder, rows, test, source=str(sources.data_folder))
    decision = decide(sources.models_folder, registered, checks, force)
    return Outcome(
        decision=decision,
        manifest=manifest,
        registered=registered,
        checks=checks,
        contested=contested,
        rows=rows,
    )


def decide(
    models_folder: Path, registered: tracking.Registered, checks: Sequence[Check], force: str | None
) -> Decision:
    """Promote where every check passed or a reason to do so anyway is given; write down why either way."""
    failed = not tag_checks(registered, checks)
    if failed and not force:
        tracking.set_alias(tracking.CHALLENGER, registered.number)
        write_pointer(models_folder, CHALLENGER, registered.model_version)
        return Decision.REFUSED
    if failed and force:
        tracking.tag_version(registered.number, {"gate.forced": force})
    make_champion(models_folder, registered, reason=force or "the gate passed")
    return Decision.FORCED if failed else Decision.PROMOTED


def tag_checks(registered: tracking.Registered, checks: Sequence[Check]) -> bool:
    """Write what the gate said on the version; returns whether it says yes."""
    passed = all(check.passed for check in checks)
    tags = {f"gate.{check.name}": f"{'ok' if check.passed else 'FAILED'}: {check.detail}" for check in checks}
    tracking.tag_version(registered.number, tags | {"gate": "passed" if passed else "refused"})
    return passed
