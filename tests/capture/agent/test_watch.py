"""What hooks have at hand, through hooks for a little library of the test's own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whence.capture import agent
from whence.capture.agent.reports import Telling, read_reports

LIBRARY = '''
"""A library that somebody hooks."""
import warnings

class Model:
    kind = "plain"
    def fit(self, data, rate=0.1):
        self.data = data
        return self
    def outer(self):
        return self.fit([9])
    @staticmethod
    def load(path):
        return Model()
    @classmethod
    def make(cls):
        return cls()
    @property
    def score(self):
        return 0.5

def old():
    warnings.warn("old", DeprecationWarning, stacklevel=2)

def fail():
    raise ValueError("as ever")
'''

HOOKS = """
def hooks(watch):
    return {"little": lambda module: on_little(watch, module)}

def on_little(watch, module):
    def tell(name):
        return lambda token, args, kwargs, result: watch.tell("called", name=name)
    def fitted(token, args, kwargs, result):
        watch.tell("called", name="fit", token=token, given=len(args) + len(kwargs))
    def failed(token, args, kwargs, error):
        watch.tell("called", name=str(error))
    watch.wrap(module.Model, "fit", before=lambda a, k: 7, after=fitted, outermost=True)
    watch.wrap(module.Model, "outer", after=tell("outer"), outermost=True)
    watch.wrap(module.Model, "load", after=tell("load"))
    watch.wrap(module.Model, "make", after=tell("make"))
    watch.wrap(module.Model, "score", after=tell("score"))
    watch.wrap(module, "old", after=tell("old"))
    watch.wrap(module, "fail", failed=failed)
    watch.wrap(module, "missing", after=tell("missing"))
"""

Run = Callable[..., "tuple[subprocess.CompletedProcess[str], list[Telling]]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A program that uses the little library, with its hooks and without."""
    (tmp_path / "little.py").write_text(LIBRARY)

    def run(source: str, hooks: str = HOOKS, *, bare: bool = True) -> Any:
        (tmp_path / "main.py").write_text(source)
        (tmp_path / "hooks.py").write_text(hooks)
        session = tmp_path / "session"
        session.mkdir()
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
        }
        equipped = dict(env)
        agent.equip(equipped, str(session))
        with (session / agent.FRAMEWORKS).open("a") as table:
            table.write(f"little\t{tmp_path / 'hooks.py'}\n")
        done, alone = (
            subprocess.run(
                [sys.executable, "-W", "always", "main.py"],
                cwd=tmp_path,
                env=each,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            for each in (equipped, env)
        )
        if bare:
            assert (done.returncode, done.stdout, done.stderr) == (
                alone.returncode,
                alone.stdout,
                alone.stderr,
            )
        return done, list(read_reports(str(session)).told)

    return run


def called(told: list[Telling]) -> list[str]:
    return [each.fields["name"] for each in told if each.event == "called"]


def test_functions_methods_and_properties_are_told_and_go_on_as_ever(run: Run) -> None:
    _, told = run(
        "from little import Model\n"
        "m = Model.make()\n"
        "print(m.fit([1, 2], rate=0.5).data, Model.load('x').kind, m.score)\n"
        "import pickle, inspect\n"
        "print(inspect.signature(Model.fit), Model.fit.__qualname__, Model.fit.__doc__)\n"
        "print(type(pickle.loads(pickle.dumps(m))).__name__, pickle.dumps(Model.load)[:5])\n"
    )
    assert called(told) == ["make", "fit", "load", "score"]
    (fitted,) = [each.fields for each in told if each.fields.get("name") == "fit"]
    assert (fitted["token"], fitted["given"]) == (7, 3)


def test_what_happens_inside_an_outermost_call_is_not_told(run: Run) -> None:
    _, told = run("import little\nprint(little.Model().outer().data)\n")
    assert called(told) == ["outer"]


def test_warnings_and_errors_look_as_they_would(run: Run) -> None:
    done, told = run(
        "import little, threading, traceback\n"
        "def f():\n    little.fail()\n"
        "little.old()\n"
        "try:\n    f()\nexcept ValueError:\n    traceback.print_exc()\n"
        "t = threading.Thread(target=f, name='t')\nt.start()\nt.join()\n"
        "try:\n    f()\nexcept ValueError as error:\n    raise KeyError('b') from error\n"
    )
    assert done.returncode == 1
    assert "main.py:4: DeprecationWarning" in done.stderr
    assert called(told) == ["old", "as ever", "as ever", "as ever"]


@pytest.mark.parametrize(
    "broken",
    [
        "raise RuntimeError('at import')",
        "def hooks(watch):\n    return {'little': lambda module: 1 / 0}",
        "def hooks(watch):\n    return 5",
        "def hooks(watch:",
    ],
)
def test_hooks_that_fail_are_a_gap_and_nothing_else(run: Run, broken: str) -> None:
    done, told = run("import little\nprint(little.Model().fit(3).data)\n", broken)
    assert done.stdout == "3\n"
    assert [(each.event, each.fields["kind"], each.fields["about"]) for each in told] == [
        ("gap", "observer-blind", "little")
    ]


def test_a_wrapper_that_fails_is_a_gap_once(run: Run) -> None:
    hooks = (
        "def hooks(watch):\n"
        "    return {'little': lambda m: watch.wrap(m.Model, 'fit', before=lambda a, k: 1 / 0)}\n"
    )
    done, told = run("import little\nfor i in range(3):\n    little.Model().fit(i)\n", hooks)
    assert done.returncode == 0
    assert [each.fields["about"] for each in told] == ["Model.fit"]


def test_the_library_is_left_alone_until_it_is_imported(run: Run) -> None:
    _, told = run("import sys\nprint([n for n in sys.modules if n.startswith('little')])\n")
    assert told == []


MANY = """
def hooks(watch):
    def after(token, args, kwargs, result):
        watch.metric("loss", 0.5, step=len(args[1]))
    return {"little": lambda m: watch.wrap(m.Model, "fit", after=after)}
"""


def test_what_is_told_often_survives_a_kill_and_closed_descriptors(run: Run) -> None:
    done, told = run(
        "import little, os, signal\n"
        "m = little.Model()\n"
        "for i in range(300):\n    m.fit([0] * i)\n"
        "os.closerange(3, 2000)\n"
        "own = os.open('own.txt', os.O_RDWR | os.O_CREAT | os.O_TRUNC)\n"
        "os.dup2(own, 900)\n"
        "for i in range(300, 500):\n    m.fit([0] * i)\n"
        "os.lseek(own, 0, 0)\n"
        "print(os.read(own, 100), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n",
        MANY,
    )
    assert (done.returncode, done.stdout) == (-9, "b''\n")
    assert [each.fields["step"] for each in told if each.event == "metric"] == list(range(500))


def test_forked_children_tell_into_files_of_their_own(run: Run) -> None:
    _, told = run(
        "import little, os\nm = little.Model()\n"
        "for i in range(200):\n    m.fit([0] * i)\n"
        "if os.fork() == 0:\n    m.fit([0] * 1000)\n    os._exit(0)\n"
        "os.wait()\nm.fit([0] * 2000)\n",
        MANY,
    )
    by_process: dict[int, list[int]] = {}
    for each in told:
        if each.event == "metric":
            by_process.setdefault(each.pid, []).append(each.fields["step"])
    assert sorted(steps[-1] for steps in by_process.values()) == [1000, 2000]
    assert sorted(map(len, by_process.values())) == [1, 201]


VALUES = """
def hooks(watch):
    def after(token, args, kwargs, result):
        watch.tell("plain", value=watch.plain(args[1]))
    return {"little": lambda m: watch.wrap(m.Model, "fit", after=after)}
"""


def test_any_value_is_told_as_json(run: Run) -> None:
    _, told = run(
        "import little, pathlib, enum, datetime, functools, decimal\n"
        "class Colour(enum.Enum):\n    RED = 'red'\n"
        "class Odd:\n    def __repr__(self):\n        raise SystemExit('never called')\n"
        "loop = []\nloop.append(loop)\n"
        "values = [None, True, 3, 2**70, 0.1, float('nan'), float('-inf'), 'a' * 900, b'xy',\n"
        "  (1, 2), {'b', 'a'}, {1: Odd()}, loop, pathlib.Path('/a/b'), Colour.RED, int, len,\n"
        "  functools.partial(len), datetime.date(2026, 1, 2), decimal.Decimal('1.5'),\n"
        "  '\\udcff\"\\n']\n"
        "for each in values:\n    little.Model().fit(each)\n",
        VALUES,
    )
    found = [each.fields["value"] for each in told if each.event == "plain"]
    assert found[:7] == [None, True, 3, str(2**70), 0.1, "NaN", "-Infinity"]
    assert found[7].endswith("…")
    assert found[8:12] == ["<2 bytes>", [1, 2], ["a", "b"], {"1": "<Odd>"}]
    assert "[…]" in str(found[12])
    assert found[13:] == [
        "/a/b",
        "red",
        "int",
        "len",
        "partial(len)",
        "2026-01-02",
        "1.5",
        '\udcff"\n',
    ]
