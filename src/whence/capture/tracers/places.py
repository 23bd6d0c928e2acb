"""From the words that a program uses for a file to the file: real folder, real name, its alias.

Folders are resolved once and remembered, because resolving every path anew made an observed open
three times as dear. Whoever sees a link or a folder being renamed or removed calls ``forget``.
"""

import os
import stat as modes

from whence.capture.tracers.events import Stat
from whence.capture.tracers.noise import NAMES, Noise

_LISTED_FROM = 32
"""Files of one folder after which its listing is read, instead of asking for each name."""


class Places:
    """The names of files, for one run."""

    def __init__(self, noise: Noise) -> None:
        self.noise = noise
        self._folders: dict[str, tuple[str, bool]] = {}
        self._looked_up: dict[str, int] = {}
        self._plain: dict[str, set[str]] = {}

    def forget(self) -> None:
        """Resolve every folder anew."""
        self._folders.clear()
        self._plain.clear()
        self._looked_up.clear()

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
        if placed is None:
            return None
        if placed[0] == text:
            self._look_around(text)
        followed = self.follow(*placed)
        return (followed[0], followed[1]) if followed else None

    def is_plain(self, text: str) -> bool:
        """Whether a path is known to be real as it stands, and no noise."""
        folder, _, name = text.rpartition("/")
        return name in self._plain.get(folder, ())

    def _look_around(self, path: str) -> None:
        """List a folder of which many files are used, once, instead of asking for each name."""
        folder, _, _ = path.rpartition("/")
        count = self._looked_up[folder] = self._looked_up.get(folder, 0) + 1
        if count != _LISTED_FROM or folder.endswith("/__pycache__"):
            return
        try:
            with os.scandir(folder or "/") as listing:
                names = {each.name for each in listing if not each.is_symlink()}
        except OSError:
            return
        self._plain[folder] = names - NAMES


def lstat(path: str) -> os.stat_result | None:
    """What stands under a name itself, not what a link there leads to; ``None`` for nothing."""
    try:
        return os.lstat(path)
    except OSError:
        return None


def state(found: os.stat_result) -> Stat:
    """The part of a stat that events carry."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
