"""Progress of long work, on a terminal and nowhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from whence.capture.digests import Progress

WORTH_SHOWING = 512 * 1024 * 1024
"""Bytes from which hashing takes long enough that somebody wonders."""


@contextmanager
def hashing() -> Iterator[Progress | None]:
    """What to tell how far hashing has come; ``None`` where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar()
    try:
        yield bar.tell
    finally:
        bar.close()


class _Bar:
    """A bar on standard error, drawn from when there is enough to wait for."""

    def __init__(self) -> None:
        self._stop: Callable[[], None] | None = None
        self._show: Progress | None = None

    def tell(self, done: int, total: int) -> None:
        """So many bytes of so many are hashed."""
        if self._show is None:
            if total < WORTH_SHOWING:
                return
            self._start(total)
        assert self._show is not None
        self._show(done, total)

    def _start(self, total: int) -> None:
        from rich.console import Console  # noqa: PLC0415  100 ms, for long work only
        from rich.progress import BarColumn, DownloadColumn, TextColumn  # noqa: PLC0415
        from rich.progress import Progress as Bars  # noqa: PLC0415

        columns = (TextColumn("whence: hashing"), BarColumn(), DownloadColumn())
        bars = Bars(*columns, console=Console(stderr=True), transient=True)
        task = bars.add_task("hashing", total=total)
        bars.start()
        self._stop = bars.stop
        self._show = lambda done, whole: bars.update(task, completed=done, total=whole)

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._stop is not None:
            self._stop()
