"""Keeps measured numbers where a step of a loop costs no call of the system, and none is lost.

They go into memory that is a file's: what a process has put there is in the file however the
process ends. A number is a record of 24 bytes, see ``RECORD``; ``whence.capture.agent.reports``
reads them. A record of zeros is none: places are taken in order, and filled a moment later.

Touching such memory kills a process whose disk has no room for it. So room is made first, and only
on file systems where room that was made stays; elsewhere numbers are written as lines.
"""

from __future__ import annotations

import ctypes
import os
import struct
from _thread import allocate_lock
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RECORD = struct.Struct("<qdII")
"""Step, value, whether there is a step, and the series' number: last, for it is never 0."""

_MOST = 32 << 20
_FIRST, _MORE = 64 << 10, 1 << 20
_KEEP_ROOM = {0xEF53, 0x58465342, 0x01021994, 0x794C7630}
"""ext4, XFS, tmpfs, and overlays, which containers put above these."""


class Points:
    """The records of one process; a forked child begins its own."""

    __slots__ = ("_lock", "_path", "_room", "buffer", "last", "take")

    def __init__(self, path: str) -> None:
        """Make the file.

        Args:
            path: a file that is not there yet.

        Raises:
            OSError: it cannot be made, or its disk cannot keep room for it.
        """
        self._path = path
        self._lock = allocate_lock()
        self._room = 0
        self.last = -1
        """The last place that there is room for."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self.buffer = _map(fd)
            self._make_room(fd, _FIRST)
        except BaseException:
            os.unlink(path)
            raise
        finally:
            os.close(fd)
        self.take = count(0, RECORD.size).__next__
        """Gives the place of the next record, to whichever thread asks."""

    def reach(self, place: int) -> bool:
        """Make room for a place; whether there is any."""
        with self._lock:
            if place > self.last:
                if self._room >= _MOST:
                    return False
                try:
                    fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
                except OSError:
                    return False
                try:
                    self._make_room(fd, min(_MORE, _MOST - self._room))
                except OSError:
                    return False
                finally:
                    os.close(fd)
            return place <= self.last

    def _make_room(self, fd: int, size: int) -> None:
        os.posix_fallocate(fd, self._room, size)
        self._room += size
        self.last = self._room - RECORD.size


def _map(fd: int) -> Any:
    """The memory of a file of the full size, most of it without room yet; never unmapped.

    Not by ``mmap``, which would keep a descriptor of its own among those of the program.
    """
    system = ctypes.CDLL(None, use_errno=True)
    facts = (ctypes.c_long * 64)()
    if system.fstatfs(fd, facts) or facts[0] & 0xFFFFFFFF not in _KEEP_ROOM:
        raise OSError("a file system that may not keep room")
    os.ftruncate(fd, _MOST)
    map_file = system.mmap
    map_file.restype = ctypes.c_void_p
    map_file.argtypes = (
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_long,
    )
    read_and_write, shared = 3, 1
    address = map_file(None, _MOST, read_and_write, shared, fd, 0)
    if address is None or address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "no memory for a file")
    return (ctypes.c_char * _MOST).from_address(address)
