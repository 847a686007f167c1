"""What was answered is there after a kill -9: a real server process, killed and started again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from serving.demo.running import free_port

pytestmark = pytest.mark.e2e

START_SECONDS = 60.0


@pytest.fixture
def home(tmp_path: Path, models_folder: Path) -> Path:
    """A data folder with the seed model and no database yet."""
    (tmp_path / "models").symlink_to(models_folder, target_is_directory=True)
    return tmp_path


@contextmanager
def server(home: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """A ready server on `home`; killed at the end whatever happens."""
    port = free_port()
    environment = {name: v for name, v in os.environ.items() if not name.startswith("REFUND_TRIAGE_")}
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "from serving.cli import app; app()", "serve", "--port", str(port)],
            env=environment | {"REFUND_TRIAGE_HOME": str(home)},
            stdout=log,
            stderr=log,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            wait_until_ready(client, process, home / "server.log")
            yield client, process
    finally:
        kill(process)


def wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server did not become ready:\n{log.read_text('utf-8', 'replace')}")


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


def test_answers_and_cases_given_before_a_kill_are_there_after_it(home: Path) -> None:
    told: dict[str, bytes] = {}
    with server(home) as (client, process):
        for number in range(10):
            body = {"refund_id": f"K{number}", "text": f"第{number}次买的杯子收到就碎了"}
            told[f"K{number}"] = client.post("/v1/triage", json=body).raise_for_status().content
        told["odd"] = client.post("/v1/triage", json={"refund_id": "odd", "text": "？？？"}).content
        kill(process)
    with server(home) as (client, _):
        assert {name: client.get(f"/v1/triage/{name}").content for name in told} == told
        again = client.post("/v1/triage", json={"refund_id": "odd", "text": "？？？"})
        assert again.content == told["odd"], "a retry after the crash gets the same answer, no second case"


def test_a_kill_under_load_loses_no_answered_case(home: Path) -> None:
    told: dict[str, bytes] = {}
    with server(home) as (client, process):
        address = str(client.base_url)

        def send(sender: int) -> None:
            with httpx.Client(base_url=address, timeout=30, trust_env=False) as mine:
                for number in range(10_000):
                    name = f"L{sender}-{number}"
                    try:
                        answer = mine.post("/v1/triage", json={"refund_id": name, "text": "鞋底开胶 要退货"})
                    except httpx.TransportError:
                        return
                    if answer.status_code == 200:
                        told[name] = answer.content

        senders = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
        for sender in senders:
            sender.start()
        while len(told) < 100:
            time.sleep(0.01)
        kill(process)
        for sender in senders:
            sender.join()
    with server(home) as (client, _):
        lost = [name for name, answer in told.items() if client.get(f"/v1/triage/{name}").content != answer]
    assert lost == []
