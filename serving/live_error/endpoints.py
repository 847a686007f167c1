"""GET /v1/live-error: what the audit sample says of the automated categories."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from serving.accounts.keys import require
from serving.accounts.roles import Scope
from serving.dependencies import reading_connection
from serving.live_error.watch import read_demoted, read_demotions, read_live_error
from serving.scoring.service import current_judgement

router = APIRouter(
    prefix="/v1/live-error", tags=["operations"], dependencies=[Depends(require(Scope.OPERATE))]
)


@router.get("", summary="Wrongly-automated rate by category, with its bounds, and what is demoted")
def show_live_error(
    request: Request, connection: Annotated[Connection, Depends(reading_connection)]
) -> dict[str, Any]:
    """Bounds hold at every moment at once; `banner` lists what the review page must warn about."""
    bundle = current_judgement(request.app.state.champion).bundle
    return {
        "model_version": bundle.model_version,
        "categories": [asdict(error) for error in read_live_error(connection, bundle)],
        "banner": sorted(read_demoted(connection)),
        "demotions": read_demotions(connection),
    }
