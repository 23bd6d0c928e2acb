"""Where fingerprints are kept: one small file each, named by the digest of the table's bytes."""

import os
from pathlib import Path

from whence.rows.fingerprint import TableFingerprint
from whence.store.shelf import Shelf


class FingerprintShelf:
    """Fingerprints in a folder, which is made when the first is put there.

    A cache that may be deleted, whole or in part, at any time: what is gone can be taken again
    while the table itself is there.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._shelf = Shelf(Path(folder), ".rows")

    def put(self, sha256: str, kept: TableFingerprint) -> None:
        """Keep the fingerprint of the bytes with this digest; one kept before is replaced.

        Raises:
            StoreError: the folder cannot be written; what was there before is untouched.
        """
        self._shelf.put(sha256, kept.to_bytes())

    def get(self, sha256: str) -> TableFingerprint | None:
        """The fingerprint of the bytes with this digest; ``None`` if none is kept.

        Raises:
            StoreError: what is kept is damaged, or cannot be read.
            TableError: it was kept by another version of Whence.
        """
        content = self._shelf.get(sha256)
        return None if content is None else TableFingerprint.from_bytes(content)
