"""Whatever fails, or is killed, on the way: a content is there whole, or not at all."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whence.errors import StoreError
from whence.store.objects import ObjectStore
from whence.store.objects.checking import check_objects

NUMBERS = random.Random(1)
ROWS = b"".join(b"%d,%.6f\n" % (at, NUMBERS.random()) for at in range(100_000))
LARGE = ROWS[:1_100_000]


class Failing:
    """Lets the n-th of some calls of the system fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
        self.left = -1
        """How many calls go well before one fails; none fails below zero."""
        for name in names:
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == -1:
                raise OSError(errno.ENOSPC, "No space left on device")
            return call(*args, **kwargs)

        return counted


@pytest.mark.parametrize(("data", "step"), [(b"small" * 50, 1), (LARGE, 3)], ids=["small", "large"])
def test_when_the_nth_call_fails_nothing_is_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, step: int
) -> None:
    failing = Failing(monkeypatch, ["write", "fsync", "replace", "fchmod"])
    tried = 0
    while True:
        objects = ObjectStore(tmp_path / str(tried))
        failing.left = tried
        try:
            sha256 = objects.put_bytes(data)
        except StoreError as error:
            assert "No space left" in error.message  # noqa: PT017  how many fail is not known
        else:
            break
        failing.left = -1
        assert not list(objects.folder.rglob(".new-*"))
        assert check_objects(objects).faults == ()
        assert objects.read(objects.put_bytes(data)) == data
        tried += step
    assert tried > 3
    assert objects.read(sha256) == data


PUT = """
import sys
from pathlib import Path
from whence.store.objects import ObjectStore
objects = ObjectStore(Path(sys.argv[1]))
for path in sys.argv[2:]:
    print(objects.put_file(path), flush=True)
"""


def test_who_is_killed_leaves_whole_contents_or_none(tmp_path: Path) -> None:
    paths = []
    for at in range(6):
        path = tmp_path / f"{at}.csv"
        path.write_bytes(b"%d\n" % at + ROWS[at * 1000 :])
        paths.append(str(path))
    objects = ObjectStore(tmp_path / "objects")
    acknowledged = set()
    for _ in range(6):
        words = [sys.executable, "-c", PUT, str(objects.folder), *paths]
        writer = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        first = writer.stdout.readline().strip()
        time.sleep(NUMBERS.uniform(0, 0.2))
        writer.send_signal(signal.SIGKILL)
        acknowledged |= {first, *writer.stdout.read().split()} - {""}
        writer.wait()
        writer.stdout.close()
        assert check_objects(objects).faults == ()
    assert acknowledged
    assert all(len(objects.read(each)) > 1 << 20 for each in acknowledged)
    assert {objects.put_file(path) for path in paths} >= acknowledged
