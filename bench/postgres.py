"""A PostgreSQL of the benchmark's own, where Debian's programs are installed."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text

PORT = 8409


def _run(*command: str) -> None:
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_postgres, *command], check=True, capture_output=True, cwd="/")


@contextlib.contextmanager
def postgresql() -> Iterator[str | None]:
    """Give the URL of an empty database on loopback, None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    if not found:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="refund-triage-bench-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data, control = str(folder / "data"), str(found[-1] / "pg_ctl")
    try:
        _run(str(found[-1] / "initdb"), "-D", data, "-U", "triage", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-p {PORT} -c listen_addresses=127.0.0.1 -k {folder}"
        _run(control, "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql+psycopg://triage@127.0.0.1:{PORT}/postgres"
        finally:
            _run(control, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server: str, name: str) -> str:
    """Make a database beside the one at `server`; returns its URL."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server.rpartition('/')[0]}/{name}"
