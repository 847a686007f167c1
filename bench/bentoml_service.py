"""The same pipeline behind BentoML, with its adaptive batching."""

from typing import Any

import bentoml
import pandas as pd

from bench import reference


@bentoml.service(workers=1, traffic={"timeout": 30})
class Triage:
    """One worker."""

    def __init__(self) -> None:
        self.classifier = reference.load()

    @bentoml.api(batchable=True, max_batch_size=16, max_latency_ms=10_000)
    def score(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Judge what has gathered."""
        return reference.predict(self.classifier, pd.DataFrame(requests))
