"""The same pipeline as an MLflow pyfunc model; run as a module it saves the model into a folder."""

import shutil
import sys
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import pandas as pd

from bench import reference


class TriagePyfunc(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Loads the pipeline and judges frames."""

    def load_context(self, context: Any) -> None:
        """Load once."""
        self.classifier = reference.load()

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> list[dict[str, Any]]:
        """Judge the rows."""
        return reference.predict(self.classifier, model_input)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    from bench.mlflow_model import TriagePyfunc as Importable  # pickled by this name, not as __main__

    mlflow.pyfunc.save_model(folder, python_model=Importable(), pip_requirements=["mlflow"])
