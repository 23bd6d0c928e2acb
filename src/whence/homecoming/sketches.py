"""Where sketches of rows are kept: the smallest keyed hashes of what reached a step of a run.

A sketch is up to 1,024 numbers of 64 bits, little-endian, distinct and ascending; it is named by
its SHA-256. Before it stands which key the hashes were made with: hashes of two keys never agree,
and must not be taken for rows that differ.
"""

import hashlib
from array import array
from collections.abc import Callable, Sequence
from operator import lt
from pathlib import Path
from sys import byteorder

from whence.errors import StoreError
from whence.store.shelf import Shelf
from whence.workspace import Workspace, rows_key

_KEY_BYTES = 8
_HASH_BYTES = 8
_MOST = 1 << 20
"""A sketch of more bytes is none."""


class SketchShelf:
    """Sketches in a folder, which may be deleted, whole or in part, at any time.

    Args:
        folder: Where they lie.
        key: What the hashes are keyed with, in hexadecimal.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._shelf = Shelf(folder, ".sketch")
        self._mark = hashlib.sha256(b"whence rows key\0" + bytes.fromhex(key)).digest()[:_KEY_BYTES]

    def put(self, digest: str, sketch: bytes) -> None:
        """Keep a sketch under its SHA-256; what is no sketch is not kept.

        Raises:
            StoreError: the folder cannot be written.
        """
        if _parse(sketch) is not None and not self._shelf.has(digest):
            self._shelf.put(digest, self._mark + sketch)

    def get(self, digest: str) -> Sequence[int] | None:
        """The hashes, ascending; ``None`` if none are kept, or under another key.

        Raises:
            StoreError: what is kept is damaged, or cannot be read.
        """
        content = self._shelf.get(digest)
        if content is None or content[:_KEY_BYTES] != self._mark:
            return None
        return _parse(content[_KEY_BYTES:])


def find_sketch(workspace: Workspace) -> Callable[[str], Sequence[int] | None]:
    """What was sketched under a digest; ``None`` where that is gone, damaged, or of another key."""
    shelves: list[SketchShelf] = []
    known: dict[str, Sequence[int] | None] = {}

    def sketch_of(digest: str) -> Sequence[int] | None:
        if digest not in known:
            try:
                if not shelves:
                    shelves.append(SketchShelf(workspace.folder / "sketches", rows_key(workspace)))
                known[digest] = shelves[0].get(digest)
            except (StoreError, ValueError):
                known[digest] = None  # without it, overlap is told by files alone
        return known[digest]

    return sketch_of


def _parse(sketch: bytes) -> "array[int] | None":
    if not sketch or len(sketch) % _HASH_BYTES or len(sketch) > _MOST:
        return None
    hashes = array("Q", sketch)
    if byteorder == "big":
        hashes.byteswap()
    return hashes if all(map(lt, hashes, hashes[1:])) else None
