"""One bounded burst of load by wrk, on a core of its own."""

import itertools
import json
import os
import subprocess
import time
from pathlib import Path

import msgspec

from bench.servers import Server
from training.labeled_data import read_folder

LUA = Path(__file__).with_name("load.lua")
_bursts = itertools.count()


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """What one burst measured."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int
    cpu_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_rate(self) -> float:
        """Requests a second of processor time, which load by others hardly touches."""
        return self.requests / max(self.cpu_seconds, 0.01)


def write_bodies(path: Path, server: Server, n_bodies: int = 500, chars: int | None = None) -> None:
    """Write the bodies a server is sent: labelled requests, their texts cut or repeated to `chars`."""
    rows = read_folder()
    lines = []
    for row in rows[:: max(len(rows) // n_bodies, 1)]:
        fields = {
            name: value for name, value in msgspec.to_builtins(row.request).items() if value is not None
        }
        if chars:
            fields["text"] = (fields["text"] * (chars // max(len(fields["text"]), 1) + 1))[:chars]
        body = server.wrap(fields | {"refund_id": "@ID@"})
        lines.append(json.dumps(body, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", "utf-8")


def burst(server: Server, bodies: Path, concurrency: int, seconds: int, *, scattered: bool = False) -> Burst:
    """Load a server for some seconds.

    Ids go up, as a platform's do; `scattered`, each has another place in an index of them.
    """
    command = ["wrk", "-t1", f"-c{concurrency}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    command += [
        "-s",
        str(LUA),
        server.url,
        "--",
        str(bodies),
        server.path,
        f"b{time.time_ns()}-{next(_bursts)}-",
        "scattered" if scattered else "rising",
    ]
    cores = sorted(os.sched_getaffinity(0))
    before = server.cpu_seconds()
    done = subprocess.run(["taskset", "-c", str(cores[-1]), *command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"wrk against {server.name}: {done.stdout}{done.stderr}")
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    found = msgspec.json.decode(line.removeprefix("RESULT "), type=Burst)
    return msgspec.structs.replace(found, cpu_seconds=server.cpu_seconds() - before)
