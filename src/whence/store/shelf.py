"""Small things kept by the digest of what they were made from: one checked file each.

A shelf may be deleted, whole or in part, at any time; whoever asks is then told that there is
nothing. What is on it and was changed is an error, never an answer.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from whence.errors import StoreCorruptError, StoreError
from whence.model.digest import Digest

_CHECK_BYTES = 16


class Shelf:
    """A folder of files named by SHA-256; made when the first is put there.

    A file holds a keyed BLAKE2b (RFC 7693) of what follows, 16 bytes, then the content. The key
    is the digest in its name, so that neither a changed byte nor a changed name goes unseen.

    Args:
        folder: Where the files lie, in folders by the first two characters of the digest.
        ending: What the files' names end in.
    """

    def __init__(self, folder: Path, ending: str) -> None:
        self._folder = folder
        self._ending = ending

    def put(self, sha256: str, content: bytes) -> None:
        """Keep something under a digest; what was kept there before is replaced.

        Raises:
            StoreError: the folder cannot be written; what was there before is untouched.
        """
        path = self._path(sha256)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made with mode 0600; other writers of the same digest have names of their own.
            handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_check(sha256, content) + content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)  # noqa: PTH105  both are plain paths already
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StoreError(
                f"{self._folder} cannot take another file: {error.strerror}",
                hint="is there space, and may the folder be written?",
            ) from error

    def get(self, sha256: str) -> bytes | None:
        """What is kept under a digest; ``None`` if nothing is.

        Raises:
            StoreCorruptError: what is kept is not what was put there.
            StoreError: it cannot be read.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                f"{path} cannot be read: {error.strerror}", hint="check who may read it"
            ) from error
        check, content = data[:_CHECK_BYTES], data[_CHECK_BYTES:]
        if check != _check(sha256, content):
            raise StoreCorruptError(
                f"{path} is damaged", hint="delete it; a later run may remake it"
            )
        return content

    def has(self, sha256: str) -> bool:
        """Whether something is kept under a digest, without looking whether it is whole."""
        return self._path(sha256).exists()

    def _path(self, sha256: str) -> Path:
        digest = Digest(sha256)  # refuses what is no digest, and with it every path
        return self._folder / digest.sha256[:2] / f"{digest.sha256[2:]}{self._ending}"


def _check(sha256: str, content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_CHECK_BYTES, key=bytes.fromhex(sha256)).digest()
