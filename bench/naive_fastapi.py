"""What most people write: FastAPI, a pandas row, predict_proba."""

from typing import Any

import pandas as pd
from fastapi import FastAPI

from bench import reference
from bench.empty_fastapi import RequestModel

app = FastAPI()
classifier = reference.load()


@app.post("/score")
def score(request: RequestModel) -> dict[str, Any]:
    """Judge one request."""
    return reference.predict(classifier, pd.DataFrame([request.model_dump(exclude_none=True)]))[0]
