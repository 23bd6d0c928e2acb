"""The reading end of the accelerator's ring; the writing end is ``accel.c``.

One file, mapped by every process of the run and by the supervisor: fixed slots that any thread may
reserve and fill, and that are handed back when they have been read. A full ring makes the
accelerator ask instead, so nothing is lost and nothing waits. The file is allocated beforehand: a
write into a map of a full disk would kill the program.
"""

import mmap
import os
import struct
from collections.abc import Iterator

from whence.capture.tracers.events import Stat
from whence.capture.tracers.noise import Noise

NAME = "ring"
MAGIC = 0x31676E6952636857
SLOTS = 16_384
SLOT_SIZE = 512
HEADER_SIZE = 16_384
_HEADER = struct.Struct("=QIIII")
_COUNTER = struct.Struct("=Q")
_HEAD_AT, _TAIL_AT, _LISTS_AT = 64, 128, 256
_SLOT = struct.Struct("=QIIQQQQQII")
_PATH_AT = 64
_LONGEST = 255
_PATH_ROOM = SLOT_SIZE - _PATH_AT

Entry = tuple[int, int, str, Stat, bool]
"""Process, its parent (0: not told), path, state when opened, whether its name is no link."""


class Ring:
    """An open ring."""

    def __init__(self, session_dir: str, noise: Noise) -> None:
        """Make the file.

        Raises:
            OSError: there is no room for it.
        """
        self.path = os.path.join(session_dir, NAME)
        self.cookie = int.from_bytes(os.urandom(4), "little") | 1
        size = HEADER_SIZE + SLOTS * SLOT_SIZE
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(fd, 0, size)
            self._map = mmap.mmap(fd, size)
        finally:
            os.close(fd)
        self._next = 0
        self._missing: list[int] = []
        _HEADER.pack_into(self._map, 0, MAGIC, self.cookie, SLOTS, SLOT_SIZE, HEADER_SIZE)
        self._tell(noise)

    @property
    def variable(self) -> str:
        """What the accelerator finds in ``WHENCE_RING``."""
        return f"{self.cookie:08x}:{self.path}"

    def _tell(self, noise: Noise) -> None:
        """Let the accelerator leave out what is noise, before it takes a slot."""
        lists = [
            b"".join(_item(each) for each in part)
            for part in ((noise.root,), noise.parts, noise.inner, noise.outer)
        ]
        whole = b"".join(lists)
        if _LISTS_AT + len(whole) > HEADER_SIZE:
            raise OSError("the lists of what is noise are too long for the ring's header")
        self._map[_LISTS_AT : _LISTS_AT + len(whole)] = whole
        struct.pack_into("=IIII", self._map, 24, *(len(each) for each in lists))

    @property
    def waiting(self) -> int:
        """How many slots were taken since the last look."""
        head: int = _COUNTER.unpack_from(self._map, _HEAD_AT)[0]
        return head - self._next

    @property
    def position(self) -> int:
        """What lies before was taken."""
        return self._missing[0] if self._missing else self._next

    def take(self, limit: int) -> list[Entry]:
        """Read what is new, up to so many slots, and hand them back.

        A slot that was reserved and is not yet filled is kept in mind; slots behind it are read
        all the same. Where its process was killed in between, it stays empty for good.
        """
        data = self._map
        head: int = _COUNTER.unpack_from(data, _HEAD_AT)[0]
        until = min(head, self._next + limit)
        positions = (*self._missing, *range(self._next, until))
        entries = [(read_slot(data, position), position) for position in positions]
        self._missing = [position for entry, position in entries if entry is None]
        self._next = until
        _COUNTER.pack_into(data, _TAIL_AT, self.position)
        return [entry for entry, _ in entries if entry is not None]

    def close(self) -> None:
        """Unmap it; the file stays."""
        self._map.close()


def _item(text: str) -> bytes:
    data = os.fsencode(text)
    if len(data) > _LONGEST:
        raise OSError("the path of a folder is too long for the ring's header")
    return bytes([len(data)]) + data + b"\0"


def read_slot(data: mmap.mmap | bytes, position: int) -> Entry | None:
    """What was noted at a position, if it was and has not been written over."""
    at = HEADER_SIZE + (position & (SLOTS - 1)) * SLOT_SIZE
    fields = _SLOT.unpack_from(data, at)
    sequence, pid, parent, device, inode, size, modified, changed, plain, length = fields
    if sequence != position + 1 or length > _PATH_ROOM:
        return None
    path = str(data[at + _PATH_AT : at + _PATH_AT + length], "utf-8", "surrogateescape")
    return pid, parent, path, (device, inode, size, modified, changed), bool(plain)


def read_rest(session_dir: str, since: int) -> Iterator[Entry]:
    """What a ring still holds from a position on, after its reader was killed.

    Raises:
        OSError: there is no ring, or none that can be read.
    """
    with open(os.path.join(session_dir, NAME), "rb") as file:
        data = file.read()
    if len(data) < HEADER_SIZE + SLOTS * SLOT_SIZE:
        raise OSError("the ring is cut short")
    head: int = _COUNTER.unpack_from(data, _HEAD_AT)[0]
    for position in range(max(since, head - SLOTS, 0), head):
        entry = read_slot(data, position)
        if entry is not None:
            yield entry
