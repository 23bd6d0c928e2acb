"""Which bytes files hold: SHA-256, over several files at a time, and never twice for the same.

A digest counts only if the file was one and the same before and after it was read. The smallest
files are hashed in one pass, with five system calls each; larger ones are looked up in the cache,
and what it does not know goes to threads (OpenSSL runs outside Python's global lock), biggest
first. What is no regular file is never opened.
"""

import hashlib
import os
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from whence.capture.digestcache import DigestCache, Known
from whence.capture.interface import Identity
from whence.capture.legible import legible
from whence.model.gap import Gap

__all__ = ["DigestCache", "FileDigest", "Progress", "digest_files"]

SMALL = 4 * 1024
"""Files below this size are hashed each time: looking one up costs as much."""

_BUFFER = 1 << 20
_WORTH_A_THREAD = 4 << 20
_MOST_THREADS = 16
_TELL_EVERY = 0.1
_OPENING = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_FORMAT, _REGULAR = 0o170000, stat.S_IFREG  # stat.S_ISREG, without a call for each of thousands
_NO_FILES = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

Place = str | int
"""A path, or an open descriptor."""
Progress = Callable[[int, int], None]
"""Told now and then, in the calling thread: bytes done, and bytes in all as far as is known."""


class FileDigest(NamedTuple):
    """The content of one file at one moment."""

    sha256: str
    size: int


def digest_files(
    places: Iterable[Place],
    cache: DigestCache | None = None,
    progress: Progress | None = None,
) -> dict[Place, FileDigest | Gap]:
    """What the files hold, or why that is unknown; one answer for each place.

    Args:
        places: Paths, or open descriptors of files (read from their start; neither moved nor
            closed). Symbolic links are followed.
        cache: Where digests of files that did not change since are remembered.
        progress: Told how far it is.
    """
    teller = _Teller(progress)
    found: dict[Place, FileDigest | Gap] = {}
    larger = _digest_small(list(dict.fromkeys(places)), found, teller)
    states = {path: _identity(status) for path, status in larger if isinstance(path, str)}
    if cache is not None and states:
        for path, sha256 in cache.find(states).items():
            found[path] = FileDigest(sha256, states[path].size)
        larger = [each for each in larger if each[0] not in found]
    stable = _Work(larger, found, teller).finish()
    if cache is not None and stable:
        cache.add(stable)
    return found


class _Teller:
    """Tells how far the work is, not too often, and only in the thread that asked for it."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._told_at = time.monotonic()
        self.done = 0
        self.total = 0

    def tell(self) -> None:
        now = time.monotonic()
        if self._progress is not None and now - self._told_at >= _TELL_EVERY:
            self._told_at = now
            self._progress(min(self.done, self.total), self.total)


def _digest_small(
    places: Sequence[Place], found: dict[Place, FileDigest | Gap], teller: _Teller
) -> list[tuple[Place, os.stat_result]]:
    """Hash what is small at once, and give back what is not.

    Look, open, read, look again, close: nothing more, for this is done by the thousand.
    """
    larger = []
    for number, place in enumerate(places):
        try:
            before = os.stat(place)
            if before.st_mode & _FORMAT != _REGULAR:
                what = _NO_FILES.get(before.st_mode & _FORMAT, "no regular file")
                found[place] = _gap(place, f"it is {what}")
                continue
            size = before.st_size
            if size >= SMALL or isinstance(place, int):
                larger.append((place, before))
                continue
            fd = os.open(place, _OPENING)
            try:
                data = os.read(fd, size)
                after = os.fstat(fd)
            finally:
                os.close(fd)
        except (OSError, ValueError) as error:
            found[place] = _unreadable(place, error)
            continue
        if (
            after.st_mtime_ns == before.st_mtime_ns
            and after.st_ctime_ns == before.st_ctime_ns
            and after.st_ino == before.st_ino
            and after.st_dev == before.st_dev
            and after.st_size == size == len(data)
        ):
            found[place] = FileDigest(hashlib.sha256(data).hexdigest(), size)
        else:
            larger.append((place, after))
        teller.done += size
        if not number & 0xFF:
            teller.total = teller.done * len(places) // (number + 1)
            teller.tell()
    return larger


class _Work:
    """Files to hash, shared by the calling thread and its helpers."""

    def __init__(
        self,
        wanted: Sequence[tuple[Place, os.stat_result]],
        found: dict[Place, FileDigest | Gap],
        teller: _Teller,
    ) -> None:
        self._left = deque(sorted(wanted, key=lambda each: -each[1].st_size))
        self._found = found
        self._teller = teller
        self._stable: list[Known] = []
        self._is_given_up = False
        size = sum(status.st_size for _, status in wanted)
        teller.total = teller.done + size
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        helpers = min(cores or 1, _MOST_THREADS, len(wanted)) - 1
        self._helpers = helpers if size > _WORTH_A_THREAD else 0

    def finish(self) -> list[Known]:
        """Hash everything; the states in which files with a path were hashed come back."""
        threads = [
            threading.Thread(target=self._hash_all, name="whence-digest", daemon=True)
            for _ in range(self._helpers)
        ]
        try:
            for thread in threads:
                thread.start()
            self._hash_all(self._teller.tell)
            for thread in threads:
                while thread.is_alive():
                    thread.join(_TELL_EVERY)
                    self._teller.tell()
            self._teller.tell()  # where the helpers were done before it was asked
        finally:
            self._is_given_up = True  # where the caller is interrupted, the helpers end too
        return self._stable

    def _hash_all(self, tell: Callable[[], None] = lambda: None) -> None:
        buffer = bytearray(_BUFFER)

        def advance(count: int) -> None:
            self._teller.done += count  # an addition lost between threads harms nobody
            if self._is_given_up:
                raise InterruptedError
            tell()

        while self._left and not self._is_given_up:
            try:
                self._hash_one(self._left.popleft()[0], buffer, advance)
            except (IndexError, InterruptedError):
                return

    def _hash_one(
        self,
        place: Place,
        buffer: bytearray,
        advance: Callable[[int], None],
    ) -> None:
        answer: FileDigest | Gap | Known
        try:
            answer = _digest_large(place, buffer, advance)
        except InterruptedError:
            raise
        except (OSError, ValueError) as error:
            answer = _unreadable(place, error)
        if isinstance(answer, Known):
            if isinstance(place, str):
                self._stable.append(answer)
            answer = FileDigest(answer.sha256, answer.identity.size)
        self._found[place] = answer


def _digest_large(place: Place, buffer: bytearray, advance: Callable[[int], None]) -> Known | Gap:
    """Hash a file; once more if it changed meanwhile."""
    fd = place if isinstance(place, int) else os.open(place, _OPENING)
    try:
        before = os.fstat(fd)
        for _ in range(2):
            if not stat.S_ISREG(before.st_mode):
                return _gap(place, "it was replaced by something that is no file")
            identity, started_at = _identity(before), time.time_ns()
            sha256 = _hash(fd, buffer, advance)
            before = os.fstat(fd)
            if _identity(before) == identity:
                return Known(str(place), identity, sha256, started_at)
    finally:
        if fd is not place:
            os.close(fd)
    return _gap(place, "it kept changing while it was read")


def _hash(fd: int, buffer: bytearray, advance: Callable[[int], None]) -> str:
    told = hashlib.sha256()
    view = memoryview(buffer)
    at = 0
    while count := os.preadv(fd, (buffer,), at):
        told.update(view[:count])
        at += count
        advance(count)
    return told.hexdigest()


def _identity(status: os.stat_result) -> Identity:
    return Identity(
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )


def _unreadable(place: Place, error: Exception) -> Gap:
    if isinstance(error, FileNotFoundError):
        return _gap(place, "it is gone")
    if isinstance(error, PermissionError):
        return _gap(place, "it may not be read", "run as somebody who may read it")
    reason = error.strerror if isinstance(error, OSError) else None
    return _gap(place, f"it cannot be read: {reason or error}")


def _gap(place: Place, reason: str, remedy: str = "") -> Gap:
    about = place if isinstance(place, str) else f"descriptor {place}"
    shown = legible(about)
    return Gap("content-unknown", shown, reason, remedy)
