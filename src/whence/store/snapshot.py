"""The lineage edges of a SQL store as flat arrays in one file, to be mapped rather than read.

Compressed sparse rows (CSR), once for each direction: the neighbours of handle ``h`` are
``targets[offsets[h]:offsets[h + 1]]``, ascending.

::

    header     magic with version · byte order · Mark · lengths and CRC-32 of both sides · CRC-32
    origins    offsets, targets: signed 32-bit integers
    effects    offsets, targets

The file is a cache. It is written beside and renamed, never changed in place, so that whoever has
it mapped keeps what they mapped; and whatever is wrong with it, it can be left alone.
"""

import fcntl
import mmap
import os
import struct
import zlib
from array import array
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from whence.store.database import Database
from whence.store.interface import Direction
from whence.store.schema import ENDS, LINEAGE_BELOW

MOST = 2**31 - 2
"""The highest handle, and number of edges, that the integers of this form can hold."""

_HEADER = struct.Struct("=8sI16sQ32sQQQQII")
_CHECK = struct.Struct("=I")
_START = _HEADER.size + _CHECK.size
_MAGIC = b"WHNCADJ\x01"
_BYTE_ORDER = 0x01020304
_WIDTH = 4


class Mark(NamedTuple):
    """Which part of which store's history a snapshot holds."""

    making: bytes
    """The graph's mark; another one after a rebuild, when handles mean other nodes."""
    entries: int
    root: bytes
    """The size and root of the ledger when the snapshot was made (RFC 6962, section 2.1)."""
    seq: int
    """The highest ``edge.seq`` in it."""
    top: int
    """The highest ``node.handle`` in it."""


class Rows(NamedTuple):
    """The edges of one direction: ``targets[offsets[h]:offsets[h + 1]]`` for every handle."""

    offsets: "memoryview[int]"
    targets: "memoryview[int]"


class SnapshotError(Exception):
    """The file is no sound snapshot. Never leaves this room: SQL has the same answers."""


@dataclass(slots=True)
class _Side:
    """Where the rows of one direction lie in the file."""

    start: int
    length: int
    check: int
    sound: bool = False
    """Whether its bytes were found to be those that were written."""


class Snapshot:
    """A snapshot file, mapped. Each direction is checked as a whole before its first use.

    Args:
        path: The file; may be replaced or deleted afterwards.

    Raises:
        OSError: the file cannot be read.
        SnapshotError: it is damaged, cut, or of another form.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb", buffering=0)
        try:
            self._state = self._stat()
            self.mark, self._sides = _read_header(self._file.read(_START), self._state[0])
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except BaseException:
            self._file.close()
            raise
        self._offsets = (self.mark.top + 2) * _WIDTH

    def _stat(self) -> tuple[int, int]:
        found = os.fstat(self._file.fileno())
        return found.st_size, found.st_mtime_ns

    @property
    def is_sound(self) -> bool:
        """Whether nobody wrote into the mapped file, or cut it, since it was opened."""
        return self._stat() == self._state

    def rows(self, direction: Direction) -> Rows:
        """The edges of one direction.

        Raises:
            SnapshotError: they are not what was written.
        """
        side = self._sides[direction]
        whole = memoryview(self._map)[side.start : side.start + side.length]
        if not side.sound:
            if zlib.crc32(whole) != side.check:
                raise SnapshotError
            side.sound = True
        return Rows(whole[: self._offsets].cast("i"), whole[self._offsets :].cast("i"))

    def close(self) -> None:
        """Let go of the file; rows that were handed out stay readable."""
        self._file.close()


def write_snapshot(database: Database, mark: Mark, path: Path) -> None:
    """Write the edges that the connection's transaction sees, unless somebody else is about to.

    Args:
        database: In the transaction that ``mark`` speaks of.
        mark: What will be in the file.
        path: Replaced as a whole, or left alone.

    Raises:
        OSError: it cannot be written, or not now.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    # One name for all who build: the lock keeps the others away, and what a killed builder left
    # behind is written over by the next.
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(beside, flags, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(file.fileno()), beside.stat()):
            raise BlockingIOError  # its former holder has just renamed it
        try:
            _fill(file, database, mark)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _fill(file: BinaryIO, database: Database, mark: Mark) -> None:
    file.truncate(0)
    file.write(bytes(_START))
    lengths, checks = [], []
    for direction in Direction:
        offsets, targets = _collect(database, direction, mark.top)
        check = 0
        for part in (offsets, targets):
            check = zlib.crc32(part, check)
            file.write(part)
        lengths.append(len(targets))
        checks.append(check)
    head = _HEADER.pack(_MAGIC, _BYTE_ORDER, *mark, *lengths, *checks)
    file.seek(0)
    file.write(head + _CHECK.pack(zlib.crc32(head)))
    file.flush()


def _collect(database: Database, direction: Direction, top: int) -> "tuple[array[int], array[int]]":
    """The rows of one direction, streamed from the index that holds them in order."""
    near, far = ENDS[direction]
    offsets, targets = array("i"), array("i")
    begin, add = offsets.append, targets.append
    done, last, count = -1, (0, 0), 0
    rows = database.stream(
        f"SELECT {near}, {far} FROM edge WHERE kind < {LINEAGE_BELOW} ORDER BY {near}, {far}"
    )
    with closing(rows):
        for row in rows:
            if row == last:
                continue  # joined in several ways
            last = row
            handle, neighbour = row
            while done < handle:
                begin(count)
                done += 1
            add(neighbour)
            count += 1
    offsets.extend([count] * (top + 1 - done))
    return offsets, targets


def _read_header(start: bytes, size: int) -> tuple[Mark, dict[Direction, _Side]]:
    head, check = start[: _HEADER.size], start[_HEADER.size :]
    if check != _CHECK.pack(zlib.crc32(head)) or len(start) != _START:
        raise SnapshotError
    magic, order, *told = _HEADER.unpack(head)
    if magic != _MAGIC or order != _BYTE_ORDER:
        raise SnapshotError
    mark = Mark(*told[:5])
    causes, effects = ((mark.top + 2 + length) * _WIDTH for length in told[5:7])
    if size != _START + causes + effects:
        raise SnapshotError
    return mark, {
        Direction.ORIGINS: _Side(_START, causes, told[7]),
        Direction.EFFECTS: _Side(_START + causes, effects, told[8]),
    }
