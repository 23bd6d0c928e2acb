"""From the words that a program uses for a file to the file: real folder, real name, its alias.

Folders are resolved once and remembered, because resolving every path anew made an observed open
three times as dear. Whoever sees a link or a folder being renamed or removed calls ``forget``.
"""

import os
import stat as modes

from whence.capture.tracers.events import Stat
from whence.capture.tracers.noise import NAMES, Noise


class Places:
    """The names of files, for one run."""

    def __init__(self, noise: Noise) -> None:
        self.noise = noise
        self._folders: dict[str, tuple[str, bool]] = {}

    def forget(self) -> None:
        """Resolve every folder anew."""
        self._folders.clear()

    def place(self, text: str) -> tuple[str, str] | None:
        """An absolute path as one whose folder is real, and how it was called if by a link.

        ``None``: it is noise, has no name, or lies in no folder.
        """
        if self.noise.drops(text):
            return None
        parent, _, name = text.rpartition("/")
        if name in {"", ".", ".."}:
            return None
        known = self._folders.get(parent)
        if known is None:
            try:
                real = os.path.realpath(parent, strict=True).rstrip("/")
            except OSError:
                return None
            known = self._folders[parent] = (real, real != os.path.normpath(parent).rstrip("/"))
        path = f"{known[0]}/{name}"
        if path == text:
            return path, ""
        if self.noise.drops(path):
            return None
        return path, text if known[1] else ""

    def follow(self, path: str, alias: str) -> tuple[str, str, os.stat_result | None] | None:
        """What an open of a placed path would open; the state is missing where it would be new.

        ``None``: a link led to noise.
        """
        found = lstat(path)
        if found is None or not modes.S_ISLNK(found.st_mode):
            return path, alias, found
        target = os.path.realpath(path)
        if self.noise.drops(target):
            return None
        try:
            return target, alias or path, os.stat(target)
        except OSError:
            return target, alias or path, None

    def resolve(self, text: str) -> tuple[str, str] | None:
        """The same as ``place`` and ``follow`` for a file that is known to have been opened."""
        placed = self.place(text)
        followed = self.follow(*placed) if placed else None
        return (followed[0], followed[1]) if followed else None

    def is_real(self, text: str) -> bool:
        """Whether a path lies in a folder that is known to be real and no noise."""
        folder, _, name = text.rpartition("/")
        return self._folders.get(folder) == (folder, False) and name not in NAMES


def lstat(path: str) -> os.stat_result | None:
    """What stands under a name itself, not what a link there leads to; ``None`` for nothing."""
    try:
        return os.lstat(path)
    except OSError:
        return None


def state(found: os.stat_result) -> Stat:
    """The part of a stat that events carry."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
