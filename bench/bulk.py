"""What `refund-triage score FILE` costs the processor a row, after loading: python -m bench.bulk."""

import argparse
import csv
import tempfile
import time
from pathlib import Path

import msgspec

from model.policy import SHIPPED_POLICY
from serving.bulk.run import Judge, score_file
from serving.settings import get_settings
from training.labeled_data import read_folder


def write_rows(path: Path) -> int:
    """Write every labelled request as a table; return their number."""
    rows = [msgspec.to_builtins(row.request) for row in read_folder()]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted({name for row in rows for name in row}))
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def main() -> None:
    """Print rows a second of processor time, for the fastest of several runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=3)
    models = get_settings().models_folder
    folder = models / (models / "champion").read_text("utf-8").strip()
    with tempfile.TemporaryDirectory() as temporary:
        source, out = Path(temporary) / "in.csv", Path(temporary) / "out.csv"
        n_rows = write_rows(source)
        costs = []
        for _ in range(parser.parse_args().passes):
            marks: list[float] = []
            # The first chunk is written after everything is loaded, so what follows is the rows' own cost.
            score_file(
                source,
                out,
                Judge(bundle_folder=folder, policy_file=SHIPPED_POLICY),
                on_chunk=lambda n, marks=marks: marks.append(time.process_time()),
            )
            costs.append((marks[-1] - marks[0]) / (n_rows - 500) * 1e6)
    print(
        f"{n_rows} rows, csv to csv: {min(costs):.0f} µs of processor time a row, {1e6 / min(costs):,.0f} a s"
    )


if __name__ == "__main__":
    main()
