"""The triage model as MLflow serves it: requests in, label, probabilities and route out.

MLflow keeps this file beside the bundle and runs it when the model is loaded ("models from code"), so no
pickle is involved. It needs the refund-triage package installed, as the service does.

It routes as the service does where it was registered: with the shop's policy and the categories that the shop
only suggests (`model_config={"suggest_categories": […]}` at loading changes them). What the audit has demoted
since stands in the service's database, which this model does not know: the service alone decides live cases.
"""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from model import bundle as bundles
from model.policy import read_policy
from model.request import TriageRequest, request_from
from model.taxonomy import FAULTS
from model.triage import Triage, judge

WHOLE_NUMBERS = frozenset(
    {
        "refund_amount_fen",
        "order_amount_fen",
        "evidence_count",
        "buyer_orders_90d",
        "buyer_refunds_90d",
        "refund_version",
    }
)
FLAGS = frozenset({"goods_received", "no_reason_return_eligible"})


class TriageModel(PythonModel):
    """Judges requests with the bundle and the policy it was logged with."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load and verify the bundle and the policy, and read what is only suggested."""
        self.bundle = bundles.load(Path(context.artifacts["bundle"]))
        self.policy = read_policy(Path(context.artifacts["policy"]))
        self.suggested = frozenset((context.model_config or {}).get("suggest_categories") or ())

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Judge each row; columns are fields of the request, a column or value may be missing."""
        now = datetime.now(UTC)
        rows = model_input.to_dict("records")
        return pd.DataFrame([self._judge(request_of(row, n), now) for n, row in enumerate(rows)])

    def _judge(self, request: TriageRequest, now: datetime) -> dict[str, Any]:
        triage = judge(
            request,
            self.bundle,
            self.policy,
            now=now,
            triage_id="",
            review_id="",
            suggested=self.suggested,
            explained=False,
        )
        return answer_row(triage)


def request_of(row: dict[str, Any], number: int) -> TriageRequest:
    """Build a request from a table row, whose gaps are NaN and whose numbers may all be doubles."""
    fields = {name: value for name, value in row.items() if not _missing(value)}
    for name in WHOLE_NUMBERS & set(fields):
        fields[name] = int(fields[name]) if float(fields[name]).is_integer() else fields[name]
    for name in FLAGS & set(fields):
        fields[name] = bool(fields[name])
    return request_from({"refund_id": f"row-{number}"} | fields)


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def answer_row(triage: Triage) -> dict[str, Any]:
    """Lay an answer out flat, so that a Spark job or a spreadsheet can use it."""
    return {
        "label": triage.fault.category,
        "confidence": triage.fault.confidence,
        **{f"probability_{name}": triage.fault.probabilities[name] for name in FAULTS},
        "outside_probability": triage.fault.outside_probability,
        "resolution": triage.resolution.recommended,
        "route": str(triage.route),
        "review_reasons": ",".join(triage.review.reasons) if triage.review else "",
        "model_version": triage.model_version,
    }


set_model(TriageModel())
