"""Files as they are read: open ones, by blocks, by digest."""

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from whence.errors import StoreError

_BUFFER = 1 << 20


@contextmanager
def reading(path: str | Path) -> Iterator[int]:
    """An open descriptor of a regular file.

    Raises:
        StoreError: there is none, or it may not be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"{path} cannot be read: {reason}") from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise StoreError(f"{path} cannot be kept: it is no regular file")
        yield handle
    finally:
        os.close(handle)


def digest_of(handle: int) -> str:
    """The SHA-256 of an open file, from its start; where it stands does not change."""
    told = hashlib.sha256()
    at = 0
    while data := os.pread(handle, _BUFFER, at):
        told.update(data)
        at += len(data)
    return told.hexdigest()


def blocks_of(path: Path) -> Iterator[bytes]:
    """What a file holds, in parts."""
    with reading(path) as handle:
        while data := os.read(handle, _BUFFER):
            yield data


def bytes_of(path: Path) -> bytes:
    """What a file holds.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", hint="check who may read it"
        ) from error


def renew(path: Path | None) -> bool:
    """Give a file the time of now, so that clearing away passes it over for a while."""
    if path is None:
        return False
    with suppress(OSError):
        os.utime(path, (time.time(), time.time()))
    return True
