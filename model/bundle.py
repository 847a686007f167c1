"""The model bundle: one folder with everything a decision depends on, tied together by hashes."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

from model.compiled import ScorerArrays, ScorerTables
from model.errors import BundleError
from model.lexicon import read_lexicon
from model.native import kernel as native_kernel
from model.operating_point import OperatingPoint
from model.scorer import Scorer
from model.text import make_cut

FORMAT = 3
"""2: n-grams normalised half way.

3: only texts with a traditional character are simplified, terms are truly leftmost-longest.
"""
ARRAY_NAMES = tuple(ScorerArrays.__dataclass_fields__)

TABLES_FILE = "scorer.json"
ARRAYS_FILE = "scorer.npz"
OPERATING_POINT_FILE = "operating_point.json"
CLASSIFIER_FILE = "classifier.joblib"
CARD_FILE = "model_card.md"
MANIFEST_FILE = "manifest.json"
LEXICON_FILES = ("lexicon/concepts.yaml", "lexicon/terms.tsv")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the bundle is made of.

    Attributes
    ----------
    format : version of this layout.
    model_version : first 12 characters of the hash over all other files.
    created_from : source of the training rows.
    data_hash : SHA-256 over the training rows.
    label_period : first and last day the labels come from.
    files : SHA-256 of every other file of the folder.
    versions : Python and library versions at training.
    parameters : of the fit; metrics : on the test split.
    """

    format: int
    model_version: str
    created_from: str
    data_hash: str
    label_period: str
    files: dict[str, str]
    versions: dict[str, str]
    parameters: dict[str, Any]
    metrics: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A verified, loaded model."""

    manifest: Manifest
    scorer: Scorer
    operating_point: OperatingPoint
    folder: Path

    @property
    def model_version(self) -> str:
        """Name of this model everywhere: answers, queue, registry, metrics."""
        return self.manifest.model_version


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version_of(files: dict[str, str]) -> str:
    """Return the model version that these file hashes make."""
    joined = "\n".join(f"{name} {digest}" for name, digest in sorted(files.items()))
    return hashlib.sha256(joined.encode()).hexdigest()[:12]


def write_scorer(folder: Path, tables: ScorerTables, arrays: ScorerArrays) -> None:
    """Write the compiled model; the same model gives the same bytes."""
    (folder / TABLES_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(tables), indent=0))
    # np.savez stamps no time into the archive, so equal arrays make equal files.
    np.savez(folder / ARRAYS_FILE, **{name: getattr(arrays, name) for name in ARRAY_NAMES})


def verify(folder: Path) -> Manifest:
    """Check every file of a bundle against its manifest.

    Raises
    ------
    BundleError
        Names the file that is missing, changed or not listed.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST_FILE).read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise BundleError(f"{folder}: no {MANIFEST_FILE}; not a model bundle") from error
    except msgspec.DecodeError as error:
        raise BundleError(f"{folder / MANIFEST_FILE}: {error}") from error
    if manifest.format != FORMAT:
        raise BundleError(f"{folder}: format {manifest.format}, this program reads format {FORMAT}")
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{path}: missing")
        if sha256_of(path) != digest:
            raise BundleError(f"{path}: its content is not what the manifest promises (tampered or damaged)")
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    if differing := (present - {MANIFEST_FILE, CARD_FILE}) ^ set(manifest.files):
        raise BundleError(f"{folder / min(differing)}: in the folder or in the manifest, but not in both")
    if version_of(manifest.files) != manifest.model_version:
        raise BundleError(f"{folder}: the model version does not belong to these files")
    required = {TABLES_FILE, ARRAYS_FILE, OPERATING_POINT_FILE, *LEXICON_FILES}
    if missing := required - set(manifest.files):
        raise BundleError(f"{folder}: the manifest does not list {', '.join(sorted(missing))}")
    return manifest


def load(folder: Path) -> Bundle:
    """Verify a bundle and load what scoring needs; the reference pipeline stays on disk.

    Raises
    ------
    BundleError
        When a file fails its hash or the arrays do not fit together.
    """
    manifest = verify(folder)
    try:
        operating_point = msgspec.json.decode(
            (folder / OPERATING_POINT_FILE).read_bytes(), type=OperatingPoint
        )
    except msgspec.DecodeError as error:
        raise BundleError(f"{folder / OPERATING_POINT_FILE}: {error}") from error
    return Bundle(
        manifest=manifest, scorer=read_scorer(folder), operating_point=operating_point, folder=folder
    )


def read_scorer(folder: Path, kernel: ModuleType | None = native_kernel) -> Scorer:
    """Read the compiled model of a folder that is verified or just being made.

    Raises
    ------
    BundleError
        When tables, arrays and lexicon do not fit together.
    """
    lexicon = read_lexicon(folder / "lexicon")
    try:
        tables = msgspec.json.decode((folder / TABLES_FILE).read_bytes(), type=ScorerTables)
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as file:
            arrays = ScorerArrays(**{name: file[name] for name in ARRAY_NAMES})
    except (msgspec.DecodeError, KeyError, ValueError) as error:
        raise BundleError(f"{folder}: {error}") from error
    n_grams = len(tables.words) + len(tables.chars)
    if not n_grams == len(arrays.gram) == len(arrays.squared_idf):
        raise BundleError(f"{folder}: vocabulary and coefficients differ in length")
    if list(lexicon.feature_names) != tables.concepts:
        raise BundleError(f"{folder}: the lexicon is not the one the model was trained with")
    return Scorer(tables, arrays, lexicon, make_cut(lexicon.words), kernel)


def seal(folder: Path, **facts: Any) -> Manifest:
    """Write the manifest over the files of `folder`; `facts` are its remaining fields."""
    files = {
        str(path.relative_to(folder)): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {MANIFEST_FILE, CARD_FILE}
    }
    manifest = Manifest(format=FORMAT, model_version=version_of(files), files=files, **facts)
    (folder / MANIFEST_FILE).write_text(
        json.dumps(msgspec.to_builtins(manifest), indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
    return manifest
