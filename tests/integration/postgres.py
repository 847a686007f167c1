"""A PostgreSQL of our own: Debian's programs, a private folder, a private port."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

MISSING = "PostgreSQL is not installed (apt-get install postgresql)"


def programs() -> Path | None:
    """Folder of initdb and pg_ctl, the newest version first; None where PostgreSQL is missing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def _as_postgres(command: list[str]) -> None:
    # PostgreSQL refuses to run as root, which is what containers are.
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, capture_output=True, cwd="/")


def free_port() -> int:
    """Return a port nobody listens on."""
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def run_postgres(bin_folder: Path) -> Iterator[str]:
    """Start a server on loopback, give its URL, stop and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="refund-triage-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()
    try:
        _as_postgres(
            [
                str(bin_folder / "initdb"),
                "-D",
                str(data),
                "-U",
                "triage",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
            ]
        )
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c max_connections=200"
            " -c timezone=Asia/Shanghai"
        )
        start = [str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-o", options]
        _as_postgres([*start, "-l", str(folder / "log"), "start"])
        try:
            yield f"postgresql+psycopg://triage@127.0.0.1:{port}/postgres"
        finally:
            _as_postgres([str(bin_folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
