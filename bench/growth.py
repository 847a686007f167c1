"""make bench-growth: what longer texts, a million stored cases and more training rows cost."""

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import msgspec

from bench.load import Burst, burst, write_bodies
from bench.postgres import create_database, postgresql
from bench.run import machine
from bench.servers import Server, servers
from bench.stored_cases import fill
from training.fit import fit_classifier
from training.labeled_data import LabeledRow, read_folder
from training.train import read_parameters

TEXT_CHARS = (20, 200, 2_000)
STORED_CASES = 1_000_000
TRAINING_ROWS = (6_000, 100_000)
LOOKS = ("/metrics", "/readyz", "/v1/reviews?limit=20")
"""What else is asked of a service beside the scoring, whose time may grow with what is stored."""


def main() -> None:
    """Run what is asked for and write growth.json and growth.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cases", type=int, default=STORED_CASES)
    parser.add_argument("--training-rows", type=int, nargs="*", default=TRAINING_ROWS)
    parser.add_argument("--note", default="", help="what else was going on on the machine")
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": f"{machine()}. {options.note}"}
    with tempfile.TemporaryDirectory(prefix="refund-triage-growth-") as folder, postgresql() as database:
        homes = [Path(folder) / name for name in ("few", "many")]
        for home in homes:
            shutil.copytree(options.models, home / "models")
        result["by_text"] = by_text(servers(homes[0], None)[1], homes[0], options.rounds)
        result["by_cases_sqlite"] = by_cases(sqlite_pair(homes, options.cases), homes, options)
        if database:
            result["by_cases_postgresql"] = by_cases(
                postgresql_pair(homes, database, options), homes, options
            )
    result["train_cpu_seconds"] = {n: train_seconds(n) for n in options.training_rows}
    write(options.out, result)


def by_text(score: Server, home: Path, rounds: int) -> dict[int, Any]:
    """Load /v1/score at c=1 with texts of several lengths, in turn."""
    found: dict[int, list[Burst]] = {chars: [] for chars in TEXT_CHARS}
    try:
        score.start()
        for chars in TEXT_CHARS:
            write_bodies(home / f"{chars}.jsonl", score, 200, chars)
        for _ in range(rounds):
            for chars, bursts in found.items():
                bursts.append(burst(score, home / f"{chars}.jsonl", 1, 1))
    finally:
        score.stop()
    return {chars: summary(bursts) for chars, bursts in found.items()}


def sqlite_pair(homes: list[Path], n_cases: int) -> dict[int, Server]:
    """Return a service on an empty SQLite file and one on a full one."""
    fill(f"sqlite:///{homes[1] / 'refund-triage.sqlite'}", homes[1] / "models", n_cases)
    pair = [servers(home, None)[2] for home in homes]
    return _told_apart(pair, n_cases)


def postgresql_pair(homes: list[Path], server: str, options: argparse.Namespace) -> dict[int, Server]:
    """Return a service on an empty database of PostgreSQL and one on a full one."""
    pair = []
    for home, name in zip(homes, ("few", "many"), strict=True):
        url = create_database(server, name)
        if name == "many":
            fill(url, home / "models", options.cases)
        pair.append(servers(home, url)[3])
    return _told_apart(pair, options.cases)


def _told_apart(pair: list[Server], n_cases: int) -> dict[int, Server]:
    few, many = pair
    few.name, many.name, many.port = f"{few.name} few", f"{many.name} many", many.port + 20
    return {0: few, n_cases: many}


def by_cases(pair: dict[int, Server], homes: list[Path], options: argparse.Namespace) -> dict[int, Any]:
    """Load /v1/triage at c=8 without and with stored cases in turn, under ids scattered over the index."""
    found: dict[int, list[Burst]] = {cases: [] for cases in pair}
    looks: dict[int, dict[str, float]] = {}
    bodies = homes[0] / "triage.jsonl"
    try:
        for server in pair.values():
            server.start()
            write_bodies(bodies, server)
            burst(server, bodies, 8, 1)
        for _ in range(options.rounds):
            for cases, server in pair.items():
                found[cases].append(burst(server, bodies, 8, 2, scattered=True))
        looks = {cases: {path: look_ms(server, path) for path in LOOKS} for cases, server in pair.items()}
    finally:
        for server in pair.values():
            server.stop()
    return {cases: summary(bursts) | {"looks_ms": looks[cases]} for cases, bursts in found.items()}


def look_ms(server: Server, path: str) -> float:
    """Median time of some GET requests, one after the other."""
    times = []
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for _ in range(9):
            start = time.perf_counter()
            client.get(path).raise_for_status()
            times.append((time.perf_counter() - start) * 1e3)
    return median(times)


def summary(bursts: list[Burst]) -> dict[str, float]:
    """Medians over the bursts; errors are summed."""
    return {
        "p50_ms": median(b.p50_ms for b in bursts),
        "p99_ms": median(b.p99_ms for b in bursts),
        "requests_s": median(b.rate for b in bursts),
        "cpu_us": median(1e6 / b.cpu_rate for b in bursts),
        "errors": sum(b.errors for b in bursts),
    }


def write(out: Path, result: dict[str, Any]) -> None:
    """Write all figures as JSON and the medians as tables."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "growth.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {result['machine']}"]
    titles = {
        "by_text": "/v1/score at c = 1, characters of the text",
        "by_cases_sqlite": "/v1/triage on SQLite at c = 8, stored cases",
        "by_cases_postgresql": "/v1/triage on PostgreSQL at c = 8, stored cases",
    }
    for key, title in titles.items():
        if key not in result:
            continue
        looks = list(next(iter(result[key].values())).get("looks_ms", {}))
        names = ["p50 ms", "p99 ms", "requests/s", "processor µs a request", "errors"]
        lines += ["", f"| {title} | {' | '.join([*names, *(f'GET {path} ms' for path in looks)])} |"]
        lines.append("|---" * (len(names) + len(looks) + 1) + "|")
        for at, row in result[key].items():
            figures = [f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.1f}", f"{row['requests_s']:,.0f}"]
            figures += [f"{row['cpu_us']:,.0f}", str(row["errors"])]
            figures += [f"{row['looks_ms'][path]:.1f}" for path in looks]
            lines.append(f"| {at:,} | {' | '.join(figures)} |")
    if result["train_cpu_seconds"]:
        lines += ["", "| training rows | processor seconds of one fit |", "|---|---|"]
        lines += [f"| {n:,} | {seconds:.0f} |" for n, seconds in result["train_cpu_seconds"].items()]
    (out / "growth.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def train_seconds(n_rows: int) -> float:
    """Processor seconds of one fit on `n_rows` rows: the labelled ones, repeated with noise if too few."""
    source = [row for row in read_folder() if row.split == "train"]
    dice = random.Random(n_rows)
    rows = [_noisy(source[n % len(source)], n, dice) for n in range(n_rows)]
    start = time.process_time()
    fit_classifier(rows, read_parameters())
    return time.process_time() - start


def _noisy(row: LabeledRow, number: int, dice: random.Random) -> LabeledRow:
    characters = list(row.request.text)
    for _ in range(max(len(characters) // 10, 1)):
        characters.insert(dice.randrange(len(characters) + 1), chr(dice.randrange(0x4E00, 0x9FA5)))
    request = msgspec.structs.replace(row.request, refund_id=f"g{number}", text="".join(characters)[:2_000])
    return msgspec.structs.replace(row, request=request)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
