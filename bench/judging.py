"""What judging one request costs the processor, without any server: python -m bench.judging.

Every labelled request is judged once a pass, in an order that mixes their sources, so each is a text that
nobody has looked at just before: caches are as cold as in a server. Processor time, not wall time, and the
fastest of several passes, because the machine is shared.
"""

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from model import bundle as bundles
from model.policy import read_policy
from model.request import decode_request
from model.triage import judge
from serving.settings import get_settings
from training.labeled_data import read_folder

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
Step = Callable[[bytes], Any]


def steps() -> dict[str, Step]:
    """Return ever longer beginnings of the whole path; what each adds is the cost of a step."""
    models = get_settings().models_folder
    bundle = bundles.load(models / (models / "champion").read_text("utf-8").strip())
    policy = read_policy()

    def judged(body: bytes, *, explained: bool = True) -> Any:
        ids = {"triage_id": "t", "review_id": "r"}
        return judge(decode_request(body), bundle, policy, now=NOW, explained=explained, **ids)

    return {
        "decode": decode_request,
        "score": lambda body: bundle.scorer.score(decode_request(body)),
        "policy, reasons": lambda body: judged(body, explained=False),
        "explanation": judged,
        "encode": lambda body: msgspec.json.encode(judged(body)),
    }


def bodies() -> list[bytes]:
    """Return every labelled request as it comes over the wire."""
    found = [msgspec.json.encode(row.request) for row in read_folder()]
    random.Random(6).shuffle(found)
    return found


def cpu_us(step: Step, requests: list[bytes]) -> float:
    """Return the processor time of one pass in microseconds a request."""
    start = time.process_time()
    for body in requests:
        step(body)
    return (time.process_time() - start) / len(requests) * 1e6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=5)
    passes = parser.parse_args().passes
    requests, measured = bodies(), steps()
    rounds = [{name: cpu_us(step, requests) for name, step in measured.items()} for _ in range(passes)]
    before = 0.0
    print(f"{len(requests)} requests, fastest of {passes} passes, µs of processor time a request")
    for name in measured:
        up_to_here = min(each[name] for each in rounds)
        print(f"{name:<18}{up_to_here - before:8.1f}")
        before = up_to_here
    print(f"{'all':<18}{before:8.1f}")


if __name__ == "__main__":
    main()
