"""The real service in a process of its own, on a free port, with a home of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import delete

from serving.accounts import users
from serving.accounts.roles import Role
from serving.database import make_engine
from serving.review.tables import review_events, reviews, verdicts
from serving.scoring.service import now_utc
from serving.scoring.tables import triages
from serving.settings import Settings

PASSWORD = "a-long-password"
REPOSITORY = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """Return a port nobody listens on."""
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Service:
    """A service that can be killed and started again on the same data."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What it and its commands are started with."""
        return os.environ | {
            "REFUND_TRIAGE_HOME": str(self.home),
            "PYTHONPATH": str(REPOSITORY),
            **self.settings,
        }

    def add_user(self, name: str, role: Role = Role.REVIEWER) -> None:
        """Make an account with `PASSWORD`."""
        engine = make_engine(Settings(home=self.home).url)
        with engine.begin() as connection:
            users.add_user(connection, name, PASSWORD, role, now_utc())
        engine.dispose()

    def forget_cases(self) -> None:
        """Empty the queue and what was answered."""
        engine = make_engine(Settings(home=self.home).url)
        with engine.begin() as connection:
            for table in (verdicts, review_events, reviews, triages):
                connection.execute(delete(table))
        engine.dispose()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        program = [sys.executable, "-c", "from serving.cli import app; app()", "serve"]
        log = (self.home / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [*program, "--port", str(self.port)], env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError((self.home / "log").read_text("utf-8"))

    def kill(self) -> None:
        """End it the hard way: kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def running(home: Path, models: Path, **settings: str) -> Iterator[Service]:
    """Run a service whose models are those of `models`."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(models, target_is_directory=True)
    service = Service(home, {f"REFUND_TRIAGE_{name.upper()}": value for name, value in settings.items()})
    try:
        service.start()
        yield service
    finally:
        service.kill()
