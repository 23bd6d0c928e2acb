from typing import Any

from whence.capture.semantics.handed import find_handed
from whence.model.edge import Basis
from whence.model.node import NodeKind
from whence.recording.observation import Claim, FileSeen, Member

SHA = "ab" * 32


class Names:
    def name_of(self, path: str) -> str:
        return path.removeprefix("/p/")

    def location_of(self, path: str) -> str:
        return f"file://{path}"


def seen(name: str, kind: NodeKind = NodeKind.DATASET, role: str = "output") -> FileSeen:
    return FileSeen(name, f"file:///p/{name}", kind, role, SHA, 100)


def thing(form: str = "artifact", **fields: Any) -> dict[str, Any]:
    return {"form": form, "system": "wandb", **fields}


def test_a_file_that_the_run_wrote_is_declared_as_made() -> None:
    found = find_handed([thing(path="/p/m.bin", type="model")], [], [seen("m.bin")], Names())
    (made,) = found.generated
    assert (made.basis, made.role, made.sha256) == (Basis.DECLARED, "model", SHA)
    assert found.used == ()
    assert found.tracked["things"] == [
        {"form": "artifact", "system": "wandb", "type": "model", "path": "m.bin"}
    ]


def test_a_file_that_the_run_only_read_is_declared_as_used() -> None:
    told = thing("dataset", path="/p/d.csv", role="training")
    found = find_handed([told], [seen("d.csv", role="input")], [], Names())
    assert [(each.name, each.role) for each in found.used] == [("d.csv", "training")]
    assert found.generated == ()


def test_a_folder_stands_for_what_the_run_wrote_in_it() -> None:
    made = [seen("out/a.bin"), seen("out/b.bin")]
    found = find_handed([thing(path="/p/out")], [], made, Names())
    assert [each.name for each in found.generated] == ["out/a.bin", "out/b.bin"]
    assert found.tracked["things"][0]["files"] == ["out/a.bin", "out/b.bin"]


def test_a_folder_of_many_files_is_listed_alone() -> None:
    found = find_handed(
        [thing(path="/p/out")], [], [seen(f"out/{at}.bin") for at in range(9)], Names()
    )
    assert found.generated == ()
    assert len(found.tracked["things"]) == 1


def test_a_file_that_nobody_met_is_listed_and_no_artifact() -> None:
    found = find_handed([thing(path="/tmp/gone.txt", name="gone")], [], [], Names())
    assert (found.used, found.generated) == ((), ())
    assert found.tracked["things"] == [{"form": "artifact", "system": "wandb", "name": "gone"}]
    other = find_handed([thing(path="/srv/x.txt")], [], [], Names())
    assert other.tracked["things"][0]["path"] == "/srv/x.txt"


def test_a_thing_elsewhere_is_an_artifact_without_content() -> None:
    found = find_handed([thing("dataset", uri="s3://me:pw@b/x.csv")], [], [], Names())
    (used,) = found.used
    assert used.sha256 is None
    assert used.gap is not None
    assert used.gap.kind == "content-unknown"


def test_a_version_is_claimed_of_the_model_and_of_nothing_beside_it() -> None:
    made = [seen("m/model.pkl", NodeKind.MODEL), seen("m/conda.yaml", NodeKind.CONFIG)]
    told = thing("model", path="/p/m", name="churn", version=3)
    found = find_handed([told], [], made, Names())
    claims = {each.name: each.claims for each in found.generated}
    assert claims == {
        "m/model.pkl": (Claim("wandb", model="churn", version="3"),),
        "m/conda.yaml": (),
    }


def test_a_digest_is_claimed_of_a_file_and_not_of_a_folder() -> None:
    other = "cd" * 32
    folder = FileSeen(
        "d", "file:///p/d", NodeKind.DATASET, "output", SHA, members=(Member("x", 1, SHA),)
    )
    told = [
        thing(path="/p/a.bin", digest=f"sha256:{other}"),
        thing(path="/p/d", digest=f"sha256:{other}"),
        thing(path="/p/b.bin", digest="md5:0123"),
    ]
    found = find_handed(told, [], [seen("a.bin"), seen("b.bin"), folder], Names())
    assert {each.name: each.claims for each in found.generated} == {
        "a.bin": (Claim("wandb", sha256=other),),
        "d": (),
        "b.bin": (),
    }
