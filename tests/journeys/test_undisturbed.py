"""The program is the same with and without Whence."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scratch import Project


def bare(project: Project, *command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, cwd=project.folder, env=project.env, capture_output=True, check=False
    )


def watched(project: Project, *command: str) -> subprocess.CompletedProcess[bytes]:
    return bare(project, sys.executable, "-m", "whence", "run", "--", *command)


@pytest.mark.parametrize(
    "code",
    [
        "print('out'); import sys; print('err', file=sys.stderr)",
        "raise SystemExit(3)",
        "raise ValueError('boom')",
        "import os; os._exit(200)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "import sys; sys.stdout.buffer.write(bytes(range(256)))",
        "import os; print(os.isatty(0), os.getcwd(), len(os.listdir('/proc/self/fd')))",
        "import sys; print(sys.stdin.read())",
        "import signal; print([signal.getsignal(s) for s in (2, 13, 15)])",
        "import os, resource; print(os.umask(0), resource.getrlimit(resource.RLIMIT_NOFILE))",
    ],
)
def test_output_and_end_are_those_of_the_bare_command(project: Project, code: str) -> None:
    alone = bare(project, sys.executable, "-c", code)
    whole = watched(project, sys.executable, "-c", code)
    assert whole.returncode == alone.returncode
    assert whole.stdout == alone.stdout
    assert whole.stderr == alone.stderr


@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        (["no-such-program"], 127, "command not found"),
        (["./notes.txt"], 126, "may not be executed"),
        (["notes.txt"], 127, "command not found"),
    ],
)
def test_a_command_that_cannot_start_is_told_and_leaves_no_run(
    project: Project, command: list[str], status: int, told: str
) -> None:
    project.write("notes.txt", "words")
    done = project.run(*command, status=status)
    assert told in done.stderr
    assert "try:" in done.stderr
    project.run("true")
    assert len(project.ask("log")["runs"]) == 1


def test_signals_end_up_in_the_record(project: Project) -> None:
    project.run(sys.executable, "-c", "import os; os.kill(os.getpid(), 9)", status=-9)
    run = project.ask("show", "last")
    assert (run["state"], run["signal"], run["exit_status"]) == ("killed", "SIGKILL", None)
    project.run("sh", "-c", "exit 7", status=7)
    run = project.ask("show", "last")
    assert (run["state"], run["signal"], run["exit_status"]) == ("failed", None, 7)


def test_a_signal_to_whence_reaches_the_program(project: Project) -> None:
    code = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *_: sys.exit(5))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    process = project.start("run", "--", sys.executable, "-c", code, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 5
    assert project.ask("show", "last")["exit_status"] == 5


def test_when_whence_is_killed_the_program_goes_on_and_the_next_command_brings_it_home(
    project: Project,
) -> None:
    code = (
        "import sys, time\n"
        "data = open('input.txt').read()\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "open('output.txt', 'w').write(data)\n"
    )
    project.write("input.txt", "something to read, long enough")
    process = project.start(
        "run", "--", sys.executable, "-c", code, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(1.5)  # the journal is on disk at least once a second
    process.kill()
    process.wait()
    process.stdin.write(b"go\n")
    process.stdin.close()
    output = project.folder / "output.txt"
    for _ in range(100):
        if output.exists() and output.read_text():
            break
        time.sleep(0.1)
    assert output.read_text() == "something to read, long enough"
    process.stdout.close()
    run = project.ask("show", "last")
    assert run["state"] == "unknown"
    assert "input.txt" in [each["name"] for each in run["used"]]
    assert "outcome-unknown" in [gap["kind"] for gap in run["gaps"]]


def test_a_folder_that_may_not_be_written_does_not_stop_the_program(
    project: Project, tmp_path: Path
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    done = project.whence("run", "--", "echo", "hello", cwd=locked)
    assert done.stdout == "hello\n"


def test_several_at_once_are_all_recorded(project: Project) -> None:
    many = [project.start("run", "--", "sh", "-c", f"echo {at} > {at}.txt") for at in range(6)]
    assert [process.wait(60) for process in many] == [0] * 6
    assert len(project.ask("log")["runs"]) == 6
    assert project.ask("fsck")["ok"]


def test_a_running_run_is_shown_as_running(project: Project) -> None:
    project.run("true")
    process = project.start("run", "--job", "long", "--", "cat", stdin=subprocess.PIPE)
    assert process.stdin is not None
    for _ in range(100):
        runs = project.ask("log")["runs"]
        if len(runs) == 2:
            break
        time.sleep(0.1)
    assert (runs[0]["job"], runs[0]["state"]) == ("long", "running")
    assert project.ask("show", runs[0]["id"][:8])["state"] == "running"
    process.stdin.close()
    process.wait(30)
    assert [run["state"] for run in project.ask("log")["runs"]] == ["completed", "completed"]
