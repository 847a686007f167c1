"""A bundle that is not exactly what its manifest promises is refused, and the message says which file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model import bundle as bundles
from model.bundle import (
    ARRAYS_FILE,
    CLASSIFIER_FILE,
    MANIFEST_FILE,
    OPERATING_POINT_FILE,
    TABLES_FILE,
    Bundle,
)
from model.errors import BundleError


@pytest.fixture
def copy(bundle: Bundle, tmp_path: Path) -> Path:
    """A bundle folder that a test may spoil."""
    return Path(shutil.copytree(bundle.folder, tmp_path / "bundle"))


def rewrite_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest as someone would who can write files but knows no more."""
    path = folder / MANIFEST_FILE
    manifest = json.loads(path.read_text("utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), "utf-8")


def reseal(folder: Path) -> None:
    """Make hashes and version fit again, as the training program would."""
    manifest = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    facts = {name: v for name, v in manifest.items() if name not in {"format", "model_version", "files"}}
    bundles.seal(folder, **facts)


def test_an_untouched_copy_loads_under_the_same_version(bundle: Bundle, copy: Path) -> None:
    assert bundles.load(copy).model_version == bundle.model_version


@pytest.mark.parametrize(
    "name",
    [
        TABLES_FILE,
        ARRAYS_FILE,
        OPERATING_POINT_FILE,
        CLASSIFIER_FILE,
        "lexicon/terms.tsv",
        "lexicon/concepts.yaml",
    ],
)
def test_one_changed_byte_is_noticed_and_named(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleError, match=name):
        bundles.load(copy)


@pytest.mark.parametrize("name", [TABLES_FILE, ARRAYS_FILE, OPERATING_POINT_FILE, "lexicon/terms.tsv"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleError, match=f"{name}: missing"):
        bundles.load(copy)


def test_a_foreign_file_is_named(copy: Path) -> None:
    (copy / "extra.joblib").write_bytes(b"who put this here?")
    with pytest.raises(BundleError, match=r"extra\.joblib"):
        bundles.load(copy)


def test_a_manifest_cannot_point_outside_its_folder(copy: Path) -> None:
    outside = copy.parent / "outside.txt"
    outside.write_text("secret")
    rewrite_manifest(copy, lambda m: m["files"].update({"../outside.txt": bundles.sha256_of(outside)}))
    with pytest.raises(BundleError, match=r"outside\.txt"):
        bundles.load(copy)


def test_a_folder_without_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no manifest\.json"):
        bundles.load(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"format": 1}'])
def test_a_broken_manifest_is_named(copy: Path, content: str) -> None:
    (copy / MANIFEST_FILE).write_text(content)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        bundles.load(copy)


def test_another_format_is_refused(copy: Path) -> None:
    rewrite_manifest(copy, lambda manifest: manifest.update(format=99))
    with pytest.raises(BundleError, match="format 99"):
        bundles.load(copy)


def test_a_version_that_belongs_to_other_files_is_refused(copy: Path) -> None:
    rewrite_manifest(copy, lambda manifest: manifest.update(model_version="0" * 12))
    with pytest.raises(BundleError, match="version"):
        bundles.load(copy)


def test_a_manifest_that_leaves_out_a_needed_file_is_refused(copy: Path) -> None:
    (copy / OPERATING_POINT_FILE).unlink()
    reseal(copy)
    with pytest.raises(BundleError, match=OPERATING_POINT_FILE):
        bundles.load(copy)


def test_another_lexicon_under_right_hashes_is_refused(copy: Path) -> None:
    with (copy / "lexicon/concepts.yaml").open("a", encoding="utf-8") as file:
        file.write("\nnot_in_training: {zh: 新概念, en: new, fault: quality}\n")
    reseal(copy)
    with pytest.raises(BundleError, match="lexicon"):
        bundles.load(copy)


def test_tables_and_arrays_of_different_length_are_refused(copy: Path) -> None:
    tables = json.loads((copy / TABLES_FILE).read_text("utf-8"))
    tables["words"].append("多出来的词")
    (copy / TABLES_FILE).write_text(json.dumps(tables), "utf-8")
    reseal(copy)
    with pytest.raises(BundleError, match="differ in length"):
        bundles.load(copy)
