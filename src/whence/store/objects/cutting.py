"""Where a large content is cut, so that versions of it share what is equal.

A cut depends on what stands around it, never on how far from the beginning it is: where rows are
put in or taken out, cuts before and after stay as they were. From the beginning of a piece, lines
between the least and the largest size are looked at, and the cut comes where the check sums of a
few lines in a row add up to the least. Two versions that were cut differently up to somewhere look
at mostly the same lines there, and soon agree on the least.

This is content-defined chunking by local extremes. It is done with whole lines because splitting
and check sums of lines run in C in every Python: as quick as a compiled rolling hash asked from
Python, without a package for it. Bytes of a binary format have a "line end" once in 256 as well;
where there are too few, other bytes end a line.
"""

import zlib
from collections.abc import Callable, Iterator
from operator import add

LEAST, LARGEST = 64 * 1024, 192 * 1024
"""Bytes of a piece, but for the last; half way between is what most come to."""

_ENDS = (b"\n", b"\0", b" ", b",", b"7", b"e", b"\0\1")
_FEWEST, _MOST = 16, LARGEST // 8
"""Lines to choose from; of more than these, most would be empty."""
_SHORT = 32
"""Bytes; of lines shorter than this on average more are taken together."""
_BUFFER = 4 << 20

Read = Callable[[int], bytes]
"""Gives the next bytes, at most so many; none at the end."""


def cut(read: Read) -> Iterator[bytes]:
    """The pieces of a content, in order."""
    held, at, is_ended = b"", 0, False
    while True:
        if not is_ended and len(held) - at < LARGEST:
            more = read(_BUFFER)
            is_ended = not more
            held, at = held[at:] + more, 0
            continue
        left = len(held) - at
        if not left:
            return
        size = left if left <= LEAST else _first_cut(held[at : at + LARGEST])
        yield held[at : at + size]
        at += size


def _first_cut(ahead: bytes) -> int:
    """Where the piece ends that begins here."""
    window = ahead[LEAST:]
    for end in _ENDS:
        # What stands before the first end and after the last are no whole lines.
        if _FEWEST < window.count(end) < _MOST:
            first, *lines, _ = window.split(end)
            sums = list(map(zlib.crc32, lines))
            # A single line may be empty, or occur a thousand times; a few in a row hardly do.
            for distance in (1, 2, 4) if len(window) < _SHORT * len(sums) else (1,):
                sums = list(map(add, sums, sums[distance:]))
            chosen = sums.index(min(sums))
            ends = (chosen + 2) * len(end)
            return LEAST + len(first) + sum(map(len, lines[: chosen + 1])) + ends
    return len(ahead)
