"""Digests of files that did not change since: a small SQLite file that may go at any time.

The key is git's: device, inode, size and both times, to the nanosecond. A file whose times are
younger than two seconds is not remembered, because it may change again without its times showing
it (git's "racy" rule). Each row carries a check of itself, so that a damaged file gives no answer
rather than a wrong one.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from whence.capture.interface import Identity

if TYPE_CHECKING:
    import sqlite3

RACY_NS = 2_000_000_000
"""How old a file's times must be before its digest is remembered."""
LARGEST = 256 * 1024 * 1024
"""A cache that grew beyond this is begun anew."""

_VERSION = 1
_FEW = 32
"""Up to this many files of a folder are asked for one by one; more by reading the folder's rows."""
_PATIENCE_MS = 200
_TABLE = """
CREATE TABLE IF NOT EXISTS digest (
  folder BLOB NOT NULL, name BLOB NOT NULL, state BLOB NOT NULL, sha256 BLOB NOT NULL,
  proof BLOB NOT NULL, PRIMARY KEY (folder, name)
) WITHOUT ROWID
"""


class Known(NamedTuple):
    """One file in one state, and what it holds."""

    path: str
    identity: Identity
    sha256: str
    hashed_at: int
    """When its reading began, in nanoseconds since 1970."""


class DigestCache:
    """Digests by path and state; it forgets rather than fails."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, wanted: Mapping[str, Identity]) -> dict[str, str]:
        """The digests of those files that are still in the state in which they were hashed."""
        found: dict[str, str] = {}
        folders: defaultdict[bytes, dict[bytes, str]] = defaultdict(dict)
        for path in wanted:
            folder, name = os.path.split(os.fsencode(path))
            folders[folder][name] = path
        with suppress(*_failures(), OSError):
            connection = self._open(makes=False)
            try:
                for folder, names in folders.items():
                    for name, state, sha256, proof in _rows(connection, folder, names):
                        path = names.get(name, "")
                        if (
                            path
                            and _is_whole(folder, name, state, sha256, proof)
                            and state == _state(wanted[path])
                        ):
                            found[path] = sha256.hex()
            finally:
                connection.close()
        return found

    def add(self, fresh: Iterable[Known]) -> None:
        """Remember digests of files whose times are old enough."""
        rows = []
        for path, identity, sha256, hashed_at in fresh:
            if max(identity.mtime_ns, identity.ctime_ns) <= hashed_at - RACY_NS:
                folder, name = os.path.split(os.fsencode(path))
                state, digest = _state(identity), bytes.fromhex(sha256)
                rows.append((folder, name, state, digest, _proof(folder, name, state, digest)))
        if not rows:
            return
        for _ in range(2):
            try:
                self._write(rows)
            except _failures() as error:
                if _is_busy(error):
                    return  # somebody else is writing; this is a cache
                self._forget()
            except OSError:
                return
            else:
                return

    def _write(self, rows: Sequence[tuple[bytes, ...]]) -> None:
        with suppress(OSError):
            if self._path.stat().st_size > LARGEST:
                self._forget()
        connection = self._open(makes=True)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _open(self, *, makes: bool) -> "sqlite3.Connection":
        import sqlite3  # noqa: PLC0415  not needed where all files are small

        if makes:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        elif not self._path.exists():
            raise FileNotFoundError(self._path)
        connection = sqlite3.connect(
            self._path, isolation_level=None, timeout=_PATIENCE_MS / 1000, check_same_thread=False
        )
        try:
            _prepare(connection, makes=makes)
        except BaseException:
            connection.close()
            raise
        return connection

    def _forget(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()


def _prepare(connection: "sqlite3.Connection", *, makes: bool) -> None:
    import sqlite3  # noqa: PLC0415  see ``_open``

    connection.execute("PRAGMA synchronous = OFF")  # what a crash takes away is computed again
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if makes and version == 0:
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    elif version != _VERSION:
        raise sqlite3.DatabaseError("this cache is of another version")


def _rows(
    connection: "sqlite3.Connection", folder: bytes, names: Mapping[bytes, str]
) -> Iterable[tuple[bytes, bytes, bytes, bytes]]:
    query = "SELECT name, state, sha256, proof FROM digest WHERE folder = ?"
    if len(names) > _FEW:
        return connection.execute(query, (folder,))
    return (
        row for name in names for row in connection.execute(query + " AND name = ?", (folder, name))
    )


def _state(identity: Identity) -> bytes:
    return b" ".join(b"%d" % number for number in identity)


def _proof(folder: bytes, name: bytes, state: bytes, sha256: bytes) -> bytes:
    parts = b"\0".join((folder, name, state, sha256))
    return hashlib.blake2b(parts, digest_size=8, usedforsecurity=False).digest()


def _is_whole(folder: bytes, *row: object) -> bool:
    """Whether a row is as it was written; damage may have changed even the types of its values."""
    if not all(isinstance(each, bytes) for each in row):
        return False
    name, state, sha256, proof = row
    return proof == _proof(folder, name, state, sha256)  # type: ignore[arg-type]  # bytes all


def _failures() -> tuple[type[Exception], ...]:
    """What SQLite raises, damaged files included: their names may not even be text."""
    import sqlite3  # noqa: PLC0415  see ``_open``

    return sqlite3.Error, ValueError


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
