"""From labels to a registered challenger, and to the champion where the gate allows it."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from model import bundle as bundles
from model.bundle import Bundle, Manifest
from model.operating_point import categories_in
from model.policy import SHIPPED_POLICY
from training import tracking
from training.fit import FitParameters
from training.gate import Check, gate
from training.joining import join
from training.judging import contradictions, judged
from training.known_rows import frozen_test, new_rows, remember
from training.labeled_data import DATA_FOLDER, INVENTED, LabeledRow, read_folder, read_rows
from training.labels_from_life import export_labels
from training.opinions import label_columns
from training.promises import DEFAULT_SENTENCE
from training.promotion import CHALLENGER, champion_of, write_pointer
from training.publishing import make_champion
from training.reweighting import effective_rows, inverse_probabilities, population_figures
from training.run_plots import save_plots
from training.train import Say, of_split, train_bundle

MIN_LIFE_ROWS = 30
"""Test rows from life below which their figures would say nothing."""


class Decision(StrEnum):
    """What became of a retraining."""

    UNCHANGED = "unchanged"
    REFUSED = "refused"
    PROMOTED = "promoted"
    FORCED = "forced"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where labels come from: the written ones, the service's database, further files."""

    home: Path
    data_folder: Path = DATA_FOLDER
    database_url: str | None = None
    files: Sequence[Path] = ()

    @property
    def models_folder(self) -> Path:
        """Folder with the bundles and the champion pointer."""
        return self.home / "models"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a retraining did, for the summary."""

    decision: Decision
    manifest: Manifest
    registered: tracking.Registered
    checks: Sequence[Check] = ()
    contested: int = 0
    rows: Sequence[LabeledRow] = field(default=(), repr=False)


def database_of(home: Path) -> str | None:
    """Return the URL of the service's database, None where it has none yet."""
    url = os.environ.get("REFUND_TRIAGE_DATABASE_URL")
    file = home.resolve() / "refund-triage.sqlite"
    return url or (f"sqlite:///{file}" if file.is_file() else None)


def policy_file() -> Path:
    """Return the policy the service of this environment uses."""
    return Path(os.environ.get("REFUND_TRIAGE_POLICY") or SHIPPED_POLICY)


def suggested_categories() -> list[str]:
    """Return the categories that the service of this environment only suggests."""
    return categories_in(os.environ.get("REFUND_TRIAGE_SUGGEST_CATEGORIES", ""))


def gather(sources: Sources) -> tuple[list[LabeledRow], int]:
    """Join every source; also returns how many cases reviewers left contested."""
    newcomers: list[LabeledRow] = []
    contested = 0
    if sources.database_url:
        export = export_labels(sources.database_url, sources.home)
        newcomers, contested = export.rows, export.contested
    for path in sources.files:
        newcomers = [*newcomers, *read_rows(path)]
    return join(read_folder(sources.data_folder), newcomers), contested


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
    written_only = all(row.source in INVENTED for row in rows)
    manifest = train_bundle(
        rows,
        sources.models_folder,
        parameters=parameters,
        sentence=sentence,
        created_from="seed" if written_only else "seed and life",
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
    checks = judge_challenger(sources.models_folder, manifest, rows, test)
    say("logging and registering")
    registered = known or log_and_register(sources, manifest, rows, test, parameters)
    decision = decide(sources.models_folder, registered, checks, force)
    return Outcome(
        decision=decision,
        manifest=manifest,
        registered=registered,
        checks=checks,
        contested=contested,
        rows=rows,
    )


def judge_challenger(
    models_folder: Path, manifest: Manifest, rows: Sequence[LabeledRow], test: Sequence[LabeledRow]
) -> list[Check]:
    """Let challenger and champion answer the frozen test rows, and the gate compare them."""
    champion = load_champion(models_folder)
    challenger = bundles.load(models_folder / manifest.model_version)
    fresh = new_rows(models_folder, champion.manifest, rows) if champion else []
    return gate(
        label_columns([row.fault for row in test]),
        judged(challenger, test),
        judged(champion, test) if champion else None,
        contradictions=contradictions(champion, fresh) if champion else (0, 0),
    )


def load_champion(models_folder: Path) -> Bundle | None:
    """Return the champion's bundle, None before the first."""
    version = champion_of(models_folder)
    return bundles.load(models_folder / version) if version else None


def log_and_register(
    sources: Sources,
    manifest: Manifest,
    rows: Sequence[LabeledRow],
    test: Sequence[LabeledRow],
    parameters: FitParameters,
) -> tracking.Registered:
    """Leave parameters, data, figures, pictures, card and model in MLflow."""
    folder = sources.models_folder / manifest.model_version
    bundle = bundles.load(folder)
    probabilities, _ = bundle.scorer.score_many([row.request for row in test])
    with tracking.run(f"retrain {manifest.model_version}"), tempfile.TemporaryDirectory() as aside:
        tracking.log_parameters(msgspec.to_builtins(parameters))
        tracking.log_dataset(rows, digest=manifest.data_hash, source=str(sources.data_folder))
        tracking.log_tags({"model_version": manifest.model_version, "data_hash": manifest.data_hash})
        tracking.log_metrics(manifest.metrics)
        tracking.log_metrics(life_figures(bundle, rows), "life.")
        for picture in save_plots(Path(aside), label_columns([row.fault for row in test]), probabilities):
            tracking.log_file(picture, "plots")
        tracking.log_file(folder / bundles.CARD_FILE)
        return tracking.register(folder, manifest, policy=policy_file(), suggested=suggested_categories())


def life_figures(bundle: Bundle, rows: Sequence[LabeledRow]) -> dict[str, Any]:
    """Figures on the test rows from life, weighed back to the traffic they were drawn from."""
    part = [row for row in of_split(rows, "test") if row.source not in INVENTED]
    if len(part) < MIN_LIFE_ROWS:
        return {"n_rows": len(part)}
    probabilities, _ = bundle.scorer.score_many([row.request for row in part])
    weights = inverse_probabilities(part)
    figures: dict[str, Any] = {"n_rows": len(part), "effective_rows": effective_rows(weights)}
    labels: np.ndarray = label_columns([row.fault for row in part])
    for name, (value, low, high) in population_figures(labels, probabilities, weights).items():
        figures |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return figures


def decide(
    models_folder: Path, registered: tracking.Registered, checks: Sequence[Check], force: str | None
) -> Decision:
    """Promote where every check passed or a reason to do so anyway is given; write down why either way."""
    failed = [check.name for check in checks if not check.passed]
    tags = {f"gate.{check.name}": f"{'ok' if check.passed else 'FAILED'}: {check.detail}" for check in checks}
    tracking.tag_version(registered.number, tags | {"gate": "refused" if failed else "passed"})
    if failed and not force:
        tracking.set_alias(tracking.CHALLENGER, registered.number)
        write_pointer(models_folder, CHALLENGER, registered.model_version)
        return Decision.REFUSED
    if failed and force:
        tracking.tag_version(registered.number, {"gate.forced": force})
    make_champion(models_folder, registered, reason=force or "the gate passed")
    return Decision.FORCED if failed else Decision.PROMOTED
