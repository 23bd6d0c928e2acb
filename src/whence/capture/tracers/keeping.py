"""Keeps the content that a run has read from being lost when the run overwrites or removes it.

A file about to be deleted or replaced is held open, which costs nothing and keeps its bytes
reachable. One about to be changed in place is hashed at once, while the program waits, as long as
that takes no longer than a blink; above that its content as read is a gap.
"""

import os

from whence.capture.tracers.events import Stat

HASHED_AT_ONCE = 64 << 20
"""Bytes that may be hashed while the program waits: some 30 ms."""
MADE_HASHED = 64 << 20
"""Bytes, in all, of what one process made and another read, before it is changed or removed."""
HELD_OPEN = 256
"""Descriptors; what is deleted after that is hashed at once, like what is overwritten."""

Key = tuple[int, int]


class Keeper:
    """What the run has read and not yet changed, and what it has made."""

    def __init__(self) -> None:
        self._inputs: dict[Key, tuple[str, Stat, bool]] = {}
        """What was read: its path, its state then, and whether the run itself had made it."""
        self._made: dict[str, int] = {}
        """What the run has made, and who of it."""
        self._made_left = MADE_HASHED
        self.held: dict[str, int] = {}
        """Open descriptors, by the path that was read."""
        self._held_bytes = 0

    def note_read(self, path: str, stat: Stat, who: int = 0) -> None:
        """Remember that a file was read, unless the reader itself made it."""
        maker = self._made.get(path)
        if maker != who:
            self._inputs.setdefault((stat[0], stat[1]), (path, stat, maker is not None))

    def is_input(self, stat: Stat) -> bool:
        """Whether a file was read and is still as it was."""
        return (stat[0], stat[1]) in self._inputs

    def before_change(
        self, path: str, stat: Stat | None, who: int = 0, *, truncated: bool
    ) -> tuple[str, str]:
        """Keep a file's content before it is written in place.

        What is not truncated at once may keep a part of what it holds, so it counts as read.

        Returns:
            The path that was read and how its content is kept, as a ``secure`` event has it;
            two empty strings where nothing needs keeping.
        """
        maker = self._made.get(path)
        fresh = maker != who
        self._made[path] = who
        if stat is None:
            return "", ""
        unread = ("", stat, maker is not None)
        name, before, made = self._inputs.pop((stat[0], stat[1]), unread)
        if not name and (truncated or not fresh or stat[2] == 0):
            return "", ""
        if made:
            return path, self._keep_made(path, stat)
        name = name or path
        if before[2:4] != stat[2:4]:
            return name, "lost:it was changed from outside between being read and overwritten"
        return name, _digest_at_once(path, stat)

    def before_removal(self, path: str, stat: Stat) -> tuple[str, str]:
        """Keep a file's content before its name goes away; returns as ``before_change`` does."""
        self._made.pop(path, None)
        name, before, made = self._inputs.pop((stat[0], stat[1]), ("", stat, False))
        if not name:
            return "", ""
        if made:
            return path, self._keep_made(path, stat)
        if before[2:4] != stat[2:4]:
            return name, "lost:it was changed from outside between being read and removed"
        if len(self.held) >= HELD_OPEN or not self._may_hold(path, stat[2]):
            return name, _digest_at_once(path, stat)
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            return name, f"lost:it could not be opened before it was removed: {error.strerror}"
        self.held[name] = fd
        self._held_bytes += stat[2]
        return name, "fd"

    def _may_hold(self, path: str, size: int) -> bool:
        """Whether keeping a removed file's blocks leaves the program the room it makes."""
        try:
            disk = os.statvfs(path)
        except OSError:
            return False
        return (self._held_bytes + size) * 4 <= disk.f_bavail * disk.f_frsize

    def _keep_made(self, path: str, stat: Stat) -> str:
        """Keep what one process made for another; only so much, for nobody lacks it afterwards."""
        if stat[2] > self._made_left:
            return (
                f"made:lost:at {stat[2]} bytes it was too big to be hashed while the program waits"
            )
        self._made_left -= stat[2]
        return f"made:{_digest_at_once(path, stat)}"

    def moved(self, path: str, target: str) -> None:
        """Carry along what is known of a file, or of all files below a folder."""
        below = path + "/"
        for each in [one for one in self._made if one == path or one.startswith(below)]:
            self._made[target + each[len(path) :]] = self._made.pop(each)

    def made(self, path: str) -> bool:
        """Whether the run wrote this file."""
        return path in self._made

    def replaced(self, path: str, who: int = 0) -> None:
        """Take note that a path now holds something that the run put there."""
        self._made[path] = who


def _digest_at_once(path: str, stat: Stat) -> str:
    if stat[2] > HASHED_AT_ONCE:
        return f"lost:at {stat[2]} bytes it was too big to be hashed while the program waits"
    try:
        return "sha256:" + digest(path)
    except OSError as error:
        return f"lost:it could not be read before it was changed: {error.strerror}"


def digest(path: str) -> str:
    """The SHA-256 of a regular file, in hexadecimal."""
    import hashlib  # noqa: PLC0415  most runs overwrite nothing they read, and start sooner

    whole = hashlib.sha256()
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        while piece := os.read(fd, min(1 << 20, max(size, 1) + 1)):
            whole.update(piece)
    finally:
        os.close(fd)
    return whole.hexdigest()
