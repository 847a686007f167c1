"""A service to talk to: the one that answers on the configured port, else one started for the occasion."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from serving.settings import Settings

START_SECONDS = 60.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.1


class NoServiceError(Exception):
    """No service answers and none could be started; the message says what to do."""


def is_ready(url: str) -> bool:
    """Tell whether a Refund Triage service with a loaded model answers at `url`."""
    try:
        answer = httpx.get(f"{url}/readyz", timeout=2.0, trust_env=False)
        return answer.status_code == 200 and "model_version" in answer.json()
    except (httpx.HTTPError, ValueError):
        return False


@contextmanager
def service(settings: Settings) -> Iterator[tuple[str, bool]]:
    """Give the address of a ready service, and whether it was started for this call.

    Raises
    ------
    NoServiceError
        When none answers and none can be started.
    """
    configured = f"http://{settings.host}:{settings.port}"
    if is_ready(configured):
        yield configured, False
        return
    with tempfile.TemporaryDirectory(prefix="refund-triage-demo-") as home:
        process, url = start(settings, Path(home))
        try:
            yield url, True
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def start(settings: Settings, home: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start a service on a free port with the champion's models and an empty database in `home`."""
    if not (settings.models_folder / "champion").is_file():
        raise NoServiceError(f"no model in {settings.models_folder}: run `make train` first")
    (home / "models").symlink_to(settings.models_folder.resolve(), target_is_directory=True)
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "REFUND_TRIAGE_DATABASE_URL"}
    log = home / "service.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from serving.cli import app; app()", "serve", "--port", str(port)],
            env=environment | {"REFUND_TRIAGE_HOME": str(home), "REFUND_TRIAGE_HOST": "127.0.0.1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise NoServiceError(f"the service did not start:\n{log.read_text('utf-8', 'replace')[-2_000:]}")
        time.sleep(POLL_SECONDS)
    return process, url


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
