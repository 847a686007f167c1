"""Real databases: every test that takes `engine` runs on SQLite and on PostgreSQL."""

import itertools
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from model.request import TriageRequest
from model.taxonomy import FAULTS, RESOLUTIONS
from model.triage import FaultOpinion, NamedWeight, ResolutionOpinion, ReviewTicket, Triage
from serving.database import make_engine, migrate
from serving.review.sampling import Sampling
from serving.scoring.service import new_id, now_utc
from serving.scoring.store import Case, store_cases

sys.path.insert(0, str(Path(__file__).parent))
import postgres

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_names = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL started for this run; without it these tests are skipped by name."""
    folder = postgres.programs()
    if folder is None:
        pytest.skip(postgres.MISSING)
    yield from postgres.run_postgres(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty, migrated database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/triage.sqlite"
    else:
        server: str = request.getfixturevalue("postgres_server")
        name = f"triage_{next(_names)}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        url = server.removesuffix("postgres") + name
    migrate(url)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty, migrated database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def make_triage(request: TriageRequest, number: int, **changes: Any) -> Triage:
    """An answer as the model and policy would give it, without either."""
    route = changes.pop("route", "review")
    recommended = changes.pop("recommended", "refund_only")
    review = ReviewTicket(review_id=f"review-{number}", reasons=["low_confidence"])
    values: dict[str, Any] = {
        "refund_id": request.refund_id,
        "triage_id": f"triage-{number}",
        "model_version": "model-1",
        "policy_version": "policy-1",
        "fault": FaultOpinion(
            category="quality",
            confidence=0.6,
            probabilities=dict.fromkeys(FAULTS, 0.2),
            outside_probability=0.1,
        ),
        "resolution": ResolutionOpinion(
            recommended=recommended,
            confidence=0.5,
            probabilities=dict.fromkeys(RESOLUTIONS, 1 / 7),
            excluded=[],
            runner_up=None,
            expected_cost_fen=0,
            price_difference_fen=0,
            expected_loss_fen=0,
            costs_fen={},
            compensation_fen=0,
            needs_person=[],
            freight_payer="seller",
            evidence_required=["照片"],
            reply_draft="您好",
        ),
        "route": route,
        "review": review if route == "review" else None,
        "explanation": [NamedWeight("“碎”", 1.0)],
        "respond_by": request.respond_by or NOW,
        "on_timeout": "return_and_refund",
        "money_at_risk_fen": request.refund_amount_fen or 0,
    }
    return Triage(**(values | changes))


@pytest.fixture
def add_case() -> Callable[..., str]:
    """Store a case the way the service does; returns its review's id ('' when it is automated)."""
    numbers = itertools.count()

    def add(connection: Connection, *, sampling: Sampling | None = None, **fields: Any) -> str:
        number = next(numbers)
        names = TriageRequest.__struct_fields__
        own = {name: fields.pop(name) for name in list(fields) if name in names}
        request = TriageRequest(**({"refund_id": f"R{number:05}", "text": "杯子碎了"} | own))
        triage = make_triage(request, number, **fields)
        case = Case(request=request, triage=triage, received_at=NOW)
        store_cases(connection, [case], sampling or Sampling(audit_share=0, blind_share=0))
        return triage.review.review_id if triage.review else ""

    return add


@pytest.fixture
def make_case(triage: Callable[..., Triage]) -> Callable[..., Case]:
    """Make a case that goes to review, under fresh ids."""
    template = triage("？？？")

    def make(refund_id: str, text: str = "？？？") -> Case:
        assert template.review is not None
        answer = msgspec.structs.replace(
            template,
            refund_id=refund_id,
            triage_id=new_id(),
            review=msgspec.structs.replace(template.review, review_id=new_id()),
        )
        return Case(
            request=TriageRequest(refund_id=refund_id, text=text), triage=answer, received_at=now_utc()
        )

    return make
