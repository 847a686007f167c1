"""The reports as a page and as CSV."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from serving import pages
from serving.dependencies import reading_connection
from serving.errors import NotFoundError
from serving.pages import User
from serving.review.charts import Bar, bars
from serving.review.report import Report
from serving.review.reports import REPORTS
from serving.scoring.service import now_utc

router = APIRouter(prefix="/review/reports", include_in_schema=False)

Reading = Annotated[Connection, Depends(reading_connection)]

SHARES = {"automation_rate", "wrongly_automated_rate", "low", "high", "missed_share", "upheld", "agreed"}
SHARES |= {"share_of_its_cases"}


@router.get("")
def reports_page(request: Request, user: User, connection: Reading) -> Response:
    """Show all reports."""
    now = now_utc()
    made = {name: report(connection, now) for name, report in REPORTS.items()}
    return pages.render(
        request,
        "reports.html",
        user,
        reports=made,
        charts=charts(made),
        written=written,
        messages=pages.messages(),
    )


@router.get("/{name}.csv")
def report_csv(name: str, _: User, connection: Reading) -> Response:
    """Give one report as CSV."""
    if name not in REPORTS:
        raise NotFoundError("there is no such report")
    report = REPORTS[name](connection, now_utc())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(report.columns)
    writer.writerows([harmless(value) for value in row] for row in report.rows)
    return Response(
        # With a mark of its encoding, or Excel shows Chinese as noise.
        "\ufeff" + out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers=pages.HEADERS | {"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula: names come from outside."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def written(column: str, value: Any) -> str:
    """Write one cell of a report."""
    if value is None:
        return "—"
    if column in SHARES:
        return f"{value:.1%}"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def charts(made: dict[str, Report]) -> dict[str, list[Bar]]:
    """Draw what is easier seen than read: shares by week."""
    automation, late = made["automation"].rows, made["deadlines"].rows
    weeks = [row[0] for row in automation]
    return {
        "automation": bars(
            [row[3] for row in automation], weeks, [written("automation_rate", row[3]) for row in automation]
        ),
        "wrongly_automated": bars(
            [row[6] for row in automation],
            weeks,
            [written("low", row[6]) for row in automation],
            [(row[7], row[8]) if row[4] else None for row in automation],
        ),
        "deadlines": bars([row[2] for row in late], weeks, [str(row[2]) for row in late]),
    }
