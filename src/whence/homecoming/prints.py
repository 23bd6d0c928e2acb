"""Fingerprints of tables in a workspace: kept ones, and those that can still be taken."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from whence.capture.digests import DigestCache, FileDigest, digest_files
from whence.errors import StoreError
from whence.rows.fingerprint import Print, fingerprint
from whence.rows.format import HEAD_BYTES, TableFormat, table_format
from whence.rows.shelf import FingerprintShelf
from whence.workspace import Workspace, rows_key


def fingerprints(workspace: Workspace) -> FingerprintShelf:
    """The shelf of a workspace.

    Raises:
        StoreError: its key of rows can be neither read nor made.
    """
    return FingerprintShelf(workspace.folder / "tables", bytes.fromhex(rows_key(workspace)))


@dataclass(frozen=True, slots=True)
class Files:
    """Two versions of a table at hand, and how they are written."""

    paths: tuple[Path, Path]
    formats: tuple[TableFormat | None, TableFormat | None]


class Prints:
    """The fingerprints of a workspace, for comparing versions of tables.

    Where one is not kept, or was made otherwise than is needed, it is taken from the table's bytes,
    if these are among the kept objects or still lie where the table was.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._shelf = fingerprints(workspace)
        self._secret = bytes.fromhex(rows_key(workspace))
        self._scratch = tempfile.TemporaryDirectory(prefix="whence-rows-")

    def kept(self, sha256: str) -> Print | None:
        """The one that is kept; ``None`` if none is, or it is damaged."""
        return self._shelf.find(sha256)

    def take(self, sha256: str, names: Sequence[str]) -> Print | None:
        """Take it from the bytes and keep it; ``None`` where they are not at hand.

        Args:
            sha256: The digest of the table's bytes.
            names: What the workspace calls, or called, the table.

        Raises:
            TableError: the table cannot be read.
            StoreError: what is taken cannot be kept.
        """
        with self._table(sha256, names) as (path, form):
            return None if path is None else self._shelf.take(path, sha256, format=form)

    def take_by(self, sha256: str, names: Sequence[str], key: Sequence[str]) -> Print | None:
        """Take it by other columns than it is kept by, for as long as this object is open.

        Raises:
            TableError: the table cannot be read, or has no such column.
        """
        folder = Path(self._scratch.name)
        with self._table(sha256, names) as (path, form):
            if path is None:
                return None
            prints = folder / f"{sha256}.prints"
            head = fingerprint(path, prints, secret=self._secret, key=key, format=form)
        return Print(head, prints)

    def close(self) -> None:
        """Let go of what is not kept."""
        self._scratch.cleanup()

    @contextmanager
    def _table(
        self, sha256: str, names: Sequence[str]
    ) -> Iterator[tuple[Path | None, TableFormat | None]]:
        """A table's bytes and how they are written; no path where it is none or not at hand."""
        with self._bytes(sha256, names) as path:
            form = None if path is None else _format(names, _head(path))
            yield (None if form is None else path), form

    @contextmanager
    def files(self, before: str, after: str, names: Sequence[str]) -> Iterator[Files | None]:
        """The bytes of two versions of a table; ``None`` where not both are at hand."""
        with self._bytes(before, names) as old, self._bytes(after, names) as new:
            if old is None or new is None:
                yield None
                return
            yield Files((old, new), (_format(names, _head(old)), _format(names, _head(new))))

    @contextmanager
    def _bytes(self, sha256: str, names: Sequence[str]) -> Iterator[Path | None]:
        for name in dict.fromkeys(names):
            path = self._workspace.root / name
            if self._holds(path, sha256):
                yield path
                return
        objects = self._workspace.objects
        if not objects.has(sha256):
            yield None
            return
        with tempfile.TemporaryDirectory(prefix="whence-table-") as folder:
            path = Path(folder, "table")
            with suppress(StoreError):
                objects.copy_to(sha256, path)
            yield path if path.exists() else None

    def _holds(self, path: Path, sha256: str) -> bool:
        """Whether a file's bytes are those of this digest."""
        if not path.is_file():
            return False
        cache = DigestCache(self._workspace.folder / "cache" / "digests.sqlite")
        found = digest_files([str(path)], cache)[str(path)]
        return isinstance(found, FileDigest) and found.sha256 == sha256


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _format(names: Sequence[str], head: bytes) -> TableFormat | None:
    found = (table_format(name, head) for name in names)
    return next((form for form in found if form is not None), None)
