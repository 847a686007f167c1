"""make bench-growth: what longer texts, a million stored cases and more training rows cost."""

import argparse
import json
import os
import random
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import create_engine, insert

from bench.load import burst, write_bodies
from bench.run import machine
from bench.servers import Server, servers
from serving.database import migrate
from serving.review.tables import reviews
from serving.scoring.service import now_utc
from serving.scoring.tables import triages
from training.fit import fit_classifier
from training.labeled_data import LabeledRow, read_folder
from training.train import read_parameters

TEXT_CHARS = (20, 200, 2_000)
STORED_CASES = 1_000_000
TRAINING_ROWS = (6_000, 100_000)
CHUNK = 20_000


def main() -> None:
    """Run what is asked for and write growth.json and growth.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=int, default=STORED_CASES)
    parser.add_argument("--training-rows", type=int, nargs="*", default=TRAINING_ROWS)
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="refund-triage-growth-") as folder:
        homes = [Path(folder) / name for name in ("few", "many")]
        for home in homes:
            shutil.copytree(options.models, home / "models")
        few, many = (servers(home, None) for home in homes)
        result["p50_ms_by_text_chars"] = by_text(few[1], homes[0], options.rounds)
        result["p50_ms_by_stored_cases"] = by_cases(few[2], many[2], homes, options.cases, options.rounds)
    result["seconds_by_training_rows"] = {n: train_seconds(n) for n in options.training_rows}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "growth.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def by_text(score: Server, home: Path, rounds: int) -> dict[int, float]:
    """Median p50 of /v1/score at c=1 by length of the text."""
    found: dict[int, list[float]] = {chars: [] for chars in TEXT_CHARS}
    try:
        score.start()
        for chars in TEXT_CHARS:
            write_bodies(home / f"{chars}.jsonl", score, 200, chars)
        for _ in range(rounds):
            for chars, p50s in found.items():
                p50s.append(burst(score, home / f"{chars}.jsonl", 1, 1).p50_ms)
    finally:
        score.stop()
    return {chars: median(p50s) for chars, p50s in found.items()}


def by_cases(few: Server, many: Server, homes: list[Path], n_cases: int, rounds: int) -> dict[int, float]:
    """Median p50 of /v1/triage at c=8 without and with stored cases, in interleaved bursts."""
    many.port += 20
    fill(f"sqlite:///{homes[1] / 'refund-triage.sqlite'}", n_cases)
    found: dict[int, list[float]] = {0: [], n_cases: []}
    try:
        for server, home in zip((few, many), homes, strict=True):
            server.start()
            write_bodies(home / "triage.jsonl", server)
            burst(server, home / "triage.jsonl", 8, 1)
        for _ in range(rounds):
            for (server, home), p50s in zip(
                zip((few, many), homes, strict=True), found.values(), strict=True
            ):
                p50s.append(burst(server, home / "triage.jsonl", 8, 2).p50_ms)
    finally:
        few.stop()
        many.stop()
    return {cases: median(p50s) for cases, p50s in found.items()}


def fill(url: str, n_cases: int) -> None:
    """Insert cases without judging them; a third of them wait for a person."""
    migrate(url)
    engine = create_engine(url)
    for first in range(0, n_cases, CHUNK):
        rows = list(_rows(first, min(CHUNK, n_cases - first)))
        with engine.begin() as connection:
            connection.execute(insert(triages), rows)
            connection.execute(insert(reviews), [_review(row) for row in rows[::3]])
    engine.dispose()


def _rows(first: int, number: int) -> Iterator[dict[str, Any]]:
    for n in range(first, first + number):
        yield {
            "triage_id": str(uuid.uuid4()),
            "refund_id": f"stored-{n}",
            "revision": 1,
            "content_hash": "0" * 64,
            "request": '{"refund_id":"stored"}' + " " * 300,
            "answer": "{}" + " " * 1_500,  # as long as a real answer
            "model_version": "bench",
            "policy_version": "bench",
            "fault": "quality",
            "confidence": 0.9,
            "resolution": "exchange",
            "route": "auto",
            "created_at": now_utc(),
        }


def _review(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "review_id": str(uuid.uuid4()),
        "triage_id": row["triage_id"],
        "refund_id": row["refund_id"],
        "state": "waiting",
        "reasons": ["low_confidence"],
        "respond_by": now_utc(),
        "created_at": now_utc(),
    }


def train_seconds(n_rows: int) -> float:
    """Seconds of one fit on `n_rows` rows: the labelled ones, repeated with noise where there are too few."""
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
