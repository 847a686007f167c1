"""POST /v1/outcomes: what really happened."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection

from serving.accounts.keys import require
from serving.accounts.roles import Scope
from serving.dependencies import writing_connection
from serving.outcomes.schemas import OutcomeBody, OutcomeOut
from serving.outcomes.service import store_outcome
from serving.scoring.service import now_utc

router = APIRouter(prefix="/v1/outcomes", tags=["outcomes"], dependencies=[Depends(require(Scope.SCORE))])

Writing = Annotated[Connection, Depends(writing_connection, scope="function")]


@router.post("", status_code=201, summary="Report what really happened to a refund")
def report_outcome(body: OutcomeBody, connection: Writing, response: Response) -> OutcomeOut:
    """Store an outcome; it becomes a label stronger than any verdict. Reporting it again answers 200."""
    stored = store_outcome(connection, body, now_utc())
    if not stored.is_new:
        response.status_code = 200
    return stored
