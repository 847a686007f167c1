"""What has been answered is stored: kill -9 under load loses nothing, on either database."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, func, select

from serving.database import make_engine, reading
from serving.scoring.tables import triages

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
import postgres

pytestmark = pytest.mark.e2e

ANSWERS_BEFORE_THE_KILL = 300
START = "from serving.cli import app; app()"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'cases.sqlite'}"
        return
    folder = postgres.programs()
    if folder is None:
        pytest.skip(postgres.MISSING)
    yield from postgres.run_postgres(folder)


class Server:
    """The real service in processes of its own."""

    def __init__(self, home: Path, database_url: str, workers: int = 1) -> None:
        self.port = postgres.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = os.environ | {
            "REFUND_TRIAGE_HOME": str(home),
            "REFUND_TRIAGE_DATABASE_URL": database_url,
        }
        command = [sys.executable, "-c", START, "serve", "--port", str(self.port), "--workers", str(workers)]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def wait_until_ready(self) -> None:
        """Wait for /readyz."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(self.url + "/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError("the service did not become ready")

    def kill(self) -> None:
        """Kill all its processes; killing a dead one does nothing."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@pytest.fixture
def home(models_folder: Path, tmp_path: Path) -> Path:
    """A data folder with the seed model."""
    shutil.copytree(models_folder, tmp_path / "home" / "models")
    return tmp_path / "home"


@pytest.fixture
def server(home: Path, database_url: str) -> Iterator[Server]:
    """A ready server of one process."""
    server = Server(home, database_url)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.kill()


def post_until_it_fails(url: str, prefix: str, answered: dict[str, str]) -> None:
    """Post one new request after the other; note the triage of each that was answered."""
    with httpx.Client(base_url=url) as client:
        for number in range(100_000):
            refund_id = f"{prefix}-{number}"
            try:
                answer = client.post("/v1/triage", json={"refund_id": refund_id, "text": "收到就碎了"})
            except httpx.TransportError:
                return
            assert answer.status_code == 200
            answered[refund_id] = answer.json()["triage_id"]


def stored(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        rows = connection.execute(select(triages.c.refund_id, triages.c.triage_id))
        return {row.refund_id: row.triage_id for row in rows}


def test_kill_9_under_load_loses_no_answered_case(server: Server, database_url: str) -> None:
    answered: dict[str, str] = {}
    clients = [
        threading.Thread(target=post_until_it_fails, args=(server.url, f"client{n}", answered))
        for n in range(8)
    ]
    for client in clients:
        client.start()
    while len(answered) < ANSWERS_BEFORE_THE_KILL and any(client.is_alive() for client in clients):
        time.sleep(0.001)
    server.kill()
    for client in clients:
        client.join()
    assert len(answered) >= ANSWERS_BEFORE_THE_KILL
    engine = make_engine(database_url)
    found = stored(engine)
    engine.dispose()
    assert {refund_id: found.get(refund_id) for refund_id in answered} == answered


def test_processes_posting_one_request_make_one_case(home: Path, database_url: str) -> None:
    server = Server(home, database_url, workers=2)
    try:
        server.wait_until_ready()
        bodies: set[tuple[str, bytes]] = set()
        together = threading.Barrier(8)

        def post() -> None:
            with httpx.Client(base_url=server.url) as client:
                together.wait()
                for number in range(20):
                    body = {"refund_id": f"R{number}", "text": "收到就碎了"}
                    bodies.add((f"R{number}", client.post("/v1/triage", json=body).content))

        clients = [threading.Thread(target=post) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        assert len(bodies) == 20
        assert all("error" not in json.loads(body) for _, body in bodies)
        metrics = httpx.get(server.url + "/metrics").text
        assert 'refund_triage_request_seconds_count{endpoint="triage"} 160.0' in metrics
    finally:
        server.kill()
    engine = make_engine(database_url)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(triages)).scalar_one() == 20
    engine.dispose()
