"""Reads whole files, with a limit: a comparer must not take the machine with it."""

from pathlib import Path

from whence.errors import ReproductionError

LARGEST = 2 << 30
"""Bytes of a file that is read into memory; and of a packed one when unpacked."""


def read_whole(path: Path, largest: int = LARGEST) -> bytes:
    """A file's bytes.

    Raises:
        ReproductionError: it is larger than what may be read.
    """
    with path.open("rb") as file:
        found = file.read(largest + 1)
    if len(found) > largest:
        raise too_large()
    return found


def too_large() -> ReproductionError:
    """The refusal to read on."""
    return ReproductionError(
        f"larger than the {LARGEST >> 30} GiB that are read to compare",
        hint="compare what is in it with a tool of its own",
    )
