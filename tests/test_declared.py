import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import whence
from whence.errors import UsageError
from whence.model.node import NodeKind
from whence.query.account import describe
from whence.workspace import open_workspace


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("WHENCE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("a,b\n" + "1,2\n" * 20)
    return tmp_path


def latest() -> dict[str, Any]:
    workspace = open_workspace()
    with workspace.reading() as reader:
        told = describe(reader, reader.latest(NodeKind.RUN, 1)[0])
    workspace.close()
    return told


def test_a_block_is_a_run(project: Path) -> None:
    with whence.run("train", tags={"team": "a"}) as run:
        run.used("in.csv", role="training-set")
        run.log(parameters={"lr": 0.1}, seeds={"numpy": 7})
        for step in range(3):
            run.log(metrics={"loss": 1 / (step + 1)}, step=step)
        (project / "model.pkl").write_bytes(b"weights of a model" * 9)
        run.generated("model.pkl")
    told = latest()
    assert (told["id"], told["job"], told["state"]) == (run.id, "train", "completed")
    assert (told["parameters"]["lr"], told["seeds"]) == (0.1, {"numpy": 7})
    assert told["metrics"] == {"loss": pytest.approx(1 / 3)}
    assert [step for step, _ in told["metric_details"]["loss"]["series"]] == [0, 1, 2]
    assert [(each["name"], each["role"], each["basis"]) for each in told["used"]] == [
        ("in.csv", "training-set", "declared")
    ]
    assert told["generated"][0]["kind"] == "model"
    assert told["tags"] == {"team": "a"}


def test_a_block_that_raises_is_a_failed_run_and_the_error_goes_on() -> None:
    def fails() -> None:
        with whence.run("train") as run:
            run.log(parameters={"lr": 0.1})
            raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        fails()
    told = latest()
    assert (told["state"], told["parameters"]["lr"]) == ("failed", 0.1)
    assert told["execution"]["error"] == "ValueError: boom"


def test_what_a_killed_program_had_stated_is_kept(project: Path) -> None:
    code = (
        "import os, whence\n"
        "with whence.run('train') as run:\n"
        "    run.log(parameters={'lr': 0.1})\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=project, check=False)
    done = subprocess.run(
        [sys.executable, "-m", "whence", "show", "--json"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert (told["state"], told["parameters"]) == ("unknown", {"lr": 0.1})


def test_a_claim_that_is_not_so_is_a_contradiction() -> None:
    with whence.run("train") as run:
        run.used("in.csv", sha256="0" * 64)
    assert "contradiction" in [gap["kind"] for gap in latest()["gaps"]]


def test_mistakes_are_told_where_they_are_made() -> None:
    run = whence.run("train")
    with pytest.raises(UsageError, match="has not begun"):
        run.log(parameters={"a": 1})
    with run, pytest.raises(UsageError, match="no kind of artifact"):
        run.used("in.csv", kind="spaceship")


def test_where_nothing_can_be_recorded_the_program_goes_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = project / "file"
    blocked.write_text("")
    monkeypatch.setenv("WHENCE_DIR", str(blocked / "x"))
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    monkeypatch.setenv("TMPDIR", str(blocked))
    reached = False
    with whence.run("train") as run:
        run.log(parameters={"lr": 0.1})
        reached = True
    assert reached
    assert "not recorded" in capsys.readouterr().err
