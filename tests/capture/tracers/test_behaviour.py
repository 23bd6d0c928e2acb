"""The program must not notice: what it is started with, what reaches it, what it leaves behind."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whence.capture.tracers.notify import NotifyTracer
from whence.capture.tracers.replay import read_journal

_LAUNCH = str(Path(__file__).parent / "launch.py")
_TRACERS = ["notify", "python", "none"]
_SECONDS = 20

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir()
    return folder


@pytest.fixture
def start(session: Path, work: Path, cache: str) -> Iterator[Start]:
    """Start ``launch.py`` in the workspace; what it is given more goes to ``Popen``."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(tracer: str, *command: str, **options: object) -> "subprocess.Popen[bytes]":
        if tracer == "notify" and (refusal := NotifyTracer().available()):
            pytest.skip(refusal)
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        settings: dict[str, object] = {"cwd": work, "env": environment, **options}
        process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
            [sys.executable, _LAUNCH, tracer, str(session), *command], **settings
        )
        started.append(process)
        return process

    yield begin
    for process in started:  # a test that failed must not fail those after it
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _await(holds: Callable[[], object]) -> None:
    until = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


# ------------------------------------------------------------------ what it is started with

_SELF_PORTRAIT = r"""
import os, resource, signal, sys
ignored = [line for line in open('/proc/self/status') if line.startswith(('SigIgn', 'SigBlk'))]
print(sorted(os.listdir('/proc/self/fd')), ignored, os.getcwd(), os.getpgrp() == os.getppid())
print(resource.getrlimit(resource.RLIMIT_NOFILE), os.umask(0), [os.isatty(fd) for fd in range(3)])
ours = ('WHENCE_', 'LD_PRELOAD', 'PYTHONPATH', 'XDG_CACHE', 'PWD', 'OLDPWD', '_')
print(sorted((name, os.environ[name]) for name in os.environ if not name.startswith(ours)))
print([entry for entry in sys.path if 'agent' in entry], 'sitecustomize' in sys.modules)
"""


@pytest.mark.parametrize("tracer", _TRACERS)
def test_it_finds_itself_as_if_started_by_a_shell(tracer: str, start: Start, work: Path) -> None:
    watched = start(
        tracer,
        sys.executable,
        "-c",
        _SELF_PORTRAIT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    out, err = watched.communicate(timeout=_SECONDS)
    bare = subprocess.run(
        ["sh", "-c", f'{sys.executable} -c "$0"; :', _SELF_PORTRAIT],
        cwd=work,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        start_new_session=True,
    )
    assert (out, err) == (bare.stdout, b"")


def test_what_python_adds_to_a_poor_environment_is_not_handed_on(session: Path, work: Path) -> None:
    names = subprocess.run(
        [sys.executable, _LAUNCH, "none", str(session), "sh", "-c", "export -p"],
        cwd=work,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    ).stdout
    assert b"WHENCE_SESSION" in names
    assert b"LC_CTYPE" not in names


@pytest.mark.parametrize("tracer", _TRACERS)
def test_output_is_the_same_to_the_byte(tracer: str, start: Start, session: Path) -> None:
    code = r"printf 'a\0b\377'; printf 'e\001' >&2; exit 9"
    watched = start(tracer, "sh", "-c", code, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert watched.communicate(timeout=_SECONDS) == (b"a\0b\xff", b"e\x01")
    assert watched.returncode == 9


def test_a_pipe_that_nobody_reads_ends_it_as_always(start: Start) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    watched = start("notify", "sh", "-c", "yes", stdout=writer, stderr=subprocess.DEVNULL)
    os.close(writer)
    assert watched.wait(_SECONDS) == 128 + signal.SIGPIPE or watched.returncode == -signal.SIGPIPE


def test_an_ignored_interrupt_stays_ignored(start: Start, session: Path) -> None:
    watched = start(
        "notify",
        sys.executable,
        "-c",
        "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)",
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert watched.communicate(timeout=_SECONDS)[0] == b"True\n"


# ------------------------------------------------------------------------ what reaches it

_WAITS = (
    "import os, signal, sys, time\n"
    "def told(number, _):\n"  # it may come in the middle of a print
    "    os.write(1, b'got %s\\n' % signal.Signals(number).name.encode()); os._exit(5)\n"
    "for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):\n"
    "    signal.signal(each, told)\n"
    "print('ready', flush=True)\n"
    "time.sleep(20)\n"
)


@pytest.mark.parametrize("tracer", ["notify", "python"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])
def test_a_signal_sent_to_us_alone_is_passed_on(tracer: str, name: str, start: Start) -> None:
    watched = start(tracer, sys.executable, "-c", _WAITS, stdout=subprocess.PIPE)
    assert watched.stdout is not None
    assert watched.stdout.readline() == b"ready\n"
    watched.send_signal(signal.Signals[name])
    assert watched.stdout.readline() == f"got {name}\n".encode()
    assert watched.wait(_SECONDS) == 5
    watched.stdout.close()


def test_its_death_by_a_signal_is_ours(start: Start) -> None:
    watched = start("notify", "sh", "-c", "kill -SEGV $$")
    assert watched.wait(_SECONDS) == -signal.SIGSEGV


class _Terminal:
    """A shell's part: a terminal, and ``launch.py`` as its foreground job."""

    def __init__(
        self, session: Path, work: Path, cache: str, *command: str, shell: str = ""
    ) -> None:
        refusal = NotifyTracer().available()
        if refusal:
            pytest.skip(refusal)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(work)
            os.environ["XDG_CACHE_HOME"] = cache
            words = [sys.executable, _LAUNCH, "notify", str(session), *command]
            if shell:
                words = ["bash", "-m", "-c", shell, *words]
            os.execvp(words[0], words)
        self.text = ""

    def expect(self, text: str) -> None:
        until = time.monotonic() + _SECONDS
        while text not in self.text:
            assert time.monotonic() < until, f"{text!r} did not come after {self.text!r}"
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.fd, 1024).decode()
                except OSError as error:  # Linux says so when the other end is closed
                    raise AssertionError(f"the end came after {self.text!r}") from error

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def close(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return status


def test_a_prompt_on_a_terminal_works(session: Path, work: Path, cache: str) -> None:
    code = (
        "import os, sys; print([os.isatty(fd) for fd in range(3)], os.get_terminal_size());"
        "print('hello', input('name? '))"
    )
    terminal = _Terminal(session, work, cache, sys.executable, "-c", code)
    terminal.expect("name? ")
    assert "[True, True, True]" in terminal.text
    terminal.type("Ada\n")
    terminal.expect("hello Ada")
    assert terminal.close() == 0


def test_an_interrupt_from_the_terminal_comes_once(session: Path, work: Path, cache: str) -> None:
    code = (
        "import signal, time\ncame = []\n"
        "signal.signal(signal.SIGINT, lambda *_: came.append(1))\n"
        "print('ready', flush=True)\n"
        "while not came:\n    time.sleep(0.05)\n"
        "time.sleep(0.3)\n"
        "print('interrupts:', len(came))\n"
    )
    terminal = _Terminal(session, work, cache, sys.executable, "-c", code)
    terminal.expect("ready")
    terminal.type("\x03")
    terminal.expect("interrupts: 1")
    assert terminal.close() == 0


def test_an_interrupt_that_ends_it_is_told_as_such(session: Path, work: Path, cache: str) -> None:
    terminal = _Terminal(session, work, cache, "sh", "-c", "echo ready; sleep 20")
    terminal.expect("ready")
    terminal.type("\x03")
    assert os.waitstatus_to_exitcode(terminal.close()) == -signal.SIGINT


def test_stopped_from_the_terminal_and_brought_back(session: Path, work: Path, cache: str) -> None:
    code = "echo ready; cat a.txt; read line; echo done $line"
    shell = '"$0" "$@"; echo stopped $?; fg > /dev/null; echo ended $?'
    terminal = _Terminal(session, work, cache, "sh", "-c", code, shell=shell)
    terminal.expect("beta")
    terminal.type("\x1a")
    terminal.expect(f"stopped {128 + signal.SIGTSTP}")
    terminal.type("well\n")
    terminal.expect("done well")
    terminal.expect("ended 0")
    assert terminal.close() == 0


# ----------------------------------------------------------------------- when we are killed


def test_our_death_does_not_touch_it_and_the_journal_tells(
    start: Start, session: Path, work: Path
) -> None:
    code = (
        "import os, time\n"
        "open('a.txt').read()\n"
        "print('ready', flush=True)\n"
        "while not os.path.exists('go'):\n"
        "    time.sleep(0.02)\n"
        "open('late.txt', 'w').write(open('b.txt').read())\n"
        "os.rename('late.txt', 'end.txt')\n"
    )
    watched = start("notify", sys.executable, "-c", code, stdout=subprocess.PIPE)
    assert watched.stdout is not None
    watched.stdout.readline()
    watched.kill()
    watched.wait()
    watched.stdout.close()
    (work / "go").touch()
    _await((work / "end.txt").exists)
    assert (work / "end.txt").read_text() == (work / "b.txt").read_text()
    activity = read_journal(str(session))
    assert str(work / "a.txt") in {each.path for each in activity.reads}
    assert {each.path for each in activity.writes} == set()


def test_the_journal_is_there_while_it_runs(start: Start, session: Path, work: Path) -> None:
    code = "open('made', 'w').write('x'); print('ready', flush=True); input()"
    watched = start(
        "notify", sys.executable, "-c", code, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert watched.stdout is not None
    watched.stdout.readline()
    made = str(work / "made")
    _await(lambda: made in {each.path for each in read_journal(str(session)).writes})
    watched.communicate(b"\n", timeout=_SECONDS)
    assert watched.returncode == 0


# ------------------------------------------------------------------------- runs within runs


def test_a_run_within_a_run_sees_its_own_part(
    start: Start, session: Path, work: Path, tmp_path: Path
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    code = f"cat a.txt b.txt > outer.txt; {sys.executable} {_LAUNCH} auto {inner} sh -c "
    code += "'cat b.txt > inner.txt; cat sub/c.txt'; cat sub/d.txt"
    environment = {**os.environ, "WHENCE_SESSION": "", "OLD": "1"}
    watched = start("notify", "sh", "-c", code, stdout=subprocess.PIPE, env=environment)
    watched.communicate(timeout=_SECONDS)
    assert watched.returncode == 0
    outer_seen = json.loads((session / "seen").read_text())
    inner_seen = json.loads((inner / "seen").read_text())
    assert [Path(each).name for each in inner_seen["reads"]] == ["b.txt", "c.txt"]
    assert [Path(each).name for each in inner_seen["writes"]] == ["inner.txt"]
    assert {"a.txt", "b.txt", "c.txt", "d.txt"} <= {Path(each).name for each in outer_seen["reads"]}
    assert set(inner_seen["pids"]) < set(outer_seen["pids"])


# ----------------------------------------------------------------------------- no privileges


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_without_privileges_it_sees_as_much_and_tells_of_lost_rights(
    session: Path, work: Path, cache: str
) -> None:
    nobody = 65_534
    for folder in (session, work, *work.rglob("*")):
        os.chown(folder, nobody, nobody, follow_symlinks=False)
    for folder in (session, *list(session.parents)[:-1]):
        folder.chmod(folder.stat().st_mode | 0o011)
    (work / "hidden").write_text("x")
    (work / "hidden").chmod(0o600)
    suid = next((each for each in ("/bin/su", "/usr/bin/passwd") if Path(each).exists()), None)
    words = f"cat a.txt > made; cat hidden 2>/dev/null; {suid} --help >/dev/null 2>&1; true"
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(nobody)
        os.setuid(nobody)
        done = NotifyTracer().run(
            ["sh", "-c", words],
            env={"PATH": os.environ["PATH"]},
            cwd=str(work),
            session_dir=str(session),
        )
        seen = {
            "reads": [Path(each.path).name for each in done.activity.reads if not each.stdio],
            "writes": [Path(each.path).name for each in done.activity.writes if not each.stdio],
            "gaps": [each.reason for each in done.activity.gaps],
        }
        (session / "seen").write_text(json.dumps(seen))
        os._exit(done.exit_status or 0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    seen = json.loads((session / "seen").read_text())
    assert (seen["reads"], seen["writes"]) == (["a.txt"], ["made"])
    assert suid is None or "set-user-id" in " ".join(seen["gaps"])
