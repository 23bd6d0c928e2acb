import ctypes
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from whence.capture.interface import TracedExit
from whence.capture.tracers import accelerator, ring
from whence.capture.tracers.noise import Noise
from whence.capture.tracers.notify import NotifyTracer
from whence.capture.tracers.ring import HEADER_SIZE, SLOT_SIZE, SLOTS, Ring, read_rest

_HEAD = 64


@pytest.fixture
def opened(tmp_path: Path) -> Ring:
    return Ring(str(tmp_path), Noise("/workspace"))


def _reserve(tmp_path: Path, count: int) -> None:
    """Take slots as the accelerator does, without filling them."""
    with (tmp_path / ring.NAME).open("r+b") as file:
        file.seek(_HEAD)
        (head,) = struct.unpack("=Q", file.read(8))
        file.seek(_HEAD)
        file.write(struct.pack("=Q", head + count))


def _fill(tmp_path: Path, position: int, path: bytes, pid: int = 7) -> None:
    slot = struct.pack("=QIIQQQQQII", position + 1, pid, 1, 2, 3, 4, 5, 6, 1, len(path)) + path
    with (tmp_path / ring.NAME).open("r+b") as file:
        file.seek(HEADER_SIZE + position % SLOTS * SLOT_SIZE)
        file.write(slot)


def test_a_slot_that_is_not_filled_yet_holds_up_nothing_but_itself(
    opened: Ring, tmp_path: Path
) -> None:
    _reserve(tmp_path, 3)
    _fill(tmp_path, 0, b"/a")
    _fill(tmp_path, 2, b"/c\xff\n")
    assert [entry[2] for entry in opened.take(SLOTS)] == ["/a", "/c\udcff\n"]
    assert opened.position == 1
    assert opened.take(SLOTS) == []
    _fill(tmp_path, 1, b"/b")
    assert opened.take(SLOTS) == [(7, 1, "/b", (2, 3, 4, 5, 6), True)]
    assert opened.position == 3


def test_a_slot_of_an_earlier_lap_is_not_taken_twice(opened: Ring, tmp_path: Path) -> None:
    _reserve(tmp_path, 1)
    _fill(tmp_path, 0, b"/old")
    assert len(opened.take(SLOTS)) == 1
    _reserve(tmp_path, SLOTS)
    assert opened.take(2 * SLOTS) == []
    _fill(tmp_path, SLOTS, b"/new")
    assert [entry[2] for entry in opened.take(SLOTS)] == ["/new"]


def test_what_nobody_took_can_be_read_later(opened: Ring, tmp_path: Path) -> None:
    _reserve(tmp_path, 2)
    _fill(tmp_path, 0, b"/taken")
    opened.take(SLOTS)
    _fill(tmp_path, 1, b"/left")
    opened.close()
    assert [entry[2] for entry in read_rest(str(tmp_path), 1)] == ["/left"]


def test_a_ring_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / ring.NAME).write_bytes(b"x" * 100)
    with pytest.raises(OSError, match="cut short"):
        list(read_rest(str(tmp_path), 0))


def test_every_part_that_is_noise_begins_with_a_slash() -> None:
    noise = Noise("/workspace")
    assert all(each.startswith("/") for each in (*noise.parts, *noise.outer, noise.root))


# ------------------------------------------------------------------------------- the accelerator

_NEEDS_CC = pytest.mark.skipif(
    subprocess.run(["which", "cc"], capture_output=True, check=False).returncode != 0,
    reason="there is no C compiler",
)


@_NEEDS_CC
def test_it_is_built_once_for_this_user_alone(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path / "c"), "PATH": os.environ["PATH"]}
    built = accelerator.library(environ)
    assert built is not None
    folder = Path(built).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Path(built).stat().st_mode & 0o022 == 0
    before = Path(built).stat().st_mtime_ns
    assert accelerator.library({**environ, "PATH": ""}) == built
    assert Path(built).stat().st_mtime_ns == before
    assert [each.name for each in folder.iterdir()] == [Path(built).name]


@_NEEDS_CC
def test_one_that_others_could_have_written_is_not_trusted(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    built = accelerator.library(environ)
    assert built is not None
    Path(built).parent.chmod(0o777)
    assert accelerator.library(environ) is None


def test_without_a_compiler_or_a_home_it_is_silently_absent(tmp_path: Path) -> None:
    assert accelerator.library({"XDG_CACHE_HOME": str(tmp_path), "PATH": str(tmp_path)}) is None
    assert accelerator.library({"PATH": os.environ["PATH"]}) is None
    assert accelerator.library({accelerator.VARIABLE: "off", "HOME": str(tmp_path)}) is None


def test_a_source_that_does_not_compile_is_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "accel.c"
    source.write_text("#error on purpose\n")
    monkeypatch.setattr(accelerator, "SOURCE", str(source))
    environ = {"XDG_CACHE_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    assert accelerator.library(environ) is None
    monkeypatch.setattr(accelerator, "build", None)
    assert accelerator.library(environ) is None


@pytest.mark.parametrize(
    ("users", "path", "expected"),
    [
        ("", "/l.so", "/l.so"),
        ("/jemalloc.so", "/l.so", "/jemalloc.so:/l.so"),
        ("/usr/lib/libasan.so.8", "/l.so", "/usr/lib/libasan.so.8"),
        ("", "/with space/l.so", ""),
    ],
)
def test_what_the_user_preloads_stays_first(users: str, path: str, expected: str) -> None:
    env = {"LD_PRELOAD": users}
    added = accelerator.preload(env, path, "ring")
    assert env["LD_PRELOAD"] == expected
    assert added == ("WHENCE_RING" in env)


def test_a_program_with_a_sanitizer_is_left_alone(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF....libasan.so.8\0")
    assert not accelerator.suits(str(program))
    assert accelerator.suits(sys.executable)
    assert accelerator.suits(str(tmp_path / "missing"))


@_NEEDS_CC
def test_it_loads_anywhere_and_does_nothing_unasked(cache: str) -> None:
    built = accelerator.library({"XDG_CACHE_HOME": cache, "PATH": os.environ["PATH"]})
    assert built is not None
    needed = subprocess.run(["readelf", "-d", built], capture_output=True, check=False).stdout
    assert b"NEEDED" not in needed
    done = subprocess.run(
        ["cat", __file__], env={"LD_PRELOAD": built}, capture_output=True, check=True
    )
    assert done.stdout == Path(__file__).read_bytes()
    assert done.stderr == b""
    library = ctypes.CDLL(built)
    assert library.open(b"/nonexistent", os.O_RDONLY, 0) == -1


_BURST = """
import os, sys, threading
def read(first):
    for number in range(first, first + 6000):
        with open(f"burst/{number % 200}") as file:
            file.read()
threads = [threading.Thread(target=read, args=(i * 50,)) for i in range(4)]
for each in threads: each.start()
for each in threads: each.join()
"""


@_NEEDS_CC
def test_more_opens_than_the_ring_has_slots_lose_nothing(
    run: Callable[..., TracedExit], work: Path
) -> None:
    refusal = NotifyTracer().available()
    if refusal:
        pytest.skip(refusal)
    (work / "burst").mkdir()
    for number in range(200):
        (work / "burst" / str(number)).write_text("x")
    done = run(NotifyTracer(), sys.executable, "-c", _BURST)
    names = {os.path.relpath(each.path, work) for each in done.activity.reads}
    assert names == {f"burst/{number}" for number in range(200)}
    assert done.activity.gaps == ()
