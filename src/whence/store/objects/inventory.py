"""Which contents records count on: a list beside the objects, so that a lost one is missed.

Written only by whoever holds the store's write lock, so that what is on the list cannot be
cleared away between being looked for and being written down. The last line is a check of the
others.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from whence.errors import StoreCorruptError
from whence.store.objects.durable import make_folder, sync_folder, write_whole

_NAME = "inventory"
_CHECK = b"check "


def read_inventory(folder: Path) -> set[str]:
    """The digests on the list.

    Raises:
        StoreCorruptError: it is not as it was written.
        OSError: it cannot be read.
    """
    path = folder / _NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return set()
    lines, mark, check = data.rpartition(_CHECK)
    if not mark or check != _check(lines):
        raise StoreCorruptError(
            f"{path} is damaged: its check does not hold",
            hint="delete it; runs that end from now on write it anew",
        )
    return set(lines.decode("ascii").splitlines())


def add_to_inventory(folder: Path, digests: Iterable[str]) -> None:
    """Put digests on the list that are not on it.

    Raises:
        StoreCorruptError: it is not as it was written.
        OSError: it cannot be written; the list is as it was.
    """
    known = read_inventory(folder)
    fresh = set(digests) - known
    if fresh:
        write_inventory(folder, known | fresh)


def write_inventory(folder: Path, digests: Iterable[str]) -> None:
    """Write the list anew, whole or not at all.

    Raises:
        OSError: it cannot be written; the list is as it was.
    """
    make_folder(folder)
    lines = "".join(f"{each}\n" for each in sorted(digests)).encode("ascii")
    write_whole(folder / _NAME, lines + _CHECK + _check(lines))
    sync_folder(folder)


def _check(lines: bytes) -> bytes:
    return hashlib.sha256(lines).hexdigest().encode("ascii") + b"\n"
