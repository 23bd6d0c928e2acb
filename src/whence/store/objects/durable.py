"""A file is written whole and safe, or not at all.

The steps are those that held in simulated power cuts: a file of another name, synced, renamed,
its folder synced, and the folder's own folder where that is new.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".new-"
"""What names of files begin with that are not whole yet."""
READ_ONLY = 0o400


def write_whole(path: Path, content: bytes, *, mode: int = READ_ONLY) -> None:
    """Make a file, or replace it; safe on disk but for its folder's entry.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """

    def fill(handle: int) -> None:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]

    write_by(path, fill, mode=mode)


def write_by(path: Path, fill: Callable[[int], object], *, mode: int = READ_ONLY) -> None:
    """The same, with whatever writes the content into an open descriptor."""
    handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        try:
            fill(handle)
            os.fchmod(handle, mode)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)  # noqa: PTH105  both are plain paths already
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def make_folder(folder: Path) -> None:
    """Make a folder of our own, and those above it, each safe on disk.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder safe on disk.

    Raises:
        OSError: it cannot be synced.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
