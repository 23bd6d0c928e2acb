"""What is kept when a run ends, and what is said where that cannot be."""

import hashlib
import sys
from pathlib import Path

import pytest

from scratch import Project
from whence.store.objects import ObjectStore
from whence.store.objects.inventory import read_inventory

TRAIN = """
rows = open("data/rows.csv").read()
open("models/model.bin", "w").write(rows.upper())
open("made.csv", "w").write(rows * 2)
"""


@pytest.fixture
def objects(project: Project) -> ObjectStore:
    project.write("train.py", TRAIN)
    project.write("data/rows.csv", "a,b\n1,2\n")
    project.write("models/.keep", "")
    return ObjectStore(project.folder / ".whence" / "objects")


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_kept(objects: ObjectStore, path: Path) -> bool:
    sha256 = sha256_of(path)
    assert objects.has(sha256) == (sha256 in read_inventory(objects.folder))
    return objects.has(sha256) and objects.read(sha256) == path.read_bytes()


def unkept(told: dict[str, object]) -> dict[str, str]:
    gaps = told["gaps"]
    assert isinstance(gaps, list)
    return {gap["about"]: gap["reason"] for gap in gaps if gap["kind"] == "content-unkept"}


def test_code_small_inputs_and_models_are_kept(project: Project, objects: ObjectStore) -> None:
    told = project.python("train.py")
    assert unkept(told) == {}
    for name in ("train.py", "data/rows.csv", "models/model.bin"):
        assert is_kept(objects, project.folder / name), name
    assert not is_kept(objects, project.folder / "made.csv")


def test_what_a_later_run_reads_is_kept(project: Project, objects: ObjectStore) -> None:
    project.python("train.py")
    project.write("count.py", 'print(len(open("made.csv").read()))\n')
    project.python("count.py")
    assert is_kept(objects, project.folder / "made.csv")


def test_nothing_is_kept_where_nothing_is_to_be(project: Project, objects: ObjectStore) -> None:
    for name in ("data.keep", "output.keep", "code.keep"):
        project.whence("config", name, "none")
    assert unkept(project.python("train.py")) == {}
    assert not objects.folder.exists()


def test_large_inputs_are_kept_only_where_that_is_set(
    project: Project, objects: ObjectStore
) -> None:
    project.whence("config", "data.keep.largest", "7 B")
    assert unkept(project.python("train.py")) == {}
    assert not is_kept(objects, project.folder / "data" / "rows.csv")
    project.whence("config", "data.keep:data/*.csv", "all")
    project.python("train.py")
    assert is_kept(objects, project.folder / "data" / "rows.csv")


def test_what_was_read_and_then_removed_or_moved_is_kept(
    project: Project, objects: ObjectStore
) -> None:
    project.write(
        "tidy.py",
        "import os\n"
        'open("data/rows.csv").read(); open("data/more.csv").read()\n'
        'os.remove("data/rows.csv"); os.rename("data/more.csv", "data/done.csv")\n',
    )
    project.write("data/more.csv", "c\n3\n")
    assert unkept(project.python("tidy.py")) == {}
    assert objects.read(hashlib.sha256(b"a,b\n1,2\n").hexdigest()) == b"a,b\n1,2\n"
    assert is_kept(objects, project.folder / "data" / "done.csv")


def test_what_was_read_and_then_changed_in_place_is_a_gap(
    project: Project, objects: ObjectStore
) -> None:
    project.write(
        "grow.py", 'file = open("data/rows.csv", "r+"); file.read(); file.write("3,4\\n")'
    )
    told = project.python("grow.py")
    assert unkept(told) == {"data/rows.csv": "the run changed it after it had read it"}


def test_a_run_that_reads_more_than_may_be_kept_says_so(
    project: Project, objects: ObjectStore
) -> None:
    project.whence("config", "data.keep.most", str(len(TRAIN) + 3))
    assert "more than data.keep.most" in unkept(project.python("train.py"))["data/rows.csv"]
    assert is_kept(objects, project.folder / "train.py")


def test_a_broken_configuration_is_a_gap_and_defaults_hold(
    project: Project, objects: ObjectStore
) -> None:
    project.whence("config", "data.keep", "none")
    (project.folder / ".whence" / "config.toml").write_text("data.keep = all\n")
    told = project.python("train.py")
    assert "config.toml" in unkept(told)["config.toml"]
    assert is_kept(objects, project.folder / "data" / "rows.csv")
    assert "is no TOML" in project.whence("config", status=2).stderr


def test_a_folder_that_cannot_take_objects_is_a_gap(project: Project, objects: ObjectStore) -> None:
    project.python("train.py")
    (project.folder / ".whence" / "moved").mkdir()
    objects.folder.rename(project.folder / ".whence" / "moved" / "objects")
    objects.folder.write_text("no folder")
    done = project.run(sys.executable, "train.py")
    assert done.stderr == ""
    assert set(unkept(project.ask("show", "last"))) == {"train.py", "data/rows.csv"}


def test_settings_are_shown_set_and_unset(project: Project) -> None:
    assert "small" in project.whence("config").stdout
    assert not (project.folder / ".whence").exists()
    assert project.whence("config", "data.keep", "=", "all").stdout == "all\n"
    assert project.whence("config", "data.keep").stdout == "all\n"
    (row,) = project.ask("config", "data.keep")["settings"]
    assert (row["value"], row["default"], row["is_set"]) == ("all", "small", True)
    assert project.whence("config", "data.keep", "--unset").stdout == "small\n"
    assert "did you mean data.keep?" in project.whence("config", "data.kep", status=2).stderr
    assert "one of: none" in project.whence("config", "data.keep", "x", status=2).stderr
    assert project.whence("config", "--unset", status=2).stderr
