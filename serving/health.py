"""Whether the service lives, whether it can answer, and with which model."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection, text

from model.operating_point import mode_of
from model.taxonomy import FAULTS
from serving.dependencies import reading_connection
from serving.errors import problem
from serving.guarantee import guarantee_fields
from serving.scoring.service import current_judgement

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="The process lives")
async def healthz() -> dict[str, str]:
    """Answer as long as the process runs."""
    return {"status": "ok"}


@router.get("/readyz", summary="The service can answer", response_model=None)
def readyz(
    request: Request, connection: Annotated[Connection, Depends(reading_connection)]
) -> Response | dict[str, Any]:
    """Answer 200 once a model is loaded and warm and the database answers."""
    connection.execute(text("SELECT 1"))
    champion = request.app.state.champion
    if champion.current is None:
        return problem(503, champion.last_error or "no model is loaded yet")
    version = champion.current.bundle.model_version
    return {
        "status": "ready",
        "model_version": version,
        "guarantee": guarantee_fields(request.app.state.settings.home, version),
        "last_load_error": champion.last_error,
        "policy_version": champion.current.policy.version,
        "last_policy_error": champion.policy_file.last_error,
        "challenger_error": champion.challenger_error,
        "demoted": sorted(champion.current.demoted),
    }


@router.get("/v1/model", summary="The model in charge")
def model(request: Request) -> dict[str, Any]:
    """Describe the model and policy in charge: versions, operating point, metrics."""
    judgement = current_judgement(request.app.state.champion)
    manifest, point = judgement.bundle.manifest, judgement.bundle.operating_point
    return {
        "model_version": manifest.model_version,
        "policy_version": judgement.policy.version,
        "created_from": manifest.created_from,
        "label_period": manifest.label_period,
        "data_hash": manifest.data_hash,
        "operating_point": {
            "sentence": point.sentence,
            "outside_sentence": point.outside_sentence,
            "thresholds": point.thresholds,
            "calibrated_on": point.calibrated_on,
            "n_rows": point.n_rows,
            "modes": {name: mode_of(name, point, judgement.suggested) for name in FAULTS},
        },
        "guarantee": guarantee_fields(request.app.state.settings.home, manifest.model_version),
        "metrics": manifest.metrics,
        "versions": manifest.versions,
    }
