"""Where fingerprints are kept: by the digest of the table's bytes, a header and its prints."""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from whence.errors import StoreCorruptError, StoreError, TableError
from whence.model.digest import Digest
from whence.rows.fingerprint import Print, fingerprint
from whence.rows.format import TableFormat
from whence.rows.hashing import FAMILY, row_key
from whence.rows.header import header_bytes, parse_header
from whence.rows.opening import DEFAULT_LIMITS, Limits
from whence.store.shelf import Shelf

_DIGEST = 32
_SHOWN = 16


class FingerprintShelf:
    """Fingerprints in a folder, which is made when the first is taken.

    A cache that may be deleted, whole or in part, at any time: what is gone can be taken again
    while the table itself is there. What an older Whence kept, or another key, is as good as gone.

    Args:
        folder: Where they lie.
        secret: What hashes are keyed with.
    """

    def __init__(self, folder: str | os.PathLike[str], secret: bytes) -> None:
        self._folder = Path(folder)
        self._secret = secret
        self._heads = Shelf(self._folder, ".table")
        self._likely = Shelf(self._folder / "keys", ".key")

    def take(
        self,
        path: str | os.PathLike[str],
        sha256: str,
        *,
        key: Sequence[str] = (),
        format: TableFormat | None = None,  # noqa: A002  as in ``fingerprint``
        limits: Limits = DEFAULT_LIMITS,
    ) -> Print:
        """Take the fingerprint of a table and keep it; one kept before is replaced.

        Args:
            path: The table.
            sha256: The digest of its bytes.
            key: The columns that identify its rows; none: they are found.
            format: ``None`` means to find it out.
            limits: What it may cost.

        Raises:
            TableError: as ``fingerprint`` does.
            StoreError: the folder cannot be written.
        """
        folder = self._folder / Digest(sha256).sha256[:2]
        fresh = _fresh(folder)
        try:
            head = fingerprint(
                path,
                fresh,
                secret=self._secret,
                key=key,
                likely=self.likely,
                format=format,
                limits=limits,
            )
            digest = _digest(fresh)
            prints = self._prints(sha256, digest)
            fresh.replace(prints)
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        finally:
            fresh.unlink(missing_ok=True)
        self._heads.put(sha256, bytes.fromhex(digest) + header_bytes(head))
        for older in folder.glob(f"{sha256[2:]}-*.prints"):
            if older != prints:
                older.unlink(missing_ok=True)
        (folder / f"{sha256[2:]}.rows").unlink(missing_ok=True)  # of the first version
        self._remember([column.name for column in head.columns], head.key)
        return Print(head, prints)

    def get(self, sha256: str) -> Print | None:
        """The fingerprint of the bytes with this digest; ``None`` if none is kept under this key.

        Raises:
            StoreError: what is kept is damaged, or cannot be read.
            TableError: it was kept by another version of Whence.
        """
        content = self._heads.get(sha256)
        if content is None:
            return None
        head = parse_header(content[_DIGEST:])
        if head.mark != row_key(self._secret).mark or not head.algorithm.startswith(FAMILY):
            return None
        digest = content[:_DIGEST].hex()
        prints = self._prints(sha256, digest)
        try:
            whole = _digest(prints) == digest
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                f"{prints} cannot be read: {error.strerror}", hint="check who may read it"
            ) from error
        if not whole:
            raise StoreCorruptError(
                f"{prints} is damaged", hint="delete it; a later run may remake it"
            )
        return Print(head, prints)

    def find(self, sha256: str) -> Print | None:
        """What ``get`` gives; ``None`` also where that is damaged or of another version."""
        with suppress(StoreError, TableError):
            return self.get(sha256)
        return None

    def likely(self, names: Sequence[str]) -> Sequence[str]:
        """The key of the last table with these columns; nothing where none is known."""
        with suppress(StoreError, ValueError, TypeError):
            return [str(name) for name in json.loads(self._likely.get(_shape(names)) or b"[]")]
        return []

    def _remember(self, names: Sequence[str], key: Sequence[str]) -> None:
        if key and list(self.likely(names)) != list(key):
            self._likely.put(_shape(names), json.dumps(key).encode())

    def _prints(self, sha256: str, digest: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256[2:]}-{digest[:_SHOWN]}.prints"


def _fresh(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    os.close(handle)
    return Path(name)


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{folder} cannot take another file: {error.strerror}",
        hint="is there space, and may the folder be written?",
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _shape(names: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(sorted(names)).encode()).hexdigest()
