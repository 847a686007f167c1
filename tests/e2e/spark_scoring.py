"""Score a table of requests in local Spark; run by test_mlflow_serving.py as a process of its own.

Usage: spark_scoring.py HOME MODEL_URI N_ROWS; prints `row <number> <label> <its probability>` for each.
"""

import sys
from pathlib import Path

import mlflow
import msgspec
import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql.functions import struct

from training.labeled_data import DATA_FOLDER, read_rows

RESULT = "label string, confidence double, resolution string, route string"


def main(home: str, model: str, n_rows: str) -> None:
    """Read the rows, score them by Spark, print them."""
    mlflow.set_tracking_uri(f"sqlite:///{Path(home) / 'mlflow.sqlite'}")
    rows = read_rows(DATA_FOLDER / "requests-750.jsonl")[: int(n_rows)]
    table = pd.DataFrame([msgspec.to_builtins(row.request) for row in rows]).dropna(axis="columns", how="all")
    table = table.astype(object).where(table.notna(), None).assign(number=range(len(table)))
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    frame = spark.createDataFrame(table.to_dict("records"))
    score = mlflow.pyfunc.spark_udf(spark, model, result_type=RESULT, env_manager="local")
    columns = [name for name in frame.columns if name != "number"]
    scored = frame.select("number", score(struct(*columns)).alias("answer")).collect()
    for row in scored:
        print(f"row\t{row.number}\t{row.answer.label}\t{row.answer.confidence!r}")  # noqa: T201
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
