"""Steering the model in charge: load it again, look at the challenger's shadow."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from model.errors import RefundTriageError
from serving.accounts.keys import require
from serving.accounts.roles import Scope
from serving.dependencies import reading_connection
from serving.errors import problem
from serving.shadow.report import compare

router = APIRouter(prefix="/v1/model", tags=["operations"], dependencies=[Depends(require(Scope.OPERATE))])


@router.post("/reload", summary="Load the champion again, now", response_model=None)
def reload(request: Request) -> Response | dict[str, Any]:
    """Load what the pointer names without waiting for the next look; on failure the old model stays.

    Each server process looks at the pointer by itself; this call hurries up the one that answers it.
    """
    champion = request.app.state.champion
    before = champion.current
    try:
        now = champion.load()
    except RefundTriageError as error:
        return problem(503, str(error))
    version = now.bundle.model_version
    return {"model_version": version, "changed": before is None or before.bundle.model_version != version}


@router.get("/shadow", summary="The challenger's answers beside the champion's")
def shadow(
    request: Request, connection: Annotated[Connection, Depends(reading_connection)]
) -> dict[str, Any]:
    """Compare the two on the cases both have judged; verdicts, where there are, say who was right."""
    challenger = request.app.state.champion.challenger
    return {
        "challenger": challenger.bundle.model_version if challenger else None,
        "comparison": compare(connection),
    }
