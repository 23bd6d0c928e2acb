import pytest

from whence.capture.classify import is_code, is_config, is_tracking, kind_read, kind_written
from whence.model.node import NodeKind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/p/data.csv", NodeKind.DATASET),
        ("/p/data.csv.gz", NodeKind.DATASET),
        ("/p/DATA.PARQUET", NodeKind.DATASET),
        ("/p/model.pkl", NodeKind.MODEL),
        ("/p/model.json", NodeKind.MODEL),
        ("/p/booster.txt", NodeKind.MODEL),
        ("/p/notes.txt", NodeKind.DATASET),
        ("/p/conf.yaml", NodeKind.CONFIG),
        ("/p/vectors.faiss", NodeKind.INDEX),
        ("/p/ask.prompt", NodeKind.PROMPT),
        ("/p/noending", NodeKind.DATASET),
        ("/p/.hidden", NodeKind.DATASET),
    ],
)
def test_the_kind_of_what_is_read(path: str, kind: NodeKind) -> None:
    assert kind_read(path) is kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/p/metrics.json", NodeKind.EVALUATION),
        ("/p/eval_report.csv", NodeKind.EVALUATION),
        ("/p/notes.txt", NodeKind.DOCUMENT),
        ("/p/plot.png", NodeKind.DOCUMENT),
        ("/p/generated.py", NodeKind.CODE),
        ("/p/model.bin", NodeKind.MODEL),
        ("/p/clean.parquet", NodeKind.DATASET),
    ],
)
def test_the_kind_of_what_is_written(path: str, kind: NodeKind) -> None:
    assert kind_written(path) is kind


@pytest.mark.parametrize("path", ["/p/a.py", "/p/run.SH", "/p/Makefile", "/p/lib.so", "/p/q.sql"])
def test_source_is_code(path: str) -> None:
    assert is_code(path)


@pytest.mark.parametrize("path", ["/p/a.csv", "/p/py", "/p/makefile.txt"])
def test_data_is_not(path: str) -> None:
    assert not is_code(path)


def test_configuration_and_other_trackers() -> None:
    assert is_config("/p/a.toml")
    assert not is_config("/p/a.json")
    assert is_tracking("/p/mlruns/0/x")
    assert is_tracking("/p/mlflow.db-journal")
    assert is_tracking("/home/ada/.config/mlflow/telemetry.json")
    assert not is_tracking("/p/logs/events.out.tfevents.17")
    assert not is_tracking("/p/mlruns")
