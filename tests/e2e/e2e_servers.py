"""Real server processes on free ports."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(command: list[str], ready_url: str, env: dict[str, str], log: Path) -> Iterator[None]:
    """Run a server until it answers, end it afterwards."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            # MLflow starts uvicorn by its name: that of this environment, activated or not.
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                **env,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
        try:
            wait_for(lambda: httpx.get(ready_url).status_code == 200, process, log)
            yield
        finally:
            process.terminate()
            process.wait(20)


def wait_for(
    condition: Callable[[], bool], process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> None:
    """Wait until a condition holds; a connection that is refused means not yet."""
    for _ in range(600):
        if process is not None and process.poll() is not None:
            raise AssertionError(log.read_text() if log else "the process has ended")
        try:
            if condition():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text() if log else "waited for a minute")


def train_command(*arguments: str) -> list[str]:
    """Command line of refund-train, run from this tree."""
    return [sys.executable, "-c", "from training.cli import app; app()", *arguments]
