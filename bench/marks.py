"""The marks of issue 6 beside what was measured."""

from collections.abc import Mapping
from statistics import median

from bench.load import Burst

EMPTY, SCORE, SQLITE = "empty FastAPI", "this /v1/score", "this /v1/triage SQLite"
MLFLOW = "mlflow models serve"


def marks_table(
    bursts: Mapping[tuple[str, int], list[Burst]], cold: Mapping[str, float], rss: Mapping[str, float]
) -> list[str]:
    """Return the marks as a Markdown table; a mark whose servers did not all run is left out.

    Ratios by requests a second; in brackets by processor time, which load by others hardly touches.
    """
    rows: list[tuple[str, str, str, bool]] = []

    def ratio(name: str, other: str, wanted: float, title: str, form: str) -> None:
        if (name, 8) not in bursts or (other, 8) not in bursts:
            return
        found, by_cpu = (
            median(of(b) for b in bursts[name, 8]) / median(of(b) for b in bursts[other, 8])
            for of in (lambda b: b.rate, lambda b: b.cpu_rate)
        )
        told = f"{format(found, form)} ({format(by_cpu, form)})"
        rows.append((title, f"≥ {format(wanted, form)}", told, found >= wanted))

    ratio(SCORE, MLFLOW, 40, "`/v1/score` against MLflow, times", ".1f")
    ratio(SCORE, EMPTY, 0.45, "`/v1/score` against an empty FastAPI endpoint", ".0%")
    ratio(SQLITE, MLFLOW, 25, "`/v1/triage` on SQLite against MLflow, times", ".1f")
    for name in (SCORE, SQLITE):
        if (name, 8) in bursts and (EMPTY, 8) in bursts:
            found = median(b.p99_ms for b in bursts[name, 8]) / median(b.p99_ms for b in bursts[EMPTY, 8])
            rows.append(
                (f"p99 of {name[5:]} against the empty endpoint, times", "≤ 4", f"{found:.1f}", found <= 4)
            )
    rows += [
        (f"cold start of {name[5:]}, s", "< 2", f"{cold[name]:.2f}", cold[name] < 2)
        for name in (SCORE, SQLITE)
        if name in cold
    ]
    if SCORE in rss:
        rows.append(
            ("resident memory of a scoring worker, MB", "< 150", f"{rss[SCORE]:.1f}", rss[SCORE] < 150)
        )
    lines = ["| mark, one server core, c = 8 | wanted | measured | |", "|---|---|---|---|"]
    return lines + [f"| {title} | {want} | {told} | {'✓' if ok else '–'} |" for title, want, told, ok in rows]
