"""Numbers that a loop measures, as points of series: none is lost, however the process ends."""

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whence.capture import agent
from whence.capture.agent.points import read_points
from whence.capture.agent.reports import Telling, read_reports

HOOKS = """
def hooks(watch):
    return {"meter": lambda module: on_meter(watch, module)}

def on_meter(watch, module):
    module.measure = watch.metric
    module.series = watch.series
    module.tell = watch.tell
"""

Run = Callable[..., "tuple[subprocess.CompletedProcess[str], list[Telling]]"]

FEW, MANY = 40, 7_000
"""Fewer numbers than are lines, and more points than there is room for at first."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A program with a library that measures whatever it is told to."""
    (tmp_path / "meter.py").write_text("")
    (tmp_path / "hooks.py").write_text(HOOKS)

    def run(source: str, *, limit: int = 60) -> Any:
        (tmp_path / "main.py").write_text(source)
        session = tmp_path / "session"
        session.mkdir()
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
        }
        agent.equip(env, str(session))
        with (session / agent.FRAMEWORKS).open("a") as table:
            table.write(f"meter\t{tmp_path / 'hooks.py'}\n")
        done = subprocess.run(
            [sys.executable, "-W", "ignore::DeprecationWarning", "main.py"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
        return done, list(read_reports(str(session)).told)

    return run


def measured(told: list[Telling], name: str) -> dict[int, list[tuple[Any, Any]]]:
    """The ``(step, value)`` of a metric, by process."""
    found: dict[int, list[tuple[Any, Any]]] = {}
    for each in told:
        if each.event == "metric" and each.fields["name"] == name:
            point = each.fields.get("step"), each.fields["value"]
            found.setdefault(each.pid, []).append(point)
    return found


def test_every_step_is_told_and_descriptors_stay_as_they_would_be(run: Run) -> None:
    done, told = run(
        "import meter, os\n"
        f"for step in range({MANY}):\n"
        "    meter.measure('loss', step / 4, step, 'train', 'lib')\n"
        "    meter.measure('score', -step)\n"
        "print(sorted(map(int, os.listdir('/proc/self/fd')))[:-1])\n"
    )
    assert done.stdout.strip() == "[0, 1, 2]"
    ((_, losses),) = measured(told, "loss").items()
    assert losses == [(step, step / 4) for step in range(MANY)]
    ((_, scores),) = measured(told, "score").items()
    assert scores == [(None, -step) for step in range(MANY)]
    assert {(each.fields["on"], each.fields["source"]) for each in told} == {
        ("train", "lib"),
        ("", ""),
    }


def test_numbers_that_are_no_points_are_told_as_lines(run: Run) -> None:
    _, told = run(
        "import meter\n"
        "for step in range(60):\n    meter.measure('loss', 1, step)\n"
        "meter.measure('loss', float('nan'), 2 ** 70)\n"
        "meter.measure('loss', float('-inf'), 60)\n"
        "meter.measure('loss', 2, 61.5)\n"
    )
    ((_, points),) = measured(told, "loss").items()
    assert (2**70, "NaN") in points
    assert (60, "-Infinity") in points
    assert (61, 2) in points
    assert len(points) == 63


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os._exit(3)", 3),
        ("os.execv('/bin/true', ['true'])", 0),
    ],
)
def test_nothing_is_lost_however_the_process_ends(run: Run, end: str, status: int) -> None:
    done, told = run(
        "import meter, os, signal\n"
        f"for step in range({MANY}):\n    meter.measure('loss', step, step)\n"
        f"{end}\n"
    )
    assert done.returncode == status
    ((_, losses),) = measured(told, "loss").items()
    assert losses == [(step, step) for step in range(MANY)]


def test_forks_amid_threads_that_measure_hang_nothing_and_mix_nothing(run: Run) -> None:
    """What another thread holds when a process forks stays held in the child: nothing may."""
    done, told = run(
        "import meter, os, random, subprocess, sys, threading, time\n"
        "over = threading.Event()\n"
        "counts = {}\n"
        "def go_on(name):\n"
        "    count = 0\n"
        "    while not over.is_set() and count < 20_000:\n"
        "        meter.measure(name, count, count)\n"
        "        meter.series('fresh%d' % (count % 50))(count)\n"
        "        if count % 100 == 0:\n"
        "            meter.tell('said', name=name)\n"
        "        count += 1\n"
        "    counts[name] = count\n"
        "threads = [threading.Thread(target=go_on, args=('t%d' % at,)) for at in range(4)]\n"
        "for each in threads:\n    each.start()\n"
        "children = []\n"
        "for at in range(20):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        f"        for step in range({FEW} if at % 2 else 300):\n"
        "            meter.measure('child', at, step)\n"
        "        os._exit(0)\n"
        "    children.append(child)\n"
        "    time.sleep(0.002)\n"
        "statuses = [os.waitpid(each, 0)[1] for each in children]\n"
        "over.set()\n"
        "for each in threads:\n    each.join()\n"
        "print(statuses.count(0), *(counts['t%d' % at] for at in range(4)))\n"
    )
    assert done.returncode == 0, done.stderr
    good, *counts = map(int, done.stdout.split())
    assert good == 20
    by_child = measured(told, "child")
    assert len(by_child) == 20
    for points in by_child.values():
        number = points[0][1]
        wanted = FEW if number % 2 else 300
        assert points == [(step, number) for step in range(wanted)]
    for at, count in enumerate(counts):
        ((_, points),) = measured(told, f"t{at}").items()
        assert points == [(step, step) for step in range(count)]


def test_what_closes_and_takes_descriptors_changes_nothing(run: Run, tmp_path: Path) -> None:
    done, told = run(
        "import meter, os\n"
        "for step in range(100):\n    meter.measure('loss', step, step)\n"
        "os.closerange(3, 1200)\n"
        "mine = [os.open('mine.txt', os.O_WRONLY | os.O_CREAT) for _ in range(20)]\n"
        f"for step in range(100, {MANY}):\n    meter.measure('loss', step, step)\n"
        "os.closerange(3, 1200)\n"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine.txt").read_bytes() == b""
    ((_, losses),) = measured(told, "loss").items()
    assert losses == [(step, step) for step in range(MANY)]


numbers = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), numbers, st.integers(0, 3))))
def test_points_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[int, float, int]]
) -> None:
    path = tmp_path_factory.mktemp("points") / "1.2.points"
    records = [struct.pack("<qdII", step, value, 1, number) for step, value, number in written]
    path.write_bytes(b"".join(records) + bytes(200_000))
    assert list(read_points(path)) == [
        (number, {"value": value, "step": step}) for step, value, number in written if number
    ]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("points") / "1.2.points"
    path.write_bytes(data)
    assert all(number > 0 for number, _ in read_points(path))
