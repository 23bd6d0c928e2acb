import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.mined.mlruns import is_record, read_store

RUN = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (f"/p/mlruns/0/{RUN}/metrics/loss", True),
        (f"/p/mlruns/0/{RUN}/metrics/val/loss", True),
        (f"/p/mlruns/0/{RUN}/params/lr", True),
        (f"/p/mlruns/0/{RUN}/meta.yaml", True),
        (f"/p/mlruns/0/{RUN}/artifacts/params/lr", False),
        ("/p/mlruns/0/models/m-1/params/lr", False),
        ("/p/mlruns/0/meta.yaml", False),
        (f"/p/0/{RUN}/params/lr", False),
    ],
)
def test_records_and_other_files(path: str, is_one: bool) -> None:
    assert is_record(path) is is_one


def test_a_store_says_runs_parameters_metrics_and_tags() -> None:
    base = f"/p/mlruns/0/{RUN}"
    told = read_store(
        [
            (f"{base}/meta.yaml", b"run_id: x\n"),
            (f"{base}/params/lr", b"0.1"),
            (f"{base}/params/opt", b"adam"),
            (f"{base}/metrics/val/loss", b"1700000000000 0.5 0\n1700000000001 nan 1\nbroken\n"),
            (f"{base}/tags/team", b"a"),
            (f"{base}/tags/mlflow.runName", b"best"),
            (f"{base}/tags/mlflow.user", b"ada"),
        ]
    )
    head = {"source": "mlflow", "run": RUN}
    assert told == [
        ("link", {"system": "mlflow", "id": RUN, "uri": "file:///p/mlruns", "name": "best"}),
        ("declared", {"form": "parameters", **head, "values": {"lr": 0.1}}),
        ("declared", {"form": "parameters", **head, "values": {"opt": "adam"}}),
        ("declared", {"form": "metrics", **head, "values": {"val/loss": 0.5}, "step": 0}),
        ("declared", {"form": "metrics", **head, "values": {"val/loss": "nan"}, "step": 1}),
        ("declared", {"form": "tags", **head, "values": {"team": "a"}}),
    ]


@given(st.sampled_from(["params", "metrics", "tags"]), st.binary(max_size=40))
def test_files_of_any_bytes_do_no_harm(form: str, data: bytes) -> None:
    told = read_store([(f"/p/mlruns/0/{RUN}/{form}/x", data)])
    assert told[0][0] == "link"
