"""Builds the native kernel while the project is installed, where a C compiler is there.

Without one the installation goes on: the service then judges in numpy and says so when it starts.
"""

import shlex
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("model/native")
FLAGS = ("-O2", "-std=c11", "-Wall", "-Wextra", "-fvisibility=hidden")


class CompilerError(Exception):
    """The C compiler is there and refuses; the message is its own."""


class NativeKernel(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles model/native/*.c into an extension module beside them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the wheel (or the editable one) is put together."""
        if self.target_name != "wheel":
            return
        try:
            built = build(Path(self.root))
        except (OSError, CompilerError) as error:
            # An earlier build would else run on beneath the new Python around it.
            for stale in (Path(self.root) / FOLDER).glob("_kernel.*"):
                stale.unlink()
            self.app.display_warning(f"no native kernel, judging will be slower: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"].append(f"/{built.relative_to(self.root).as_posix()}")


def build(root: Path) -> Path:
    """Compile with the compiler this Python was made with; return the extension module.

    Raises
    ------
    OSError, CompilerError
        If there is no compiler, or it refuses.
    """
    config = sysconfig.get_config_vars()
    target = root / FOLDER / f"_kernel{config['EXT_SUFFIX']}"
    # Aside first: replacing a library in place would crash a process that runs on it.
    aside = target.with_suffix(".new")
    command = [
        *shlex.split(config["LDSHARED"]),
        *shlex.split(config["CCSHARED"] or ""),
        *FLAGS,
        f"-I{sysconfig.get_path('include')}",
        *map(str, sorted((root / FOLDER).glob("*.c"))),
        *("-o", str(aside), "-lm"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CompilerError(done.stderr.strip()[-1_000:])
    aside.replace(target)
    return target
