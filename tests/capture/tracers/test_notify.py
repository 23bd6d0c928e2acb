import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from whence.capture.interface import Mode, TracedExit
from whence.capture.tracers.notify import NotifyTracer
from whence.errors import CaptureError

pytestmark = pytest.mark.skipif(
    NotifyTracer().available() is not None, reason="seccomp user notification is not permitted"
)

Run = Callable[..., TracedExit]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def run(tmp_path: Path, work: Path) -> Run:
    session = tmp_path / "session"
    session.mkdir()

    def start(*command: str) -> TracedExit:
        return NotifyTracer().run(
            command, env=dict(os.environ), cwd=str(work), session_dir=str(session)
        )

    return start


def test_a_shell_pipeline_is_seen_whole(run: Run, work: Path) -> None:
    (work / "in.txt").write_text("b\na\n")
    done = run("sh", "-c", "sort in.txt > sorted.txt; echo more >> in.txt; cp sorted.txt copy.txt")
    assert done.exit_status == 0
    reads = {Path(each.path).name: each for each in done.activity.reads if not each.stdio}
    writes = {Path(each.path).name for each in done.activity.writes}
    assert set(reads) == {"in.txt"}
    assert reads["in.txt"].mode is Mode.UPDATE
    assert {"sorted.txt", "copy.txt", "in.txt"} <= writes
    names = {Path(each.argv[0]).name for each in done.activity.processes if each.argv}
    assert {"sh", "sort", "cp"} <= names


@pytest.mark.parametrize("status", [0, 7, 255])
def test_the_exit_status_is_the_programs_own(run: Run, status: int) -> None:
    assert run("sh", "-c", f"exit {status}").exit_status == status


def test_a_killed_program_is_told_as_killed(run: Run) -> None:
    done = run(sys.executable, "-c", "import os; open('x', 'w').close(); os.kill(os.getpid(), 9)")
    assert (done.exit_status, done.signal) == (None, 9)
    assert [Path(each.path).name for each in done.activity.writes if not each.stdio] == ["x"]


def test_a_command_that_is_not_there_runs_nothing(run: Run) -> None:
    with pytest.raises(CaptureError, match="no command 'no-such-program'"):
        run("no-such-program")


def test_a_file_that_is_no_program_is_told_with_a_hint(run: Run, work: Path) -> None:
    (work / "data").write_text("x")
    with pytest.raises(CaptureError, match="may not be executed") as caught:
        run("./data")
    assert "chmod +x" in caught.value.hint
