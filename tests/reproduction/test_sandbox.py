"""What a hostile file can do in the sandbox: nothing, where namespaces are permitted."""

import os
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from reproduction.pairs import compare
from whence.errors import SandboxError
from whence.reproduction.comparers import inside
from whence.reproduction.interface import Likeness
from whence.reproduction.sandbox import ChildSandbox

PYTHON = Path(sys.executable)
CANARY: list[str] = []


class Hostile:
    """Does something when it is loaded."""

    def __init__(self, what: str, *words: Any) -> None:
        self.what = what
        self.words = words

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return {"run": exec, "sing": CANARY.append}[self.what], self.words


def bombs(code: str) -> tuple[bytes, bytes]:
    """Two pickles that differ, and run this when they are loaded."""
    first, second = (pickle.dumps({"bomb": Hostile("run", code), "at": at}) for at in (1, 2))
    return first, second


def unless_it_fails(*commands: str) -> str:
    """Code that ends the child without an answer if one of these commands works."""
    return (
        "import os\n"
        f"for command in {list(commands)!r}:\n"
        "    if os.system(command) == 0: os._exit(9)\n"
    )


NO_HARM = "predictions could not be compared: nothing in it predicts"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "test.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    return path


@pytest.fixture
def sandbox() -> ChildSandbox:
    return ChildSandbox(PYTHON, seconds=60)


@pytest.fixture
def closed(sandbox: ChildSandbox, table: Path, tmp_path: Path) -> ChildSandbox:
    """A sandbox that could build its walls here."""
    compare(tmp_path, "any.pkl", bombs("pass"), sandbox=sandbox, evaluation=[table])
    if "mounts" not in sandbox.built:
        pytest.skip("namespaces are not permitted here")
    return sandbox


def test_a_pickle_never_runs_in_our_own_process(tmp_path: Path) -> None:
    values = [pickle.dumps([Hostile("sing", "dead"), at]) for at in (1, 2)]
    found = compare(tmp_path, "model.pkl", (values[0], values[1]))
    assert found.likeness is Likeness.DIFFERENT
    assert CANARY == []


def test_a_bomb_can_write_nowhere(closed: ChildSandbox, table: Path, tmp_path: Path) -> None:
    home = Path.home() / f".whence-canary-{os.getpid()}"
    targets = [tmp_path / "written", home, Path(f"/dev/shm/whence-canary-{os.getpid()}")]
    code = "; ".join(["import os", *(f"os.system('echo dead > {target}')" for target in targets)])
    found = compare(tmp_path, "m.pkl", bombs(code), sandbox=closed, evaluation=[table])
    assert [target for target in targets if target.exists()] == []
    assert NO_HARM in found.reason


def test_a_bomb_sees_no_process_and_no_network_and_cannot_undo_its_walls(
    closed: ChildSandbox, table: Path, tmp_path: Path
) -> None:
    escapes = [
        "mount -o remount,rw /",
        "unshare --user --map-root-user --mount true",
        f"{PYTHON} -c 'import socket; socket.socket(socket.AF_UNIX)'",
        f"kill -0 {os.getpid()}",
        f"ls /proc/{os.getpid()}",
        "test -e /dev/sda -o -e /dev/vda -o -e /dev/kmsg -o -e /dev/fuse",
    ]
    code = unless_it_fails(*escapes)
    found = compare(tmp_path, "m.pkl", bombs(code), sandbox=closed, evaluation=[table])
    assert NO_HARM in found.reason


def test_what_works_in_the_child_is_noticed(
    sandbox: ChildSandbox, table: Path, tmp_path: Path
) -> None:
    code = unless_it_fails("false", "true")
    found = compare(tmp_path, "m.pkl", bombs(code), sandbox=sandbox, evaluation=[table])
    assert found.likeness is Likeness.DIFFERENT
    assert "the sandbox ended without an answer" in found.reason


def test_the_child_gets_no_variable_that_may_hold_a_secret(
    sandbox: ChildSandbox, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "s3cret")
    code = unless_it_fails('test -n "$SOME_TOKEN"')
    found = compare(tmp_path, "m.pkl", bombs(code), sandbox=sandbox, evaluation=[table])
    assert NO_HARM in found.reason


def test_a_child_that_hangs_is_ended(table: Path, tmp_path: Path) -> None:
    sandbox = ChildSandbox(PYTHON, seconds=2)
    found = compare(
        tmp_path,
        "m.pkl",
        bombs("import time; time.sleep(600)"),
        sandbox=sandbox,
        evaluation=[table],
    )
    assert "the sandbox gave no answer within 2 s" in found.reason


def test_a_child_has_so_much_memory_and_no_more(table: Path, tmp_path: Path) -> None:
    sandbox = ChildSandbox(PYTHON, seconds=60, memory=1 << 30)
    greedy = [pickle.dumps([Greedy(), at]) for at in (1, 2)]
    found = compare(tmp_path, "m.pkl", (greedy[0], greedy[1]), sandbox=sandbox, evaluation=[table])
    assert "MemoryError" in found.reason


class Greedy:
    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return bytearray, (2 << 30,)


def test_an_interpreter_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    sandbox = ChildSandbox(tmp_path / "gone" / "python")
    with pytest.raises(SandboxError, match=r"without an answer.*gone/python"):
        sandbox.ask("models", ["pickle"], [])


def test_what_is_to_be_read_must_be_there(sandbox: ChildSandbox, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="is not there"):
        sandbox.ask("models", [], [tmp_path / "gone"])


def test_nothing_is_left_behind(
    sandbox: ChildSandbox, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    code = "import os; os.system('echo x > left; sleep 600 &')"
    compare(tmp_path, "m.pkl", bombs(code), sandbox=sandbox, evaluation=[table])
    assert list((tmp_path / "scratch").iterdir()) == []


def test_classes_of_the_program_itself_are_found(tmp_path: Path, table: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(
        "import pickle, sys\n"
        "SCALE = 2\n"
        "class Model:\n"
        "    def __init__(self, shift): self.shift = shift\n"
        "    def predict(self, rows): return rows.to_numpy().sum(axis=1) * SCALE + self.shift\n"
        "pickle.dump(Model(float(sys.argv[2])), open(sys.argv[1], 'wb'))\n"
    )
    import subprocess

    def train(shift: str, path: Path) -> None:
        subprocess.run([PYTHON, program, path, shift], check=True)

    sandbox = ChildSandbox(PYTHON, main=program)
    found = compare(tmp_path, "model.pkl", ("1", "1.5"), train, sandbox=sandbox, evaluation=[table])
    assert (found.likeness, "on 2 rows of test.csv" in found.reason) == (Likeness.DECISIONS, True)


def test_the_scripts_are_as_old_as_the_oldest_interpreter_they_may_meet() -> None:
    import ast

    scripts = sorted(Path(inside.__file__).parent.glob("*.py"))
    assert scripts
    for script in scripts:
        ast.parse(script.read_text(encoding="utf-8"), feature_version=(3, 8))
