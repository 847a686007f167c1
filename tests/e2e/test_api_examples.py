"""Every example of docs/api.md works when pasted, and answers as the page says."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving.demo.running import free_port

pytestmark = pytest.mark.e2e

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)```(?:\n+```json\n(.*?)```)?", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Iterator[int]:
    """Port of a real server on an empty database."""
    home = tmp_path_factory.mktemp("examples")
    (home / "models").symlink_to(models_folder, target_is_directory=True)
    number = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "from serving.cli import app; app()", "serve", "--port", str(number)],
        env=os.environ | {"REFUND_TRIAGE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    for _ in range(600):
        try:
            if httpx.get(f"http://127.0.0.1:{number}/readyz", trust_env=False).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield number
    process.terminate()
    process.wait(10)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_examples_of_the_integration_guide_work_in_their_order(port: int) -> None:
    assert len(EXAMPLES) >= 5
    for command, promised in EXAMPLES:
        pasted = command.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        output = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", pasted], capture_output=True, check=True, timeout=60
        ).stdout.decode()
        answers = list(decode_each(output))
        assert answers, command
        if promised:
            assert without_title(answers[0]) == without_title(json.loads(promised))
        else:
            assert all("detail" not in answer for answer in answers), output


def decode_each(output: str) -> Iterator[dict[str, object]]:
    """Yield the JSON documents that stand one after the other."""
    decoder, position = json.JSONDecoder(), 0
    while position < len(output.rstrip()):
        answer, position = decoder.raw_decode(output, position)
        yield answer
        position += len(output[position:]) - len(output[position:].lstrip())


def without_title(problem: dict[str, object]) -> dict[str, object]:
    """Leave out the title, which Python 3.13 spells anew."""
    return {name: value for name, value in problem.items() if name != "title"}
