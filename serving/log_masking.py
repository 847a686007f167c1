"""No personal data in the service's logs: every message of ours is masked before any handler sees it.

Tracebacks too, whoever logs them: the server logs those of unforeseen errors, whose text may quote a request.
"""

import logging
import traceback
from functools import cache
from typing import Any

from model.privacy import mask

OURS = ("serving", "model")


@cache
def install() -> None:
    """Mask what the loggers of this product say, and every traceback; a second call does nothing."""
    make = logging.getLogRecordFactory()

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.name.split(".")[0] in OURS:
            record.msg, record.args = mask(record.getMessage()), ()
        if record.exc_info and record.exc_info[0] is not None:
            # Where this text is set the handlers' formatters do not make their own.
            record.exc_text = mask("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record

    logging.setLogRecordFactory(masked)
