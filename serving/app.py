"""The application: what it is made of and how it starts and stops."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from model.errors import RefundTriageError
from serving import errors, health, metrics
from serving.champion import Champion
from serving.database import make_engine
from serving.review import endpoints as review_endpoints
from serving.scoring import endpoints as scoring_endpoints
from serving.scoring.group_commit import GroupCommit
from serving.scoring.openapi import add_components
from serving.settings import Settings, get_settings

DESCRIPTION = """Decides who is at fault in a Chinese refund request and what to do about it;
hands to a person what it is not sure of. Every example below works when pasted."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the model before the first request; store what waits before the process ends."""
    settings: Settings = app.state.settings
    app.state.engine = make_engine(settings.url)
    app.state.commits = GroupCommit(app.state.engine, settings.commit_max_cases)
    app.state.commits.on_commit = metrics.commit_cases.observe
    app.state.commits.start()
    try:
        app.state.champion.load()
    except RefundTriageError as error:
        # Live but not ready: /readyz says why, and a model that comes later is picked up.
        errors.logger.error("%s", error)
    yield
    app.state.commits.stop()
    app.state.engine.dispose()


def make_app(settings: Settings | None = None) -> FastAPI:
    """Put the application together."""
    settings = settings or get_settings()
    app = FastAPI(
        title="Refund Triage", version="1", description=DESCRIPTION, lifespan=lifespan, redirect_slashes=False
    )
    app.state.settings = settings
    app.state.champion = Champion(settings.models_folder, settings.policy)
    errors.install(app)
    app.include_router(scoring_endpoints.router)
    app.include_router(scoring_endpoints.stored_router)
    app.include_router(review_endpoints.router)
    app.include_router(health.router)
    app.include_router(metrics.router)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = add_components(
                get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app
