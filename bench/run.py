"""make bench: every server in one run, interleaved rounds, medians and ratios."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.load import Burst, burst, write_bodies
from bench.marks import marks_table
from bench.postgres import postgresql
from bench.servers import PYTHON, ROOT, Server, servers

CONCURRENCIES = (1, 8, 32)
Bursts = dict[tuple[str, int], list[Burst]]


def main() -> None:
    """Run the comparison and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="folder with the champion")
    parser.add_argument("--out", type=Path, required=True, help="folder for result.json and result.md")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of one burst; wrk knows whole seconds only")
    parser.add_argument("--note", default="", help="what else was going on on the machine")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refund-triage-bench-") as folder, postgresql() as database:
        home = Path(folder)
        shutil.copytree(options.models, home / "models")
        environment = os.environ | {"PYTHONPATH": str(ROOT), "REFUND_TRIAGE_HOME": str(home)}
        save = [PYTHON, "-m", "bench.mlflow_model", str(home / "mlflow-model")]
        subprocess.run(save, check=True, env=environment, capture_output=True)
        candidates = servers(home, database)
        try:
            cold, bursts, rss = measure(candidates, home, options.rounds, options.seconds)
        finally:
            for server in candidates:
                server.stop()
    write(options.out, candidates, cold, bursts, rss, options.note)


def measure(
    candidates: list[Server], home: Path, rounds: int, seconds: int
) -> tuple[dict[str, float], Bursts, dict[str, float]]:
    """Start all servers, then load them in turn; one that does not start is left out and named."""
    cold: dict[str, float] = {}
    for server in list(candidates):
        try:
            cold[server.name] = server.start()
            print(f"{server.name}: first 200 after {cold[server.name]:.1f} s", flush=True)
        except TimeoutError as error:
            print(error, flush=True)
            server.stop()
            candidates.remove(server)
    bursts: Bursts = defaultdict(list)
    for server in candidates:
        write_bodies(home / f"{server.port}.jsonl", server)
        burst(server, home / f"{server.port}.jsonl", 8, 1)  # warm-up
    for round_ in range(rounds):
        for concurrency in CONCURRENCIES:
            for server in candidates:
                found = burst(server, home / f"{server.port}.jsonl", concurrency, seconds)
                bursts[server.name, concurrency].append(found)
        print(f"round {round_ + 1} of {rounds}", flush=True)
    return cold, bursts, {server.name: server.rss_mb() for server in candidates}


def write(
    out: Path,
    candidates: list[Server],
    cold: dict[str, float],
    bursts: Bursts,
    rss: dict[str, float],
    note: str,
) -> None:
    """Write every burst as JSON and the medians as a table."""
    out.mkdir(parents=True, exist_ok=True)
    raw = {
        f"{name} c={c}": [
            {
                "rate": b.rate,
                "p50_ms": b.p50_ms,
                "p99_ms": b.p99_ms,
                "errors": b.errors,
                "cpu_rate": b.cpu_rate,
            }
            for b in all_
        ]
        for (name, c), all_ in bursts.items()
    }
    result = {"cold_start_s": cold, "rss_mb": rss, "bursts": raw}
    (out / "result.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def rate(name: str, c: int) -> float:
        return median(b.rate for b in bursts[name, c])

    def cpu_rate(name: str) -> float:
        return median(b.cpu_rate for b in bursts[name, 8])

    lines = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}. {note}",
        "",
        "Every server on one core, the load generator (wrk) on the other; requests/s and ms are medians of"
        f" {len(next(iter(bursts.values())))} interleaved rounds. Per CPU-second: requests by processor time"
        " of all the server's processes, which load by others hardly touches; PostgreSQL's own is not in it.",
        "",
        "| server | c=1 | c=8 | c=32 | p50 c=8 | p99 c=8 | p99 c=32 | vs mlflow c=8 | vs empty c=8 |"
        " per CPU-second c=8 | vs mlflow | vs empty | RSS MB | cold start s | errors |",
        "|---" * 15 + "|",
    ]
    for server in candidates:
        name = server.name
        p50 = median(b.p50_ms for b in bursts[name, 8])
        p99, p99_32 = (median(b.p99_ms for b in bursts[name, c]) for c in (8, 32))
        ratios, cpu_ratios = (
            [
                f"{of(name) / of(other):.2f}×" if (other, 8) in bursts else "–"
                for other in ("mlflow models serve", "empty FastAPI")
            ]
            for of in (lambda name: rate(name, 8), cpu_rate)
        )
        errors = sum(b.errors for c in CONCURRENCIES for b in bursts[name, c])
        figures = [f"{rate(name, c):,.0f}" for c in CONCURRENCIES]
        figures += [
            f"{p50:.1f}",
            f"{p99:.1f}",
            f"{p99_32:.1f}",
            *ratios,
            f"{cpu_rate(name):,.0f}",
            *cpu_ratios,
        ]
        figures += [f"{rss[name]:.0f}", f"{cold[name]:.1f}", str(errors)]
        lines.append(f"| {name} | {' | '.join(figures)} |")
    lines += ["", *marks_table(bursts, cold, rss)]
    (out / "result.md").write_text("\n".join(lines) + "\n", "utf-8")
    print((out / "result.md").read_text("utf-8"))


def machine() -> str:
    """Name the machine."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if "model name" in line),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
