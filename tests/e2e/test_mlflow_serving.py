"""MLflow's own server and Spark give the answers the service gives."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from e2e_servers import free_port, server

from model import bundle as bundles
from model.taxonomy import FAULTS
from training.promotion import champion_of
from training.pyfunc_model import request_of

pytestmark = pytest.mark.e2e

MODEL = "models:/refund-triage@champion"


@pytest.fixture
def expected(registry_home: Path, requests: list[dict[str, Any]]) -> list[dict[str, float]]:
    """Probabilities of the five categories as the service's scorer gives them."""
    models = registry_home / "models"
    bundle = bundles.load(models / str(champion_of(models)))
    shares = []
    for number, row in enumerate(requests):
        *five, _ = bundle.scorer.score(request_of(row, number)).fault
        shares.append({name: p / sum(five) for name, p in zip(FAULTS, five, strict=True)})
    return shares


def test_mlflow_models_serve_equals_the_service_for_500_requests(
    registry_home: Path, tmp_path: Path, requests: list[dict[str, Any]]
) -> None:
    mlflow_port, port = free_port(), free_port()
    env = {"MLFLOW_TRACKING_URI": f"sqlite:///{registry_home / 'mlflow.sqlite'}"}
    serve = [sys.executable, "-m", "mlflow", "models", "serve", "-m", MODEL, "--env-manager", "local"]
    service = [sys.executable, "-c", "from serving.cli import app; app()", "serve", "--port", str(port)]
    ours = {
        "REFUND_TRIAGE_HOME": str(registry_home),
        "REFUND_TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path / 'serve.sqlite'}",
    }
    with (
        server([*serve, "-p", str(mlflow_port)], f"http://127.0.0.1:{mlflow_port}/ping", env, tmp_path / "a"),
        server(service, f"http://127.0.0.1:{port}/readyz", ours, tmp_path / "b"),
    ):
        theirs = httpx.post(
            f"http://127.0.0.1:{mlflow_port}/invocations", json={"dataframe_records": requests}, timeout=60
        ).json()["predictions"]
        results = httpx.post(
            f"http://127.0.0.1:{port}/v1/score", json={"requests": requests}, timeout=60
        ).json()["results"]
    assert len(theirs) == len(results) == 500
    for row, answer in zip(theirs, results, strict=True):
        assert row["label"] == answer["fault"]["category"]
        assert row["route"] == answer["route"]
        assert row["resolution"] == answer["resolution"]["recommended"]
        for name in FAULTS:
            assert abs(row[f"probability_{name}"] - answer["fault"]["probabilities"][name]) < 1e-9


def test_spark_scores_a_table_with_the_registered_model(
    registry_home: Path, requests: list[dict[str, Any]], expected: list[dict[str, float]]
) -> None:
    pytest.importorskip("pyspark", reason="needs the extra `spark` and Java 17")
    script = Path(__file__).with_name("spark_scoring.py")
    finished = subprocess.run(
        [sys.executable, str(script), str(registry_home), MODEL, str(len(requests))],
        check=True,
        capture_output=True,
        text=True,
    )
    found = [line.split("\t") for line in finished.stdout.splitlines() if line.startswith("row\t")]
    assert len(found) == len(requests)
    for _, number, category, probability in found:
        assert abs(float(probability) - expected[int(number)][category]) < 1e-9
