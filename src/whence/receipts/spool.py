"""Where receipts go first: a file of lines for each process, which it alone appends to.

A receipt is written, by one call of the system, before its id is handed out: a process that is
killed, even by SIGKILL, loses none. What a power cut may take is what was not yet synced; whoever
appends syncs every second.

The file is locked (``flock``) as long as its process lives. One that can be locked by somebody
else was left behind, and whoever finds it may file its receipts.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from whence.receipts.receipt import Receipt, read_line

FOLDER = "spool"
_ENDING = ".jsonl"


class Segment:
    """The lines that one process has appended since it last began a file.

    Args:
        folder: The folder of receipts.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        spool = folder / FOLDER
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns() // 1_000_000:012x}-{os.urandom(6).hex()}{_ENDING}"
        self.path = spool / name
        # Whoever looks for spools that were left behind must not find it before it is locked.
        hidden = spool / f".{name}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(hidden, flags, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        hidden.rename(self.path)
        self.began = time.monotonic()
        self.size = 0
        self._synced = 0

    def append(self, line: bytes) -> None:
        """One line, whole or not at all.

        Raises:
            OSError: it could not be written, as on a full disk.
        """
        written = os.write(self._file, line)
        if written != len(line):
            os.ftruncate(self._file, self.size)
            raise OSError(f"{self.path} took only a part of a receipt")
        self.size += written

    def sync(self) -> None:
        """See to it that what was appended outlives a power cut."""
        size = self.size
        if size != self._synced:
            os.fdatasync(self._file)
            self._synced = size

    def close(self) -> None:
        """Sync it and let go of it; whoever finds it from now on may file it."""
        with suppress(OSError):
            self.sync()
        self.leave()

    def leave(self) -> None:
        """Let go of it without a word: what a process does with its parent's after a fork."""
        os.close(self._file)


def segments(folder: Path) -> list[Path]:
    """The files of lines there are, oldest first."""
    return sorted((folder / FOLDER).glob(f"[!.]*{_ENDING}"))


@contextmanager
def left_behind(path: Path) -> Iterator[bool]:
    """Whether nobody appends to a file any more; while the block runs, nobody else files it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            # Whoever had it may have filed and removed it while we waited to look.
            yield path.exists() and os.fstat(handle).st_nlink > 0
    finally:
        os.close(handle)


def read_lines(path: Path) -> Iterator[Receipt]:
    """The receipts of a file of lines; a line that a power cut tore is left out."""
    try:
        with path.open("rb") as lines:
            for line in lines:
                receipt = read_line(line)
                if receipt is not None:
                    yield receipt
    except FileNotFoundError:
        return  # it was filed a moment ago
