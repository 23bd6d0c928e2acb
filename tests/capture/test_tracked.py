import pytest

from whence.capture.agent.reports import Telling
from whence.capture.interface import FileAccess, Mode
from whence.capture.tracked import add_tracked, contents_among, kept_in, without_bookkeeping
from whence.model.edge import Basis
from whence.testing.worlds import pipeline


class Names:
    def name_of(self, path: str) -> str:
        return path.removeprefix("/p/")

    def location_of(self, path: str) -> str:
        return f"file://{path}"


@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("/p/mlruns/0/models/m-1/artifacts/model.pkl", "/p/mlruns/0/models/m-1/artifacts"),
        ("/p/mlruns/0/abc/artifacts/model/MLmodel", "/p/mlruns/0/abc/artifacts/model"),
        ("/p/mlruns/0/abc/artifacts/note.txt", "/p/mlruns/0/abc/artifacts/note.txt"),
        ("/p/mlartifacts/1/abc/artifacts/m/x", "/p/mlartifacts/1/abc/artifacts/m"),
        ("/p/mlruns/0/abc/meta.yaml", ""),
        ("/p/wandb/run-1/files/config.yaml", ""),
        ("/p/artifacts/mlruns/0/abc/meta.yaml", ""),
        ("/p/mlruns/artifacts", ""),
    ],
)
def test_things_in_keeping_and_bookkeeping(path: str, thing: str) -> None:
    assert kept_in(path) == thing


def access(path: str, mode: Mode) -> FileAccess:
    return FileAccess(path, mode, None, 1)


def test_models_are_made_and_whatever_is_read_is_used() -> None:
    model = "/p/mlruns/0/models/m-1/artifacts"
    told = [Telling(1, "declared", {"form": "model", "source": "mlflow", "path": model})]
    found = contents_among(
        [
            access(f"{model}/model.pkl", Mode.WRITE),
            access("/p/mlruns/0/abc/artifacts/note.txt", Mode.WRITE),
            access("/p/mlruns/0/abc/meta.yaml", Mode.WRITE),
            access("/p/mlruns/1/models/m-2/artifacts/model.pkl", Mode.READ),
            access("/p/mlruns/1/meta.yaml", Mode.READ),
        ],
        told,
    )
    assert list(found.written) == [model]
    assert list(found.read) == ["/p/mlruns/1/models/m-2/artifacts"]


def test_what_was_told_joins_what_was_seen() -> None:
    run = pipeline()[1]
    (made,) = run.generated
    path = made.location.removeprefix("file://")
    told = [
        Telling(1, "link", {"system": "mlflow", "id": "r1", "uri": "http://host", "name": "best"}),
        Telling(
            1, "declared", {"form": "parameters", "source": "mlflow", "values": {"extra": "x"}}
        ),
        Telling(
            1,
            "declared",
            {"form": "model", "source": "mlflow", "path": path, "name": "delay", "version": "2"},
        ),
    ]
    mined = [
        Telling(
            0,
            "declared",
            {"form": "metrics", "source": "tensorboard", "values": {"loss": 0.5}, "step": 3},
        )
    ]
    seen = add_tracked(run, told, Names(), mined)
    assert seen.links[0]["name"] == "best"
    assert seen.declared["parameters"]["extra"] == {"value": "x", "source": "mlflow"}
    assert seen.imported["metrics"]["loss"]["value"] == 0.5
    assert [each.basis for each in seen.generated] == [Basis.OBSERVED, Basis.DECLARED]
    assert seen.generated[1].claims[0].version == "2"
    assert seen.declared["tracked"]["things"][0]["path"] == path


def test_what_trackers_ask_of_their_own_stores_is_left_out() -> None:
    def query(database: str) -> Telling:
        return Telling(1, "query", {"database": database, "statement": "select 1"})

    def remote(uri: str) -> Telling:
        return Telling(1, "remote", {"uri": uri, "mode": "write"})

    links = [
        Telling(1, "link", {"system": "mlflow", "id": "a", "uri": "sqlite:////p/runs.sqlite"}),
        Telling(1, "link", {"system": "mlflow", "id": "b", "uri": "http://mlflow:5000/#/runs/b"}),
    ]
    kept = [query("/p/data.sqlite"), remote("http://data:5000/x.csv")]
    theirs = [query("/p/runs.sqlite"), query("/p/mlflow.db"), remote("http://mlflow:5000/api")]
    assert without_bookkeeping([*links, *theirs, *kept]) == (*links, *kept)
