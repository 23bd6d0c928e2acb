"""Clearing away kept contents: never what is needed, whatever else goes on."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scratch import Project, make_project
from whence.store.objects import ObjectStore
from whence.store.objects.checking import check_objects
from whence.store.objects.inventory import read_inventory

PREPARE = 'open("data/clean.csv", "w").write(open("data/raw.csv").read().strip())\n'
TRAIN = 'open("models/model.bin", "w").write(open("data/clean.csv").read() * 2)\n'
EVALUATE = """
import json
size = len(open("models/model.bin").read()) + len(open("data/test.csv").read())
json.dump({"size": size}, open("reports/metrics.json", "w"))
"""
OTHER = 'open("other.bin", "w").write(open("data/other.csv").read())\n'
NEEDED = (
    "prepare.py train.py evaluate.py data/raw.csv data/clean.csv data/test.csv models/model.bin"
).split()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which these four have run."""
    project = make_project(tmp_path_factory.mktemp("done"))
    scripts = {"prepare": PREPARE, "train": TRAIN, "evaluate": EVALUATE, "other": OTHER}
    for name, text in scripts.items():
        project.write(f"{name}.py", text)
    for name in ("raw", "test", "other"):
        project.write(f"data/{name}.csv", f"{name}\n1\n")
    for name in ("models", "reports"):
        (project.folder / name).mkdir()
    for name in scripts:
        project.run(sys.executable, f"{name}.py")
    return project.folder


@pytest.fixture
def objects(project: Project, done: Path) -> ObjectStore:
    shutil.copytree(done, project.folder, dirs_exist_ok=True)
    return ObjectStore(project.folder / ".whence" / "objects")


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_a_registered_version_comes_from_stays(project: Project, objects: ObjectStore) -> None:
    project.whence("register", "models/model.bin", "--model", "delay")
    other = sha256_of(project.folder / "data" / "other.csv")
    planned = project.ask("gc", "--plan", "--older-than", "0")
    assert objects.has(other)
    done = project.ask("gc", "--older-than", "0")
    assert [each["sha256"] for each in done["contents"]] == [
        each["sha256"] for each in planned["contents"]
    ]
    assert {name for each in done["contents"] for name in each["names"]} == {
        "other.py",
        "other.bin",
        "data/other.csv",
    }
    assert not objects.has(other)
    assert done["fingerprints"] == planned["fingerprints"] > 0
    tables = [path.name[:62] for path in (project.folder / ".whence" / "tables").rglob("*")]
    assert other[2:] not in tables
    assert sha256_of(project.folder / "data" / "raw.csv")[2:] in tables
    for name in NEEDED:
        assert objects.is_whole(sha256_of(project.folder / name)), name
    told = project.ask("fsck", "--objects")
    assert told["ok"]
    assert told["objects"]["findings"] == []
    why = project.ask("gc", "--why", "data/raw.csv", "--older-than", "0")
    assert why["reasons"] == ["delay@1 is registered"]
    assert not project.ask("gc", "--why", "data/other.csv", "--older-than", "0")["kept"]


def test_what_is_held_stays_until_it_is_released(project: Project, objects: ObjectStore) -> None:
    project.whence("hold", "other.bin", "--reason", "audit until March")
    shown = project.whence("show", "other.bin").stdout
    assert shown.count("audit until March") == 1
    (held,) = project.ask("hold")["held"]
    assert (held["name"], held["reason"]) == ("other.bin", "audit until March")
    project.whence("gc", "--older-than", "0")
    assert objects.has(sha256_of(project.folder / "data" / "other.csv"))
    assert not objects.has(sha256_of(project.folder / "data" / "raw.csv"))
    done = project.whence("hold", "--release", "other.bin")
    assert done.stdout == "other.bin is held no more\n"
    assert project.ask("hold")["held"] == []
    assert "audit" not in project.whence("show", "other.bin").stdout
    assert "went" in project.whence("gc", "--older-than", "0").stdout
    assert list(objects.layout.contents()) == []
    assert project.ask("fsck", "--objects")["ok"]


def test_what_lately_ended_runs_need_stays(project: Project, objects: ObjectStore) -> None:
    before = set(objects.layout.contents())
    for _, path in before:
        os.utime(path, (1, 1))
    assert project.ask("gc")["contents"] == []
    assert set(objects.layout.contents()) == before


def test_what_was_kept_while_a_run_goes_on_is_left_alone(
    project: Project, objects: ObjectStore
) -> None:
    run = project.start("run", "--", "sleep", "60", stderr=subprocess.DEVNULL)
    try:
        while project.ask("log")["runs"][0]["state"] != "running":
            time.sleep(0.05)
        time.sleep(0.05)  # clocks of file systems tick
        fresh = objects.put_bytes(b"kept meanwhile")
        told = project.ask("gc", "--older-than", "0")
        assert told["running"] == 1
        assert objects.has(fresh)
        assert not objects.has(sha256_of(project.folder / "data" / "other.csv"))
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(30)


def test_what_is_wrong_with_the_words_is_told(project: Project, objects: ObjectStore) -> None:
    assert "is an age" in project.whence("gc", "--older-than", "soon", status=2).stderr
    assert "--reason" in project.whence("hold", "other.bin", status=2).stderr
    assert "is not held" in project.whence("hold", "other.bin", "--release", status=2).stderr
    assert "no REF" in project.whence("hold", "--release", status=2).stderr
    assert "nothing in the record" in project.whence("gc", "--why", "none", status=2).stderr
    assert project.whence("hold").stdout == "nothing is held\n"


def test_what_is_damaged_or_gone_is_named(project: Project, objects: ObjectStore) -> None:
    path = objects.layout.find_content(sha256_of(project.folder / "data" / "raw.csv"))
    lost = objects.layout.find_content(sha256_of(project.folder / "data" / "test.csv"))
    assert path is not None
    assert lost is not None
    path.chmod(0o600)
    path.write_bytes(b"changed")
    lost.unlink()
    said = project.whence("fsck", "--objects", status=1).stdout
    assert f"{path} is damaged" in said
    assert "(data/raw.csv)" in said
    assert "data/test.csv" in said
    assert not project.ask("fsck", "--objects", status=1)["ok"]
    assert project.ask("fsck")["ok"]


FROZEN = """
import os, signal, sys
from pathlib import Path
from whence.homecoming.keeping import Keeping
from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.recording.observation import FileSeen, RunSeen
from whence.store.objects import ObjectStore
from whence.workspace import location_of, open_workspace
import hashlib, random

workspace = open_workspace()
for path in sys.argv[2:]:
    data = Path(path).read_bytes()
    name = workspace.name_of(path)
    seen = FileSeen(name, location_of(path), NodeKind.DATASET, "input",
                    hashlib.sha256(data).hexdigest(), len(data))
    run = RunSeen(new_id(), "frozen", RunState.COMPLETED, "2001-01-01T00:00:00.000Z",
                  "2001-01-01T00:00:00.000Z", "tests", used=(seen,))
    keeping = Keeping(workspace)
    kept = keeping.keep([run], {})
    if sys.argv[1] == "always" or random.random() < 0.3:
        os.kill(os.getpid(), signal.SIGSTOP)
    workspace.recorder.record_runs(kept, before=keeping.confirm)
workspace.close()
"""


def frozen(project: Project, how: str, *paths: Path) -> "subprocess.Popen[bytes]":
    """Writers that stop between keeping contents and counting on them."""
    words = [sys.executable, "-c", FROZEN, how, *map(str, paths)]
    return subprocess.Popen(words, cwd=project.folder, env=project.env)


def until_stopped(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it has stopped; it has ended otherwise."""
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        return True
    process.returncode = os.waitstatus_to_exitcode(status)
    return False


@pytest.mark.parametrize("changed", [False, True], ids=["there still", "changed meanwhile"])
def test_a_writer_that_was_frozen_counts_on_nothing_that_went(
    project: Project, *, changed: bool
) -> None:
    project.run("true")
    path = project.write("data/frozen.csv", "frozen\n1\n" * 200_000)
    objects = ObjectStore(project.folder / ".whence" / "objects")
    sha256 = sha256_of(path)
    writer = frozen(project, "always", path)
    assert until_stopped(writer)
    assert objects.is_whole(sha256)
    project.whence("gc", "--older-than", "0")
    assert not objects.has(sha256)
    if changed:
        path.write_text("another\n")
    writer.send_signal(signal.SIGCONT)
    assert writer.wait(60) == 0
    assert objects.is_whole(sha256) != changed
    assert (sha256 in read_inventory(objects.folder)) != changed
    assert check_objects(objects).faults == ()


@pytest.mark.slow
def test_writers_that_freeze_now_and_then_beside_clearing_lose_nothing(project: Project) -> None:
    project.run("true")
    objects = ObjectStore(project.folder / ".whence" / "objects")
    numbers = random.Random(1)
    paths = [
        project.write(f"data/{at}.csv", f"{at},1\n" * numbers.choice([10, 200_000]))
        for at in range(12)
    ]
    writers = [frozen(project, "often", *numbers.choices(paths, k=25)) for _ in range(4)]
    alive, rounds = list(writers), 0
    while alive:
        rounds += 1
        project.whence("gc", "--older-than", "0")
        for writer in list(alive):
            pid, status = os.waitpid(writer.pid, os.WUNTRACED | os.WNOHANG)
            if pid and not os.WIFSTOPPED(status):
                writer.returncode = os.waitstatus_to_exitcode(status)
                alive.remove(writer)
            elif numbers.random() < 0.7:
                os.kill(writer.pid, signal.SIGCONT)
        assert check_inventory(objects) == []
    assert [writer.returncode for writer in writers] == [0] * 4
    assert rounds > 5
    assert check_objects(objects).faults == ()


def check_inventory(objects: ObjectStore) -> list[str]:
    """What is counted on and is not there, at a moment that no clearing away divides."""
    return [each for each in read_inventory(objects.folder) if not objects.is_whole(each)]
