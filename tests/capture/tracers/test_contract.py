"""Every case on every tracer that sees; each case's first line says what is true of it.

``reads``, ``writes``, ``executed``: exactly these files. ``updates``: those of them that are both.
``as_read``: the content that was read must still be known at the end. ``python`` says where the
audit hook is known to fall short: ``miss`` names files that it must not claim, ``lost`` content
that it cannot keep, ``gap`` what it must own up to. A hook that sees more than that fails, too:
then the list is out of date.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whence.capture.interface import FileAccess, Mode, TracedExit, Tracer
from whence.capture.tracers.notify import NotifyTracer
from whence.capture.tracers.python_hook import PythonTracer

_CASES = Path(__file__).parent.parent / "cases"
_TRACERS: dict[str, tuple[Callable[[], Tracer], bool]] = {
    "notify": (NotifyTracer, True),
    "notify-alone": (NotifyTracer, False),
    "python": (PythonTracer, False),
}
_NAMES = sorted(each.name for each in _CASES.iterdir() if each.suffix in {".py", ".sh", ".c"})


def _truth(case: str) -> dict[str, Any]:
    first = (_CASES / case).read_text(encoding="utf-8").partition("\n")[0]
    truth: dict[str, Any] = json.loads(first.lstrip("#/ "))
    return truth


def test_there_are_cases_enough() -> None:
    assert len(_NAMES) >= 35


@pytest.mark.parametrize("case", _NAMES)
@pytest.mark.parametrize("tracer", _TRACERS)
def test_a_case_is_seen_as_it_is(
    tracer: str, case: str, run: Callable[..., TracedExit], work: Path
) -> None:
    kind, accelerated = _TRACERS[tracer]
    refusal = kind().available()
    if refusal is not None:
        pytest.skip(refusal)
    truth = _truth(case)
    command = _command(case, truth, work)
    if truth.get("accelerated") and not accelerated:
        pytest.skip("a signal may interrupt an open that is asked about; the accelerator mends it")
    before = _digests(work)
    done = run(kind(), *command, accelerated=accelerated, streams=_streams(truth, work))
    assert (done.exit_status, done.signal) == _ending(truth)
    known = truth.get("python", {}) if tracer == "python" else {}
    _check_files(done, truth, known, case, work)
    _check_content(done, truth, known, before, work)
    _check_gaps(done, truth, known, tracer)
    if tracer != "python":
        assert len(done.activity.processes) >= truth.get("processes", 1)


def _command(case: str, truth: dict[str, Any], work: Path) -> list[str]:
    """Put the case into the workspace and say how it is run; skip what this machine cannot do."""
    if "needs" in truth and importlib.util.find_spec(truth["needs"]) is None:
        pytest.skip(f"{truth['needs']} is not installed")
    suffix = Path(case).suffix
    if suffix == ".py":
        shutil.copy(_CASES / case, work / "case.py")
        return [sys.executable, *truth.get("options", []), "case.py"]
    if suffix == ".sh":
        shutil.copy(_CASES / case, work / "case.sh")
        return ["sh", "case.sh"]
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    if truth.get("machine", os.uname().machine) != os.uname().machine:
        pytest.skip("it is about another processor")
    build = ["cc", "-O1", "-w", *truth.get("flags", []), "-o", str(work / "case"), _CASES / case]
    if subprocess.run(build, capture_output=True, check=False).returncode:
        pytest.skip("this compiler cannot build it")
    if "-m32" in truth.get("flags", []) and not _starts(work / "case"):
        pytest.skip("this kernel does not run 32-bit programs")
    return ["./case"]


def _starts(program: Path) -> bool:
    try:
        return subprocess.run([program], check=False).returncode == 0
    except OSError:
        return False


def _streams(truth: dict[str, Any], work: Path) -> dict[int, tuple[str, int]]:
    new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    asked = {
        "stdin": (0, os.O_RDONLY),
        "stdout": (1, new),
        "stderr": (2, new),
        "append": (1, os.O_WRONLY | os.O_APPEND),
    }
    return {
        fd: (str(work / truth[name]), flags) for name, (fd, flags) in asked.items() if name in truth
    }


def _ending(truth: dict[str, Any]) -> tuple[int | None, int | None]:
    if "signal" in truth:
        return None, truth["signal"]
    return truth.get("status", 0), None


def _digests(work: Path) -> dict[str, str]:
    return {
        str(each.relative_to(work)): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in work.rglob("*")
        if each.is_file()
    }


def _named(accesses: tuple[FileAccess, ...], work: Path) -> dict[str, FileAccess]:
    found = {os.path.relpath(each.path, work): each for each in accesses}
    assert len(found) == len(accesses), "no file stands twice in one list"
    return found


def _check_files(
    done: TracedExit, truth: dict[str, Any], known: dict[str, Any], case: str, work: Path
) -> None:
    missed = set(known.get("miss", ()))
    own = {f"case{Path(case).suffix}"} if Path(case).suffix in {".py", ".sh"} else set()
    under = {f"{name}/{i}" for name, n in truth.get("reads_under", {}).items() for i in range(n)}
    reads = _named(done.activity.reads, work)
    writes = _named(done.activity.writes, work)
    executed = _named(done.activity.executed, work)
    assert set(reads) == ({*truth["reads"], *under} | own) - missed
    assert set(writes) == set(truth["writes"])
    assert set(executed) == set(truth.get("executed", ())) - missed
    updates = set(truth.get("updates", ())) - missed
    assert {name for name, each in writes.items() if each.mode is Mode.UPDATE} == updates
    for name, aliases in truth.get("aliases", {}).items():
        either = reads.get(name) or writes[name]
        assert either.aliases == tuple(str(work / alias) for alias in aliases)
    for name, streams in truth.get("streams", {}).items():
        either = writes.get(name) or reads[name]
        assert either.stdio == tuple(streams)


def _check_content(
    done: TracedExit,
    truth: dict[str, Any],
    known: dict[str, Any],
    before: dict[str, str],
    work: Path,
) -> None:
    reads = _named(done.activity.reads, work)
    wanted = set(truth.get("as_read", ())) - set(known.get("miss", ()))
    for name in wanted - set(known.get("lost", ())):
        assert _content(reads[name]) == before[name], reads[name]
    for name in wanted & set(known.get("lost", ())):
        assert reads[name].held.lost
    for each in reads.values():
        if each.held.fd is not None:
            os.close(each.held.fd)


def _content(access: FileAccess) -> str:
    """The digest of what was read, found as whoever takes the activity finds it."""
    if access.held.sha256 is not None:
        return access.held.sha256
    assert not access.held.lost
    if access.held.fd is not None:
        return hashlib.sha256(os.pread(access.held.fd, 1 << 20, 0)).hexdigest()
    return hashlib.sha256(Path(access.location).read_bytes()).hexdigest()


def _check_gaps(
    done: TracedExit, truth: dict[str, Any], known: dict[str, Any], tracer: str
) -> None:
    told = " ".join(f"{gap.about}: {gap.reason}" for gap in done.activity.gaps)
    if tracer == "python":
        assert "compiled libraries" in told
        assert known.get("gap", "") in told
    elif "gap" in truth:
        assert truth["gap"] in told
    else:
        assert not told
