"""MLflow as a training uses it, logging runs to its server: prints runs a second.

Run by an interpreter that has MLflow: ``python mlflow_http.py URL COUNT``.
"""

import sys
import tempfile
import time
from pathlib import Path

import mlflow
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset


def main(url: str, count: int) -> None:
    """Log the runs: 20 parameters, 10 metrics, 3 inputs, and 1 output of a few bytes."""
    mlflow.set_tracking_uri(url)
    output = Path(tempfile.mkdtemp()) / "delay.joblib"
    output.write_bytes(b"model")
    _log(0, output)  # connects, and makes what is made once
    begun = time.perf_counter()
    for number in range(1, count + 1):
        _log(number, output)
    sys.stdout.write(f"{count / (time.perf_counter() - begun):.2f}\n")


def _log(number: int, output: Path) -> None:
    with mlflow.start_run():
        for at in range(20):
            mlflow.log_param(f"parameter_{at}", at * 0.1 + number)
        for at in range(10):
            mlflow.log_metric(f"metric_{at}", 1 / (number + at + 2))
        for at in range(3):
            source = HTTPDatasetSource(f"https://example.org/{at}.parquet")
            mlflow.log_input(MetaDataset(source, name=f"data_{at}", digest=str(number)))
        mlflow.log_artifact(str(output))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
