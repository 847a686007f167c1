"""No personal data in the service's logs: every message of ours is masked before any handler sees it."""

import logging
from functools import cache
from typing import Any

from model.privacy import mask

OURS = ("serving", "model")


@cache
def install() -> None:
    """Mask what the loggers of this product say; a second call does nothing."""
    make = logging.getLogRecordFactory()

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.name.split(".")[0] in OURS:
            record.msg, record.args = mask(record.getMessage()), ()
        return record

    logging.setLogRecordFactory(masked)
