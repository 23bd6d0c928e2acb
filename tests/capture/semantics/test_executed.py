"""What ran, told by real Pythons of several versions, and put together."""

import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture import agent
from whence.capture.agent.reports import Telling, read_reports
from whence.capture.semantics.executed import ranges, read_executed
from whence.query.diff.ran import numbers

PROGRAM = """\
import other

def called(x):
    if x > 5:
        return 1
    return 2

def never():
    return 3

class Model:
    def fit(self):
        return called(1)

    def spare(self):
        return never()

if __name__ == "__main__":
    Model().fit()
"""
OTHER = "def used_by_nobody():\n    return 1\n"
VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
"""Pythons that are tried where they are installed; the one that runs the tests is, always."""


def pythons() -> list[str]:
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    for number in VERSIONS:
        path = shutil.which(f"python{number}")
        if path is not None and number not in found:
            told = subprocess.run(
                [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                capture_output=True,
                text=True,
                check=False,
            )
            if told.stdout.strip() == number:
                found[number] = path
    return list(found.values())


def executed(folder: Path, source: str, python: str, *words: str) -> dict[str, Any]:
    """What a program of two files is said to have run."""
    (folder / "main.py").write_text(source)
    (folder / "other.py").write_text(OTHER)
    session = folder / "session"
    session.mkdir()
    env = {"PATH": "/usr/bin:/bin"}
    agent.equip(env, str(session))
    done = subprocess.run(
        [python, *(words or ("main.py",))],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return read_executed(
        read_reports(str(session)).executed, lambda path: path.removeprefix(f"{folder}/")
    )


def by_line(python: str) -> bool:
    told = subprocess.run(
        [python, "-c", "import sys; sys.monitoring"], capture_output=True, check=False
    )
    return told.returncode == 0


@pytest.mark.parametrize("python", pythons())
def test_functions_that_ran_are_told_and_lines_where_they_are_known(
    tmp_path: Path, python: str
) -> None:
    found = executed(tmp_path, PROGRAM, python)
    assert found["whole"] is True
    assert [first for first, _ in found["files"]["main.py"]["functions"]] == [1, 3, 11, 12]
    assert found["files"]["other.py"]["functions"] == [[1, "<module>"]]
    if by_line(python):
        assert found["by"] == "lines"
        assert numbers(found["files"]["main.py"]["lines"]) == {
            1,
            3,
            4,
            6,
            8,
            11,
            12,
            13,
            15,
            18,
            19,
        }
    else:
        assert found["by"] == "functions"
        assert "lines" not in found["files"]["main.py"]


def test_a_module_that_is_run_by_its_name_is_told_too(tmp_path: Path) -> None:
    found = executed(tmp_path, PROGRAM, sys.executable, "-m", "main")
    assert [3, "called"] in found["files"]["main.py"]["functions"]


def test_a_process_that_ends_at_once_leaves_it_open_what_else_ran(tmp_path: Path) -> None:
    found = executed(tmp_path, PROGRAM + "import os\nos._exit(0)\n", sys.executable)
    assert found["whole"] is False
    assert found["reasons"] == ["a process ended before it could tell"]


POOL = """\
import multiprocessing

def work(number):
    return number + 1

if __name__ == "__main__":
    with multiprocessing.get_context("{start}").Pool(2) as pool:
        pool.map(work, range(4))
"""


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_what_workers_ran_is_told_though_their_pool_kills_them(tmp_path: Path, start: str) -> None:
    found = executed(tmp_path, POOL.format(start=start), sys.executable)
    assert [3, "work"] in found["files"]["main.py"]["functions"]


KILLED = """\
import os, random, time

def called():
    return 1

called()
time.sleep(0.6)
random.seed(1)
os.kill(os.getpid(), 9)
"""


def test_a_killed_process_has_told_what_ran_before_its_last_word(tmp_path: Path) -> None:
    found = executed(tmp_path, KILLED, sys.executable)
    assert [3, "called"] in found["files"]["main.py"]["functions"]
    assert found["reasons"] == ["a process ended before it could tell"]


SENT = """\
import joblib

def work(number):
    return number + 1

if __name__ == "__main__":
    joblib.Parallel(n_jobs=2)(joblib.delayed(work)(number) for number in range(4))
"""


def test_a_function_that_was_sent_to_a_worker_as_a_value_is_named(tmp_path: Path) -> None:
    found = executed(tmp_path, SENT, sys.executable)
    assert found["files"]["main.py"]["named"] == ["work"]


TRACED = """\
import sys

def called():
    pass

sys.settrace(lambda *_: None)
called()
"""


def test_a_tracer_of_the_programs_own_is_not_disturbed_and_is_named(tmp_path: Path) -> None:
    found = executed(tmp_path, TRACED, sys.executable)
    if found["by"] == "functions":
        assert found["reasons"] == ["a tracer of its own may have run some of it"]


def tellings(*events: tuple[int, str, dict[str, Any]]) -> list[Telling]:
    return [Telling(pid, event, fields) for pid, event, fields in events]


def test_processes_add_up() -> None:
    found = read_executed(
        tellings(
            (1, "executing", {"by": "lines", "late": False}),
            (1, "executed", {"file": "/a.py", "functions": [[1, "<module>"]], "lines": [1, 2]}),
            (2, "fork", {"parent": 1}),
            (2, "executed", {"file": "/a.py", "functions": [[3, "f"]], "lines": [4]}),
            (1, "executing", {"done": True, "besides": []}),
        ),
        str,
    )
    file = {"functions": [[1, "<module>"], [3, "f"]], "lines": "1-2,4"}
    assert found == {"by": "lines", "files": {"/a.py": file}, "whole": True}


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([(1, "executing", {"by": "functions", "late": True})], "the program ran before it was"),
        ([(2, "executing", {"by": ""})], "a Python told nothing of what ran"),
        ([(2, "fork", {"parent": 1})], "a process ended before it could tell"),
        (
            [(1, "executing", {"done": True, "besides": ["numba"]})],
            "numba may have run some of it",
        ),
    ],
)
def test_why_it_is_not_all(events: list[tuple[int, str, dict[str, Any]]], reason: str) -> None:
    begun = (1, "executing", {"by": "functions", "late": False})
    done = (1, "executing", {"done": True, "besides": []})
    found = read_executed(tellings(begun, *events, done), str)
    assert found["whole"] is False
    assert found["reasons"][0].startswith(reason)


def test_what_only_others_saw_leaves_it_open_too() -> None:
    begun = (1, "executing", {"by": "functions"})
    done = (1, "executing", {"done": True})
    assert read_executed(tellings(begun, done), str, ["one more"])["reasons"] == ["one more"]


def test_where_nothing_was_followed_nothing_is_said() -> None:
    assert read_executed([], str) == {}
    assert read_executed(tellings((1, "executing", {"by": ""})), str) == {}


@given(st.sets(st.integers(1, 300)))
def test_ranges_are_read_as_they_are_written(lines: set[int]) -> None:
    text = ranges(lines)
    assert numbers(text) == lines
    assert len(text) <= len(",".join(map(str, chain(lines))))
