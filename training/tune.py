"""Search for better settings of the fit; what is found is written down for a person to look at."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import optuna
import yaml
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from model.taxonomy import FAULT_LABELS
from training import tracking
from training.fit import FitParameters, fit_classifier
from training.labeled_data import LabeledRow, data_hash
from training.splits import duplicate_groups

N_FOLDS = 3
FOUND_FILE = "tuned-parameters.yaml"
STORAGE_FILE = "tuning.sqlite"


def suggest(trial: optuna.Trial, base: FitParameters) -> FitParameters:
    """Draw the settings of one trial; what is not searched for stays as it is."""
    return msgspec.structs.replace(
        base,
        word_weight=trial.suggest_float("word_weight", 0.05, 0.35),
        char_weight=trial.suggest_float("char_weight", 0.05, 0.35),
        concept_weight=trial.suggest_float("concept_weight", 0.1, 1.5),
        field_weight=trial.suggest_float("field_weight", 0.05, 0.6),
        fault_C=trial.suggest_float("fault_C", 0.3, 20.0, log=True),
    )


def fold_losses(rows: Sequence[LabeledRow], parameters: FitParameters) -> list[Callable[[], float]]:
    """Return one call for each fold that fits on the others and gives the log-loss on it."""
    groups = duplicate_groups([row.request.text for row in rows])

    def loss(fit_at: np.ndarray, judge_at: np.ndarray) -> float:
        classifier = fit_classifier([rows[i] for i in fit_at], parameters)
        probabilities = classifier.predict_fault_proba([rows[i].request for i in judge_at])
        labels = [FAULT_LABELS.index(rows[i].fault) for i in judge_at]
        return float(log_loss(labels, probabilities, labels=range(len(FAULT_LABELS))))

    folds = GroupKFold(N_FOLDS).split(rows, groups=groups)
    return [lambda fold=fold: loss(*fold) for fold in folds]  # type: ignore[misc]


def tune(
    home: Path,
    rows: Sequence[LabeledRow],
    base: FitParameters,
    *,
    n_trials: int,
    timeout_seconds: float | None = None,
    done: Callable[[int, float], None] = lambda number, loss: None,
) -> optuna.Study:
    """Search on the training side of the rows; goes on where an earlier search on the same rows stopped.

    A trial that after a fold is worse than the median of those before it is given up. Every trial is a nested
    run in MLflow; `done` is told the number and loss of each that finished.
    """
    tracking.configure(home)
    train = [row for row in rows if row.split == "train"]
    study = optuna.create_study(
        study_name=f"fit-{data_hash(train)[:12]}",
        storage=f"sqlite:///{home.resolve() / STORAGE_FILE}",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
    )
    if not study.trials:
        # The shipped settings first: whatever is found must beat them.
        shipped = msgspec.structs.asdict(base)
        study.enqueue_trial({n: shipped[n] for n in SEARCHED})

    def objective(trial: optuna.Trial) -> float:
        parameters = suggest(trial, base)
        with tracking.run(f"trial {trial.number}", nested=True):
            tracking.log_parameters(msgspec.structs.asdict(parameters))
            losses: list[float] = []
            for fold, loss in enumerate(fold_losses(train, parameters)):
                losses.append(loss())
                trial.report(float(np.mean(losses)), fold)
                if trial.should_prune():
                    tracking.log_tags({"pruned": f"after fold {fold + 1}"})
                    raise optuna.TrialPruned
            tracking.log_metrics({"log_loss": float(np.mean(losses))})
            done(trial.number, float(np.mean(losses)))
            return float(np.mean(losses))

    with tracking.run("tune"):
        study.optimize(objective, n_trials=n_trials, timeout=timeout_seconds)
        tracking.log_metrics({"best_log_loss": study.best_value})
        write_found(home / FOUND_FILE, study, base)
        tracking.log_file(home / FOUND_FILE)
    return study


SEARCHED = ("word_weight", "char_weight", "concept_weight", "field_weight", "fault_C")
"""Settings the search may change."""


def write_found(path: Path, study: optuna.Study, base: FitParameters) -> None:
    """Write the best settings beside their loss; nothing reads this file by itself."""
    best = msgspec.structs.asdict(base) | {n: round(v, 4) for n, v in study.best_params.items()}
    shipped = study.trials[0].value
    head = (
        f"# Found by refund-train tune: cross-validated log-loss {study.best_value:.4f}"
        + (f", the settings searched from: {shipped:.4f}" if shipped is not None else "")
        + f"; {len(study.trials)} trials.\n# Under review: nothing uses this file until somebody runs\n"
        f"#   refund-train retrain --parameters {path.name}\n# or copies it to training/parameters.yaml.\n"
    )
    path.write_text(head + yaml.safe_dump(best, sort_keys=False), "utf-8")
