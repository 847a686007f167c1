"""What Prometheus is told, and that the dashboard asks for nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from model.triage import Triage
from serving import metrics
from serving.database import make_engine, migrate, reading
from serving.metrics import Present

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana" / "refund-triage.json"


@pytest.fixture
def present(tmp_path: Path, bundle: Any, policy: Any) -> Callable[[], str]:
    """The text of the gauges of an empty queue."""
    url = f"sqlite:///{tmp_path / 'cases.sqlite'}"
    migrate(url)
    engine = make_engine(url)
    champion: Any = SimpleNamespace(current=SimpleNamespace(bundle=bundle, policy=policy))

    def text() -> str:
        registry = CollectorRegistry()
        with reading(engine) as connection:
            registry.register(Present(champion, connection, tmp_path))
            found = generate_latest(registry).decode()
        engine.dispose()
        return found

    return text


def test_an_empty_queue_is_told_as_zero(present: Callable[[], str], bundle: Any) -> None:
    text = present()
    assert 'refund_triage_open_reviews{state="waiting"} 0.0' in text
    assert f'model="{bundle.model_version}"' in text


def test_the_dashboard_asks_only_for_what_there_is(present: Callable[[], str]) -> None:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    asked = set(re.findall(r"refund_triage_\w+", " ".join(t["expr"] for p in panels for t in p["targets"])))
    told = generate_latest(REGISTRY).decode() + present()
    assert {
        name for name in asked if f"# TYPE {re.sub('_(bucket|sum|count)$', '', name)} " not in told
    } == set()


def test_answers_are_counted_by_route_and_category(triage: Callable[..., Triage]) -> None:
    answer = triage()
    labels = {"route": answer.route, "category": answer.fault.category}
    before = REGISTRY.get_sample_value("refund_triage_judged_total", labels) or 0
    metrics.judged.labels(**labels).inc()
    assert REGISTRY.get_sample_value("refund_triage_judged_total", labels) == before + 1


def test_shared_counting_starts_from_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metrics.FOLDER_VARIABLE, "")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").write_bytes(b"old")
    metrics.share_between_workers(tmp_path)
    assert list((tmp_path / "metrics").iterdir()) == []
