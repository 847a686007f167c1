"""The servers of a comparison: how each is started, where it listens, what its body looks like."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PYTHON = str(BIN / "python")
SERVICE = [PYTHON, "-c", "from serving.cli import app; app()", "serve", "--port", "{port}"]


def _same(fields: dict[str, Any]) -> Any:
    return fields


@dataclass(kw_only=True)
class Server:
    """A server process with everything needed to load it."""

    name: str
    port: int
    command: list[str]
    path: str
    home: Path
    wrap: Callable[[dict[str, Any]], Any] = _same
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start it on the first core; return the seconds until its first 200."""
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "REFUND_TRIAGE_HOME": str(self.home),
            "PORT": str(self.port),
            "BENTOML_DO_NOT_TRACK": "1",
            **self.environment,
        }
        command = [part.format(port=self.port) for part in self.command]
        core = str(min(os.sched_getaffinity(0)))
        with (self.home / f"{self.name.replace(' ', '-').replace('/', '-')}.log").open("wb") as log:
            start = time.perf_counter()
            self.process = subprocess.Popen(
                ["taskset", "-c", core, *command],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.perf_counter() - start < 120:
            if self._answers():
                return time.perf_counter() - start
            time.sleep(0.02)
        raise TimeoutError(f"{self.name} gave no 200 within 120 s; see its log in {self.home}")

    def _answers(self) -> bool:
        body = self.wrap({"refund_id": f"first-{time.time_ns()}", "text": "杯子收到就碎了"})
        try:
            return httpx.post(self.url + self.path, json=body, timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def rss_mb(self) -> float:
        """Resident memory of all its processes."""
        return float(sum(process.memory_info().rss for process in self._processes())) / 2**20

    def cpu_seconds(self) -> float:
        """Processor time that all its processes have used so far."""
        times = [process.cpu_times() for process in self._processes()]
        return float(sum(each.user + each.system for each in times))

    def _processes(self) -> list[psutil.Process]:
        if self.process is None:
            raise RuntimeError(f"{self.name} is not running")
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def stop(self) -> None:
        """End it and all it started; some put their workers into process groups of their own."""
        if self.process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in reversed(self._processes()):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self.process.wait()
        self.process = None


def servers(home: Path, postgresql: str | None) -> list[Server]:
    """Return every server of the comparison; PostgreSQL's only where its URL is given."""
    ports = iter(range(8410, 8499))
    uvicorn = [PYTHON, "-m", "uvicorn", "--port", "{port}", "--no-access-log", "--log-level", "warning"]

    def server(name: str, command: list[str], path: str, **more: Any) -> Server:
        return Server(name=name, port=next(ports), command=command, path=path, home=home, **more)

    found = [
        server("empty FastAPI", [*uvicorn, "bench.empty_fastapi:app"], "/score"),
        server("this /v1/score", SERVICE, "/v1/score", wrap=lambda fields: {"requests": [fields]}),
        server("this /v1/triage SQLite", SERVICE, "/v1/triage"),
        server("naive FastAPI", [*uvicorn, "bench.naive_fastapi:app"], "/score"),
        server(
            "mlflow models serve",
            ["mlflow", "models", "serve", "--env-manager", "local", "-h", "127.0.0.1", "-p", "{port}", "-m"]
            + [str(home / "mlflow-model")],
            "/invocations",
            wrap=lambda fields: {"dataframe_records": [fields]},
            environment={"MLFLOW_TRACKING_URI": str(home / "mlruns")},
        ),
        server(
            "BentoML",
            ["bentoml", "serve", "bench.bentoml_service:Triage", "--host", "127.0.0.1", "-p", "{port}"],
            "/score",
            wrap=lambda fields: {"requests": [fields]},
        ),
        server("LitServe", [PYTHON, "-m", "bench.litserve_server"], "/predict"),
    ]
    if postgresql:
        database = {"REFUND_TRIAGE_DATABASE_URL": postgresql}
        found.insert(3, server("this /v1/triage PostgreSQL", SERVICE, "/v1/triage", environment=database))
    return found
