from pathlib import Path

import pytest

from whence.capture.session import Session, begin, boot_id
from whence.homecoming.bring import bring_home
from whence.homecoming.ongoing import describe_ongoing, find_ongoing, runs_in_short
from whence.homecoming.sessions import abandoned, running, session_folders, settle
from whence.model.node import NodeKind
from whence.query.account import describe
from whence.query.history import runs
from whence.workspace import Workspace, make_workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return make_workspace(tmp_path / "project")


def begun(workspace: Workspace, *, at: int = 0, owner: dict[str, object] | None = None) -> Session:
    facts = {
        "job": "train",
        "command": ["python", "train.py"],
        "cwd": "/p",
        "host": "laptop",
        "workspace": str(workspace.folder),
        "started_at": f"2026-11-21T10:00:{at:02}.000Z",
        "source": "whence-run/tests",
        "observers": [],
        **({"owner": owner} if owner else {}),
    }
    return begin(session_folders(workspace), facts)


DEAD = {"pid": 2**22, "boot": boot_id(), "start": 1}


def test_a_session_goes_on_as_long_as_its_owner_lives(workspace: Workspace) -> None:
    alive, dead = begun(workspace), begun(workspace, owner=DEAD)
    assert [each.id for each in running(workspace)] == [alive.id]
    assert [each.id for each in abandoned(workspace)] == [dead.id]


def test_sessions_of_another_workspace_are_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    other = make_workspace(tmp_path / "other")
    begun(other, owner=DEAD)
    assert abandoned(workspace) == []


def test_what_is_abandoned_is_brought_home_with_the_end_that_is_known(
    workspace: Workspace,
) -> None:
    first, second = begun(workspace, at=1, owner=DEAD), begun(workspace, at=2, owner=DEAD)
    first.write_end({"exit_status": 0, "ended_at": "2026-11-21T10:00:09.000Z"})
    assert settle(workspace) == []
    with workspace.reading() as reader:
        states = {run["id"]: run["state"] for run in runs(reader, limit=9)}
    assert states == {first.id: "completed", second.id: "unknown"}
    assert not first.folder.exists()
    assert settle(workspace) == []


def test_bringing_home_twice_keeps_one_record(workspace: Workspace) -> None:
    session = begun(workspace, owner=DEAD)
    copy = session.folder.with_name("copy")
    session.folder.rename(copy)
    copied = Session(session.id, copy, session.start)
    copy.joinpath("x").write_text("")
    assert bring_home(copied, workspace).fresh
    assert not bring_home(copied, workspace).fresh


def test_a_session_that_can_never_be_recorded_is_set_aside_and_told(workspace: Workspace) -> None:
    bad = begun(workspace, owner=DEAD)
    (bad.folder / "declared.1").write_text('{"form": "used", "uri": "x", "name": "a\\u0000b"}\n')
    (problem,) = settle(workspace)
    assert "refused" in problem
    assert settle(workspace) == []
    assert list((workspace.folder / "sessions").glob("refused-*"))


def test_an_error_of_ours_stands_in_nobody_s_way(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(workspace, owner=DEAD)

    def observe(*_: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr("whence.homecoming.bring.observe", observe)
    (problem,) = settle(workspace)
    assert "unforeseen" in problem
    assert "report it" in problem
    assert settle(workspace) == []
    assert list((workspace.folder / "sessions").glob("refused-*"))


def test_the_end_of_a_dead_recorder_has_gaps(workspace: Workspace) -> None:
    begun(workspace, owner=DEAD)
    settle(workspace)
    with workspace.reading() as reader:
        told = describe(reader, reader.latest(NodeKind.RUN, 1)[0])
    assert {"outcome-unknown", "environment-unknown"} <= {gap["kind"] for gap in told["gaps"]}


def test_a_run_that_goes_on_is_told_in_the_words_of_the_record(workspace: Workspace) -> None:
    session = begun(workspace)
    (told,) = runs_in_short(workspace)
    assert (told["job"], told["state"]) == ("train", "running")
    assert runs_in_short(workspace, job="other") == []
    assert runs_in_short(workspace, state="failed") == []
    assert find_ongoing(workspace, session.id[:8]) == session
    assert find_ongoing(workspace, session.id[:2]) is None
    assert describe_ongoing(session)["gaps"][0]["kind"] == "outcome-unknown"
