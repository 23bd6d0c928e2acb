"""Which process has read which file, so that each use is noted once.

A process that started a program of its own stands for itself. A fork that only goes on in its
parent's program, such as a worker that loads data, is told apart for its first few files, because
a shell's fork opens what it redirects before it starts the program; after these it counts as its
parent, so that ten epochs with new workers do not note every file ten times.
"""

_YOUNG = 16
"""Files after which a fork counts as its parent."""


class Readers:
    """All readers of one run."""

    def __init__(self) -> None:
        self._who: dict[int, int] = {}
        self._young: dict[int, tuple[int, int]] = {}
        self._read: dict[str, int | set[int]] = {}
        self._given = 0

    def begin(self, pid: int, parent: int) -> None:
        """Take note of a new process."""
        self._given += 1
        self._who[pid] = self._given
        if parent in self._who:
            self._young[pid] = (_YOUNG, self._who[parent])

    def executes(self, pid: int) -> None:
        """Take note that a process starts a program."""
        left, _ = self._young.pop(pid, (_YOUNG, 0))
        if left < 0:
            self._given += 1
            self._who[pid] = self._given

    def end(self, pid: int) -> None:
        """Take note that a process ends; its number may be given again."""
        self._who.pop(pid, None)
        self._young.pop(pid, None)

    def who(self, pid: int) -> int:
        """As whom a process counts."""
        return self._who.get(pid, 0)

    def has(self, pid: int, path: str) -> bool:
        """Whether it has read a file since that was last written."""
        known = self._read.get(path)
        if known is None:
            return False
        who = self._who.get(pid, 0)
        return known == who or (isinstance(known, set) and who in known)

    def add(self, pid: int, path: str) -> int:
        """Take note that it reads a file; returns as whom it counts."""
        who = self._who.get(pid, 0)
        if pid in self._young:
            self._grow(pid)
        known = self._read.get(path)
        if known is None:
            self._read[path] = who
        elif isinstance(known, set):
            known.add(who)
        elif known != who:
            self._read[path] = {known, who}
        return who

    def _grow(self, pid: int) -> None:
        left, parent = self._young[pid]
        if left >= 0:
            self._young[pid] = (left - 1, parent)
        if left == 0:
            self._who[pid] = parent

    def forget(self, path: str) -> None:
        """Take note that a path holds something else from now on."""
        self._read.pop(path, None)
