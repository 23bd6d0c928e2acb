"""Which contents records count on: a list beside the objects, so that a lost one is missed.

Written only by whoever holds the store's write lock, so that what is on the list cannot be
cleared away between being looked for and being written down.
"""

from collections.abc import Iterable
from pathlib import Path

from whence.model.digest import Digest
from whence.store.objects.durable import make_folder, sync_folder, write_whole

_NAME = "inventory"


def read_inventory(folder: Path) -> set[str]:
    """The digests on the list; what is no digest is passed over.

    Raises:
        OSError: it cannot be read.
    """
    try:
        lines = (folder / _NAME).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    return {line for line in lines if _is_digest(line)}


def add_to_inventory(folder: Path, digests: Iterable[str]) -> None:
    """Put digests on the list that are not on it.

    Raises:
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
    write_whole(folder / _NAME, "".join(f"{each}\n" for each in sorted(digests)).encode("ascii"))
    sync_folder(folder)


def _is_digest(line: str) -> bool:
    try:
        Digest(line)
    except ValueError:
        return False
    return True
