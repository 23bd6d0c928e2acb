"""Which pieces a large content is made of, as bytes and back.

::

    pieces 1
    <SHA-256 of a piece> <its size>
    …
    check <SHA-256 of the lines above>
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from whence.model.digest import Digest

_TITLE = b"pieces 1\n"
_CHECK = b"check "


class Piece(NamedTuple):
    """A part of a content."""

    sha256: str
    size: int


def write_list(pieces: Sequence[Piece]) -> bytes:
    """The list's file."""
    lines = _TITLE + b"".join(b"%s %d\n" % (sha256.encode(), size) for sha256, size in pieces)
    return lines + _CHECK + hashlib.sha256(lines).hexdigest().encode() + b"\n"


def read_list(data: bytes) -> list[Piece]:
    """The pieces of a list's file.

    Raises:
        ValueError: it is not as it was written.
    """
    lines, mark, check = data.rpartition(_CHECK)
    if not mark or check != hashlib.sha256(lines).hexdigest().encode() + b"\n":
        raise ValueError("its check does not hold")
    if not lines.startswith(_TITLE):
        raise ValueError("it was written by a newer Whence")
    pieces = []
    for line in lines[len(_TITLE) :].splitlines():
        sha256, size = line.decode("ascii").split(" ")
        pieces.append(Piece(Digest(sha256).sha256, int(size)))
    return pieces
