"""What a server process does before it serves, in the order that leaves the least memory behind."""

import contextlib
import sys
from typing import TYPE_CHECKING

from model.errors import RefundTriageError
from serving.champion import Champion
from serving.settings import get_settings

if TYPE_CHECKING:
    from fastapi import FastAPI


def make_worker() -> "FastAPI":
    """Load the model, then make the application; uvicorn calls this in every server process.

    In this order the imports fill the memory that reading the model took for a moment (3 MB).
    """
    settings = get_settings()
    champion = Champion(settings.models_folder, settings.policy, frozenset(settings.suggest_categories))
    with contextlib.suppress(RefundTriageError):  # tried again, and told, when the application starts
        champion.load()
    # FastAPI looks whether anybody uses pydantic's old models, by importing them (2 MB); nobody does.
    sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
    from serving.app import make_app

    return make_app(settings, champion)
