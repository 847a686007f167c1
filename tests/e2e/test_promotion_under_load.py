"""A running service takes a new champion, and goes back, without failing a request."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from e2e_servers import free_port, server, train_command, wait_for

from training.promotion import champion_of

pytestmark = pytest.mark.e2e

PER_SECOND = 50


class Load:
    """Sends requests at a steady rate from several threads and keeps what came back."""

    def __init__(self, url: str, requests: list[dict[str, object]]) -> None:
        self._url = url
        self._requests = requests
        self._ended = threading.Event()
        self.answers: list[tuple[int, str]] = []
        self.failures: list[str] = []
        n_threads = 5
        self._threads = [
            threading.Thread(target=self._send, args=(number, n_threads)) for number in range(n_threads)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int, n_threads: int) -> None:
        due = time.monotonic()
        with httpx.Client(timeout=20) as client:
            while not self._ended.is_set():
                body = self._requests[number % len(self._requests)] | {"refund_id": f"load-{number}"}
                try:
                    answer = client.post(self._url, json=body)
                    self.answers.append((answer.status_code, answer.json().get("model_version", "")))
                except httpx.HTTPError as error:
                    self.failures.append(repr(error))
                number += n_threads
                due += n_threads / PER_SECOND
                self._ended.wait(max(0.0, due - time.monotonic()))


def test_rollback_and_promotion_reach_a_service_under_load_without_a_failed_request(
    registry_home: Path, tmp_path: Path, requests: list[dict[str, object]]
) -> None:
    models, port = registry_home / "models", free_port()
    newer = champion_of(models)
    base = f"http://127.0.0.1:{port}"
    env = {
        "REFUND_TRIAGE_HOME": str(registry_home),
        "REFUND_TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path / 'load.sqlite'}",
        "REFUND_TRIAGE_POLL_MODEL_SECONDS": "0.5",
    }
    command = [sys.executable, "-c", "from serving.cli import app; app()", "serve", "--port", str(port)]

    def in_charge() -> str:
        return str(httpx.get(f"{base}/v1/model").json()["model_version"])

    def steer(*arguments: str) -> str:
        subprocess.run(train_command(*arguments, "--home", str(registry_home)), check=True)
        wait_for(lambda: in_charge() == champion_of(models))
        return in_charge()

    with (
        server(command, f"{base}/readyz", env, tmp_path / "serve.log"),
        Load(f"{base}/v1/triage", requests) as load,
    ):
        time.sleep(1)
        older = steer("rollback")
        assert older != newer
        assert steer("promote", str(newer), "--force", "back again") == newer
        time.sleep(1)
    assert load.failures == []
    assert {status for status, _ in load.answers} == {200}
    assert {version for _, version in load.answers} == {older, newer}
    assert len(load.answers) > 100
