"""Past cases to replay: from labelled files, exports, or a service's database."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import create_engine, text

from model.request import TriageRequest, decode_request, request_from
from training.labeled_data import LabelError

# Plain SQL: training reads the table of the service without importing it.
LATEST = """
SELECT t.request AS request
FROM triages t
JOIN (SELECT refund_id, max(revision) AS revision FROM triages GROUP BY refund_id) newest
  ON newest.refund_id = t.refund_id AND newest.revision = t.revision
ORDER BY t.triage_id
"""


@dataclass(frozen=True, kw_only=True)
class PastCase:
    """A request of the past; `resolution` is its label, None where nobody gave one."""

    request: TriageRequest
    resolution: str | None


def read_cases(path: Path) -> Iterator[PastCase]:
    """Read a JSONL file of labelled rows (`{"request": …, "resolution": …}`) or of bare requests.

    Raises
    ------
    LabelError
        With file and line of what is neither.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
                request = request_from(row.get("request", row))
            except Exception as error:
                raise LabelError(f"{path.name}:{number}: {error}") from error
            yield PastCase(request=request, resolution=row.get("resolution"))


def stored_cases(database_url: str) -> Iterator[PastCase]:
    """Read the newest revision of every case that a service has answered."""
    engine = create_engine(database_url)
    try:
        with engine.connect().execution_options(stream_results=True) as connection:
            for row in connection.execute(text(LATEST)):
                yield PastCase(request=decode_request(row.request.encode()), resolution=None)
    finally:
        engine.dispose()
