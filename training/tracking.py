"""Everything this product says to MLflow: runs, what a training leaves there, the registry."""

import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from model import bundle as bundles
from model.bundle import Manifest
from model.policy import SHIPPED_POLICY
from training.labeled_data import LabeledRow
from training.pyfunc_signature import signature

REGISTRY_NAME = "refund-triage"
EXPERIMENT = "refund-triage"
CHAMPION, CHALLENGER = "champion", "challenger"
SERVING_LIBRARIES = ("numpy", "msgspec", "pyyaml", "jieba", "rjieba", "opencc", "pandas")
PYFUNC_FILE = Path(__file__).with_name("pyfunc_model.py")
EXAMPLE = {"text": "杯子收到就碎了 箱子都瘪了", "service_type": "refund_only", "refund_amount_fen": 5900.0}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A version in the registry; `model_version` is the hash that names the bundle everywhere else."""

    number: str
    model_version: str
    run_id: str
    tags: Mapping[str, str]


def configure(home: Path) -> str:
    """Point MLflow at MLFLOW_TRACKING_URI, or at a file and a folder under `home`; returns the address."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{home.resolve() / 'mlflow.sqlite'}"
    home.mkdir(parents=True, exist_ok=True)
    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        local = uri.startswith("sqlite")
        mlflow.create_experiment(
            EXPERIMENT, artifact_location=(home.resolve() / "mlartifacts").as_uri() if local else None
        )
    mlflow.set_experiment(EXPERIMENT)
    return uri


@contextmanager
def run(name: str, *, nested: bool = False) -> Iterator[str]:
    """Open a run; gives its id."""
    with mlflow.start_run(run_name=name, nested=nested) as active:
        yield active.info.run_id


def log_parameters(parameters: Mapping[str, Any]) -> None:
    """Log the settings of the run."""
    mlflow.log_params(dict(parameters))


def log_metrics(metrics: Mapping[str, Any], prefix: str = "") -> None:
    """Log numbers under dotted names; what is nested becomes `slice.category.metric`."""
    # MLflow allows letters, digits, blanks and _ - . / in a name.
    flat = {re.sub(r"[^\w\-. /]", "_", name): value for name, value in flatten(metrics, prefix)}
    mlflow.log_metrics(flat)


def flatten(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of nested metrics under dotted names."""
    for name, value in metrics.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{key}.")
        elif isinstance(value, (int, float)):
            yield key, float(value)


def log_tags(tags: Mapping[str, str]) -> None:
    """Tag the run."""
    mlflow.set_tags(dict(tags))


def log_file(path: Path, folder: str | None = None) -> None:
    """Keep a file with the run."""
    mlflow.log_artifact(str(path), folder)


def log_dataset(rows: Sequence[LabeledRow], *, digest: str, source: str) -> None:
    """Note the labelled rows as the run's input: schema, hash and source, never a text."""
    table = pd.DataFrame(
        {
            "row_id": [row.row_id for row in rows],
            "fault": [row.fault for row in rows],
            "resolution": [row.resolution for row in rows],
            "split": [row.split for row in rows],
            "source": [row.source for row in rows],
        }
    )
    with warnings.catch_warnings():
        # Two of MLflow's plugins answer for a local folder; either will do.
        warnings.filterwarnings("ignore", message=".*interpreted in multiple ways.*")
        dataset = mlflow.data.from_pandas(
            table, source=source, name="labelled-requests", targets="fault", digest=digest[:36]
        )
    mlflow.log_input(dataset, context="training")


def register(
    bundle_folder: Path,
    manifest: Manifest,
    *,
    policy: Path = SHIPPED_POLICY,
    suggested: Sequence[str] = (),
) -> Registered:
    """Log the bundle as a pyfunc in the open run and register it under its hash.

    Policy and suggested categories go with it, so that it routes as the shop's service does.
    """
    requirements = [f"{name}=={version(name)}" for name in SERVING_LIBRARIES]
    with warnings.catch_warnings():
        # MLflow asks for type hints in place of the signature given, which would not fit a table.
        warnings.filterwarnings("ignore", message=".*[Tt]ype hint.*")
        logged = mlflow.pyfunc.log_model(
            name="triage",
            python_model=str(PYFUNC_FILE),
            artifacts={"bundle": str(bundle_folder), "policy": str(policy)},
            model_config={"suggest_categories": [str(name) for name in suggested]},
            signature=signature(),
            input_example=pd.DataFrame([EXAMPLE]),
            pip_requirements=requirements,
            registered_model_name=REGISTRY_NAME,
            metadata={"model_version": manifest.model_version, "data_hash": manifest.data_hash},
        )
    number = str(logged.registered_model_version)
    tag_version(number, {"model_version": manifest.model_version, "data_hash": manifest.data_hash})
    return get_version(number)


def _client() -> MlflowClient:
    return MlflowClient()


def get_version(number: str) -> Registered:
    """Return a version of the registry.

    Raises
    ------
    LookupError
        When there is none of this number.
    """
    try:
        found = _client().get_model_version(REGISTRY_NAME, number)
    except MlflowException as error:
        raise LookupError(f"the registry holds no version {number}") from error
    return Registered(
        number=str(found.version),
        model_version=found.tags.get("model_version", ""),
        run_id=found.run_id or "",
        tags=dict(found.tags),
    )


def find(model_version: str) -> Registered | None:
    """Return the registered version that has this hash."""
    try:
        found = _client().search_model_versions(f"name='{REGISTRY_NAME}'")
    except MlflowException:
        return None
    for candidate in found:
        if candidate.tags.get("model_version") == model_version:
            return get_version(str(candidate.version))
    return None


def with_alias(alias: str) -> Registered | None:
    """Return the version an alias points to, None where it points nowhere."""
    try:
        return get_version(str(_client().get_model_version_by_alias(REGISTRY_NAME, alias).version))
    except MlflowException:
        return None


def set_alias(alias: str, number: str) -> None:
    """Point an alias at a version."""
    _client().set_registered_model_alias(REGISTRY_NAME, alias, number)


def drop_alias(alias: str) -> None:
    """Point an alias nowhere."""
    _client().delete_registered_model_alias(REGISTRY_NAME, alias)


def tag_version(number: str, tags: Mapping[str, str]) -> None:
    """Write tags on a version; long values are cut where MLflow would refuse them."""
    for name, value in tags.items():
        _client().set_model_version_tag(REGISTRY_NAME, number, name, str(value)[:4_000])


def fetch_bundle(registered: Registered, models_folder: Path) -> Path:
    """Bring a registered bundle into the models folder, verified; returns its folder."""
    final = models_folder / registered.model_version
    if not final.exists():
        models_folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models_folder, prefix=".fetching-") as aside:
            fetched = mlflow.artifacts.download_artifacts(
                artifact_uri=f"models:/{REGISTRY_NAME}/{registered.number}", dst_path=aside
            )
            folder = _bundle_inside(Path(fetched))
            bundles.verify(folder)
            folder.rename(final)
    bundles.verify(final)
    return final


def _bundle_inside(model_folder: Path) -> Path:
    manifests = sorted(model_folder.rglob(bundles.MANIFEST_FILE))
    if not manifests:
        raise FileNotFoundError(f"{model_folder}: no bundle in this registered model")
    return manifests[0].parent
