"""Taking contents away that nobody needs, with the pieces that were theirs alone.

Whoever calls this holds the store's write lock. A run that ends looks for its contents under the
same lock, so nothing that was taken away is counted on afterwards.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from whence.errors import StoreCorruptError
from whence.store.objects.durable import TEMPORARY
from whence.store.objects.inventory import read_inventory, write_inventory
from whence.store.objects.layout import LIST
from whence.store.objects.listing import read_list
from whence.store.objects.vault import ObjectStore


@dataclass(frozen=True, slots=True)
class Swept:
    """What was, or would be, taken away."""

    contents: tuple[str, ...]
    pieces: int
    bytes: int
    """That the disk gets back."""
    left: int
    """Contents that stay."""
    left_bytes: int


def sweep(
    objects: ObjectStore, needed: Collection[str], *, before: float, is_plan: bool = False
) -> Swept:
    """Take away what nobody needs and nobody put, or asked to keep again, lately.

    Args:
        objects: What is swept.
        needed: Contents that stay, whatever their age.
        before: Only what is older than this goes, in seconds since 1970.
        is_plan: Whether nothing is to be changed.

    Raises:
        OSError: the folder cannot be changed.
    """
    contents = list(objects.layout.contents())
    gone = {
        sha256: path for sha256, path in contents if sha256 not in needed and _is_old(path, before)
    }
    kept_pieces = _pieces_of(path for sha256, path in contents if sha256 not in gone)
    pieces = list(objects.layout.pieces())
    gone_pieces = [
        path for sha256, path in pieces if sha256 not in kept_pieces and _is_old(path, before)
    ]
    going = [*gone.values(), *gone_pieces, *_abandoned(objects.folder, before)]
    size = sum(map(_size, going))
    everything = sum(_size(path) for _, path in (*contents, *pieces))
    if not is_plan and going:
        # The list first: whoever stops here leaves files that nobody misses.
        with suppress(StoreCorruptError):
            write_inventory(objects.folder, read_inventory(objects.folder) - gone.keys())
        for path in going:
            with suppress(FileNotFoundError):
                path.unlink()
    left = len(contents) - len(gone)
    return Swept(tuple(gone), len(gone_pieces), size, left, max(everything - size, 0))


def _pieces_of(paths: "Iterator[Path]") -> set[str]:
    found: set[str] = set()
    for path in paths:
        if path.suffix == LIST:
            with suppress(ValueError, FileNotFoundError):  # damaged: `fsck` tells
                found.update(piece.sha256 for piece in read_list(path.read_bytes()))
    return found


def _abandoned(folder: Path, before: float) -> Iterator[Path]:
    """Files that somebody began to write and never ended."""
    for path in folder.rglob(TEMPORARY + "*"):
        if _is_old(path, before):
            yield path


def _is_old(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except OSError:
        return False


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_blocks * 512  # noqa: PTH116  what the disk gives for it
    except OSError:
        return 0
