"""Where fingerprints are kept: one small file each, named by the digest of the table's bytes.

A cache that may be deleted, whole or in part, at any time: what is gone can be taken again while
the table itself is there.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from whence.errors import StoreError, TableError
from whence.model.digest import Digest
from whence.rows.fingerprint import TableFingerprint

_CHECK_BYTES = 16


class FingerprintShelf:
    """Fingerprints in a folder, which is made when the first is put there.

    A file holds a keyed BLAKE2b (RFC 7693) of what follows, 16 bytes, then the fingerprint. The key
    is the table's SHA-256, so that neither a changed byte nor a changed name goes unseen.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    def put(self, sha256: str, kept: TableFingerprint) -> None:
        """Keeps the fingerprint of the bytes with this digest; one kept before is replaced.

        Raises:
            StoreError: the folder cannot be written; what was there before is untouched.
        """
        path = self._path(sha256)
        data = kept.to_bytes()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made with mode 0600; other writers of the same digest have names of their own.
            handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_check(sha256, data) + data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)  # noqa: PTH105  both are plain paths already
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StoreError(
                f"a table's fingerprint cannot be kept in {self._folder}: {error.strerror}",
                hint="is there space, and may the folder be written?",
            ) from error

    def get(self, sha256: str) -> TableFingerprint | None:
        """The fingerprint of the bytes with this digest; None if none is kept.

        Raises:
            TableError: what is kept is not what was put there.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TableError(
                f"the table's fingerprint {path} cannot be read: {error.strerror}",
                hint="check who may read it",
            ) from error
        check, body = data[:_CHECK_BYTES], data[_CHECK_BYTES:]
        if check != _check(sha256, body):
            raise TableError(
                f"the table's fingerprint {path} is damaged",
                hint="delete it; the next run keeps a new one",
            )
        return TableFingerprint.from_bytes(body)

    def _path(self, sha256: str) -> Path:
        digest = Digest(sha256)  # refuses what is no digest, and with it every path
        return self._folder / digest.sha256[:2] / f"{digest.sha256[2:]}.rows"


def _check(sha256: str, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECK_BYTES, key=bytes.fromhex(sha256)).digest()
