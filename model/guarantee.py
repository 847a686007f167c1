"""Whether the promise of the operating point still applies: the exchangeability test's last finding.

Written by `refund-train exchangeability`, shown by the service.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from model.errors import RefundTriageError

STATUS_FILE = "guarantee.json"


class GuaranteeError(RefundTriageError):
    """The guarantee's status file cannot be read; run `refund-train exchangeability` again."""


class Guarantee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Finding of the test over the requests that came since the model took charge.

    Attributes
    ----------
    model_version : the model whose calibration the requests are compared with.
    applies : False once the test has rejected, True while it has not, None with too few requests.
    n_cases : requests looked at; the last of them came at `last_case_at`.
    evidence : largest value of the martingale; `limit` is where it rejects.
    checked_at : when the test ran.
    """

    model_version: str
    applies: bool | None
    n_cases: int
    last_case_at: datetime | None
    evidence: float
    limit: float
    checked_at: datetime


WARNING = {
    "zh": "进来的请求已不像校准时的请求：自动处理的准确率保证不再适用。"
    "请用自己的审核结果重新校准(refund-train calibrate)，或把类别改为只给建议。",
    "en": "Incoming requests no longer look like those calibrated on: the precision promise does not apply. "
    "Recalibrate on your own verdicts (refund-train calibrate), or put categories into suggest mode.",
}


def read_guarantee(home: Path) -> Guarantee | None:
    """Return the last finding, None where the test has never run.

    Raises
    ------
    GuaranteeError
        When the file is damaged.
    """
    try:
        return msgspec.json.decode((home / STATUS_FILE).read_bytes(), type=Guarantee)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GuaranteeError(f"{home / STATUS_FILE}: {error}") from error


def write_guarantee(home: Path, guarantee: Guarantee) -> None:
    """Replace the finding in one atomic rename."""
    aside = home / f".{STATUS_FILE}.new"
    aside.write_bytes(msgspec.json.format(msgspec.json.encode(guarantee)) + b"\n")
    aside.replace(home / STATUS_FILE)
