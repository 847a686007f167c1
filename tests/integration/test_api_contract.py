"""The whole API keeps what its OpenAPI document says, whatever is sent (Schemathesis)."""

import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.app import make_app
from serving.database import migrate
from serving.settings import Settings


@pytest.fixture(scope="module")
def url(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service with the seed model and an empty database, on a port of its own."""
    home = tmp_path_factory.mktemp("contract")
    shutil.copytree(models_folder, home / "models")
    chosen = Settings(home=home)
    migrate(chosen.url)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = uvicorn.Server(uvicorn.Config(make_app(chosen), log_level="error"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def api(url: str) -> schemathesis.schemas.BaseSchema:
    """What the service says of itself."""
    return schemathesis.openapi.from_url(f"{url}/openapi.json", wait_for_schema=30)


CHECKS = [
    not_a_server_error,
    content_type_conformance,
    status_code_conformance,
    response_schema_conformance,
]


def test_every_answer_is_one_the_document_promises(api: schemathesis.schemas.BaseSchema) -> None:
    for operation in api.get_all_operations():

        @settings(
            max_examples=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(case=operation.ok().as_strategy())
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        check()
