"""Keeping beside a store: what is counted on, and what is said where something cannot be kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from whence.homecoming.keeping import Keeping
from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.recording.observation import FileSeen, RunSeen
from whence.store.objects.inventory import read_inventory
from whence.testing.worlds import digest_of
from whence.workspace import Workspace, location_of


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = Workspace(tmp_path, tmp_path / ".whence")
    found.folder.mkdir()
    yield found
    found.close()


def run(*names: str, workspace: Workspace) -> RunSeen:
    used = tuple(
        FileSeen(
            name,
            location_of(str(workspace.root / name)),
            NodeKind.DATASET,
            "input",
            digest_of(name),
            len(name),
        )
        for name in names
    )
    started = "2026-11-21T10:00:00.000Z"
    return RunSeen(new_id(), "train", RunState.COMPLETED, started, None, "tests", used=used)


def test_nothing_is_counted_on_before_it_is_confirmed(workspace: Workspace) -> None:
    data = b"rows\n"
    sha256 = workspace.objects.put_bytes(data)
    path = workspace.root / "rows.csv"
    path.write_bytes(data)
    seen = FileSeen("rows.csv", location_of(str(path)), NodeKind.DATASET, "input", sha256, 5)
    started = "2026-11-21T10:00:00.000Z"
    told = RunSeen(new_id(), "train", RunState.COMPLETED, started, None, "tests", used=(seen,))
    keeping = Keeping(workspace)
    assert keeping.keep([told], {}) == [told]
    assert read_inventory(workspace.objects.folder) == set()
    kept = workspace.objects.find(sha256)
    assert kept is not None
    kept.unlink()  # as clearing away would, meanwhile
    keeping.confirm()
    assert read_inventory(workspace.objects.folder) == {sha256}
    assert workspace.objects.read(sha256) == data


def test_few_files_that_cannot_be_kept_are_told_one_by_one(workspace: Workspace) -> None:
    for name in ("a.csv", "b.csv"):
        (workspace.root / name).write_text("changed")
    (told,) = Keeping(workspace).keep([run("a.csv", "b.csv", workspace=workspace)], {})
    assert [(gap.kind, gap.about) for gap in told.gaps] == [
        ("content-unkept", "a.csv"),
        ("content-unkept", "b.csv"),
    ]


def test_many_files_that_cannot_be_kept_for_one_reason_are_one_gap(workspace: Workspace) -> None:
    (workspace.folder / "objects").write_text("no folder")
    names = [f"{at}.csv" for at in range(9)]
    for name in names:
        (workspace.root / name).write_text(name)
    (told,) = Keeping(workspace).keep([run(*names, workspace=workspace)], {})
    (gap,) = told.gaps
    assert gap.about == "0.csv and 8 other files"
    assert "cannot take another content" in gap.reason


def test_a_file_that_was_moved_is_found_where_it_lies(workspace: Workspace) -> None:
    data = b"rows\n"
    moved = workspace.root / "done.csv"
    moved.write_bytes(data)
    path = str(workspace.root / "rows.csv")
    sha256 = workspace.objects.put_bytes(data)
    found = workspace.objects.find(sha256)
    assert found is not None
    found.unlink()
    seen = FileSeen("rows.csv", location_of(path), NodeKind.DATASET, "input", sha256, 5)
    started = "2026-11-21T10:00:00.000Z"
    told = RunSeen(new_id(), "train", RunState.COMPLETED, started, None, "tests", used=(seen,))
    Keeping(workspace).keep([told], {path: str(moved)})
    assert workspace.objects.read(sha256) == data
