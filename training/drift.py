"""Has the traffic moved away from what the model was trained on?"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import create_engine, text

from model.bundle import Bundle
from model.fields import CATEGORICAL, NUMERIC
from model.request import TriageRequest, request_from
from model.taxonomy import FAULTS

MIN_ROWS = 50


class TooFewCasesError(Exception):
    """There are too few cases in this time to say anything."""


def describe(requests: Sequence[TriageRequest], bundle: Bundle) -> pd.DataFrame:
    """Return what is watched of each request: fields, length of the text, what the model makes of it."""
    fault, _ = bundle.scorer.score_many(requests)
    inside = fault[:, : len(FAULTS)]
    rows: list[dict[str, Any]] = []
    for request, five, outside in zip(requests, inside, fault[:, -1], strict=True):
        row: dict[str, Any] = {name: getattr(request, name) or "missing" for name in CATEGORICAL}
        row |= {name: number(request) for name, number in NUMERIC.items()}
        row |= {
            "text_length": len(request.text),
            "category": FAULTS[int(five.argmax())],
            "confidence": float(five.max() / five.sum()),
            "outside_probability": float(outside),
        }
        rows.append(row)
    return pd.DataFrame(rows).astype(dict.fromkeys(NUMERIC, float))


def requests_since(database_url: str, since: datetime) -> list[TriageRequest]:
    """Return the requests judged since a moment."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT request FROM triages WHERE created_at >= :since"),
                {"since": since.replace(tzinfo=None) if engine.dialect.name == "sqlite" else since},
            ).all()
    finally:
        engine.dispose()
    return [request_from(json.loads(row.request)) for row in rows]


def report(reference: pd.DataFrame, current: pd.DataFrame, html: Path) -> Mapping[str, float]:
    """Write Evidently's report; returns drift by column as numbers.

    Raises
    ------
    TooFewCasesError
        Below fifty cases on either side.
    """
    if min(len(reference), len(current)) < MIN_ROWS:
        raise TooFewCasesError(f"{len(current)} cases; at least {MIN_ROWS} are needed")
    from evidently import Report
    from evidently.presets import DataDriftPreset

    # A column nobody fills on either side cannot drift, and Evidently stumbles over it.
    filled = [c for c in reference if reference[c].notna().any() and current[c].notna().any()]
    snapshot = Report([DataDriftPreset()]).run(current[filled], reference[filled])
    html.parent.mkdir(parents=True, exist_ok=True)
    snapshot.save_html(str(html))
    return dict(_numbers(snapshot.dict()))


def _numbers(found: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Read the drift score of each column and the share of drifted columns out of a snapshot."""
    numbers: list[tuple[str, float]] = []
    for metric in found["metrics"]:
        value, config = metric["value"], metric.get("config", {})
        if isinstance(value, Mapping) and "share" in value:
            numbers.append(("share_drifted", float(value["share"])))
        elif config.get("column"):
            numbers.append((str(config["column"]), float(value)))
    return numbers
