"""The same pipeline behind LitServe, in batches of up to 16."""

import os
from typing import Any

import litserve
import pandas as pd

from bench import reference


class TriageAPI(litserve.LitAPI):  # type: ignore[misc]
    """Decodes, batches, judges."""

    def setup(self, device: str) -> None:
        """Load once."""
        self.classifier = reference.load()

    def decode_request(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take the body as it is."""
        return request

    def batch(self, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep the list."""
        return inputs

    def predict(self, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Judge the batch."""
        return reference.predict(self.classifier, pd.DataFrame(inputs))

    def unbatch(self, output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep the list."""
        return output

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """Answer as it is."""
        return output


if __name__ == "__main__":
    api = TriageAPI(max_batch_size=16, batch_timeout=0.005)
    litserve.LitServer(api, accelerator="cpu", workers_per_device=1).run(
        host="127.0.0.1", port=int(os.environ["PORT"]), generate_client_file=False, log_level="warning"
    )
