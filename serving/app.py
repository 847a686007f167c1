"""The application: what it is made of and how it starts and stops."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.staticfiles import StaticFiles

from model.errors import RefundTriageError
from serving import errors, health, log_masking, metrics, model_endpoints, pages
from serving.accounts import pages as account_pages
from serving.accounts.keys import ApiKeys
from serving.champion import Champion
from serving.database import make_engine
from serving.live_error import endpoints as live_error_endpoints
from serving.live_error.watch import watch
from serving.outcomes import endpoints as outcome_endpoints
from serving.review import endpoints as review_endpoints
from serving.review import forms as review_forms
from serving.review import pages as review_pages
from serving.review import report_pages
from serving.review.similar import SimilarCases
from serving.scoring import endpoints as scoring_endpoints
from serving.scoring.body_route import BodyRoutesFirst
from serving.scoring.group_commit import GroupCommit
from serving.scoring.openapi import add_components
from serving.scoring.service import now_utc
from serving.settings import Settings, get_settings
from serving.shadow.recorder import ShadowRecorder
from serving.watcher import Watcher

DESCRIPTION = """Decides who is at fault in a Chinese refund request and what to do about it;
hands to a person what it is not sure of. Every example below works when pasted."""


GC_THRESHOLDS = (20_000, 10, 10)
"""Python's own first one, 700 objects, is passed all the time by eight requests under way: 6 % of their time
went into looking through what is still in use."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the model before the first request; store what waits before the process ends."""
    settings: Settings = app.state.settings
    app.state.engine = make_engine(settings.url)
    app.state.commits = GroupCommit(app.state.engine, settings.commit_max_cases, settings.sampling)
    app.state.commits.on_commit = metrics.commit_cases.observe
    app.state.api_keys = ApiKeys(app.state.engine)
    app.state.commits.start()
    try:
        if app.state.champion.current is None:
            app.state.champion.load()
        # Before the first request: a category that was demoted stays so through a restart.
        look_at_live_error(app)
    except RefundTriageError as error:
        # Live but not ready: /readyz says why, and a model that comes later is picked up.
        errors.logger.error("%s", error)
    app.state.shadow = ShadowRecorder(app.state.engine, app.state.champion)
    app.state.shadow.start()
    watcher = Watcher(
        [app.state.champion.look, partial(look_at_live_error, app)], settings.poll_model_seconds
    )
    watcher.start()
    # What is there now stays: a full collection would walk all of it inside some buyer's request.
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    yield
    watcher.stop()
    app.state.shadow.stop()
    app.state.commits.stop()
    app.state.engine.dispose()


def look_at_live_error(app: FastAPI) -> None:
    """Demote what breaks its promise, and follow what other processes and people have decided."""
    champion = app.state.champion
    if champion.current is not None:
        champion.set_demoted(watch(app.state.engine, champion.current.bundle, now_utc()))


def make_app(settings: Settings | None = None, champion: Champion | None = None) -> FastAPI:
    """Put the application together; without a champion it makes one, which is loaded when the app starts."""
    log_masking.install()
    settings = settings or get_settings()
    app = BodyRoutesFirst(
        scoring_endpoints.router.routes,
        title="Refund Triage",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.champion = champion or Champion(
        settings.models_folder, settings.policy, frozenset(settings.suggest_categories)
    )
    app.state.similar_cases = SimilarCases()
    errors.install(app)
    app.include_router(scoring_endpoints.router)
    app.include_router(scoring_endpoints.stored_router)
    app.include_router(review_endpoints.router)
    app.include_router(outcome_endpoints.router)
    app.include_router(live_error_endpoints.router)
    app.include_router(model_endpoints.router)
    app.include_router(report_pages.router)
    app.include_router(review_pages.router)
    app.include_router(review_forms.router)
    app.include_router(account_pages.router)
    app.mount("/static", StaticFiles(directory=pages.STATIC), name="static")
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
