"""The native kernel is built at install where a compiler is there, and nothing stops where it is not."""

import importlib.util
import logging
import shutil
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import model.native

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook() -> ModuleType:
    """hatch_build.py as a module."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with the kernel's C and nothing else."""
    folder = tmp_path / "model" / "native"
    folder.mkdir(parents=True)
    for path in (ROOT / "model" / "native").glob("*.[ch]"):
        shutil.copy(path, folder)
    return tmp_path


class App:
    """Stands for hatchling's terminal."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, message: str) -> None:
        self.warnings.append(message)


def initialize(hook: ModuleType, root: Path) -> tuple[dict[str, Any], list[str]]:
    """Run the hook; return what it tells the wheel, and its warnings."""
    app, build_data = App(), {"artifacts": []}
    hook.NativeKernel(str(root), {}, None, None, str(root), "wheel", app).initialize("editable", build_data)
    return build_data, app.warnings


@pytest.mark.skipif(model.native.kernel is None, reason="no native kernel: no C compiler at install")
def test_the_kernel_is_built_beside_its_sources(hook: ModuleType, sources: Path) -> None:
    build_data, warnings = initialize(hook, sources)
    name = f"_kernel{sysconfig.get_config_var('EXT_SUFFIX')}"
    assert (sources / "model" / "native" / name).is_file()
    assert build_data == {"artifacts": [f"/model/native/{name}"], "pure_python": False, "infer_tag": True}
    assert warnings == []


def test_an_installation_without_a_compiler_goes_on_with_a_warning(
    hook: ModuleType, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    build_data, (warning,) = initialize(hook, sources)
    assert build_data == {"artifacts": []}
    assert "judging will be slower" in warning


def test_what_does_not_compile_is_a_warning_too(hook: ModuleType, sources: Path) -> None:
    folder = sources / "model" / "native"
    earlier = folder / f"_kernel{sysconfig.get_config_var('EXT_SUFFIX')}"
    earlier.write_bytes(b"an older build")
    (folder / "words.c").write_text("no C", "utf-8")
    build_data, (warning,) = initialize(hook, sources)
    assert not earlier.exists(), "new Python around an old kernel"
    assert build_data == {"artifacts": []}
    assert "no native kernel" in warning


def test_a_start_without_the_kernel_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(model.native.importlib, "import_module", refuse)
    with caplog.at_level(logging.WARNING):
        assert model.native._load() is None
    assert "no native kernel" in caplog.text
