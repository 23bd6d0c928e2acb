"""How far the disk below the store is trusted: some room is left free, and one that fails is not.

What fsync was told to keep and did not, the system may have forgotten since, so trying again proves
nothing. After a first failure the store is opened anew and what was kept last is looked at; after a
second one, or where that does not hold, nothing is written any more until a person has looked.
"""

import errno
import os
import shutil
import time
from pathlib import Path

from whence.errors import StoreError, WhenceError
from whence.ledger.entry import LedgerEntry, leaf_hash, verify_body
from whence.server.limits import limit
from whence.server.problems import RefusedError, is_broken
from whence.store.interface import Store

FAILURES = 2
"""How often it may fail."""

_LAST = 64
"""How many entries are looked at after a failure."""


class Disk:
    """The disk of one store.

    Args:
        store: What lies on it.
        folder: Where, if it is a disk of this machine.
    """

    def __init__(self, store: Store, folder: Path | None) -> None:
        self._store = store
        self._folder = folder
        self._looked = 0.0
        self._failures = 0
        self.trouble: StoreError | None = None
        """Why nothing could be kept the last time; ``None`` where it could."""

    @property
    def only_reads(self) -> bool:
        """Whether nothing is written to it any more."""
        return self._failures >= FAILURES

    def require(self) -> None:
        """Refuse to write where that cannot go well; how much room there is is seen once a second.

        Raises:
            RefusedError: it has failed.
            StoreError: it is nearly full.
        """
        if self.only_reads:
            raise RefusedError(
                503,
                "the disk of the server has failed; nothing is kept until somebody has looked",
                hint="what was acknowledged before can be read; try again later",
            )
        if self._folder is None or (time.monotonic() < self._looked + 1 and not self.trouble):
            return
        self._looked = time.monotonic()
        require_room(self._folder)

    def note(self, error: StoreError) -> None:
        """Remember why nothing could be kept."""
        self.trouble = error
        if is_broken(error):
            self._failures += 1 if self._holds() else FAILURES

    def _holds(self) -> bool:
        """Whether what was kept last is there, read anew."""
        try:
            with self._store.reading() as reader:
                size = reader.head().size
                rows = list(reader.entries(max(0, size - _LAST), size))
            kept = [LedgerEntry.decode(row.entry) for row in rows]
        except WhenceError:
            return False
        return len(rows) == min(size, _LAST) and all(
            leaf_hash(row.entry) == row.leaf
            and (
                row.salt is None
                or row.body is None
                or verify_body(entry.commitment, row.salt, row.body)
            )
            for row, entry in zip(rows, kept, strict=True)
        )


def require_room(folder: Path) -> None:
    """Refuse to write where the disk is nearly full: one full to the last byte serves nobody.

    Raises:
        StoreError: it is.
    """
    if shutil.disk_usage(folder).free < limit("reserve"):
        raise StoreError(
            "the disk is nearly full", hint="free some room; nothing was lost"
        ) from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
