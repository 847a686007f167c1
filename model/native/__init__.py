"""The native kernel: C for what every request does once a character; optional, see docs/decisions/0070.

`kernel` is the compiled module, or None where no C compiler was there when the project was installed; then
numpy and plain Python do the same, some times slower.
"""

import importlib
import logging
from types import ModuleType

logger = logging.getLogger(__name__)


def _load() -> ModuleType | None:
    try:
        return importlib.import_module("model.native._kernel")
    except ImportError as error:
        logger.warning("no native kernel (%s): judging takes about three times as long", error)
        return None


kernel = _load()
ENGINE = "native" if kernel else "numpy"
"""Which way this process judges; for the log and for people."""
