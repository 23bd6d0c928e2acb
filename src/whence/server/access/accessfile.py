"""The file ``access.sqlite`` in the served folder: its tables, and how it is opened.

It stands beside the record and never in it: who may do what is of this server, travels nowhere, and
people in it can be forgotten. A server whose record is in PostgreSQL keeps it in its folder too.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whence.errors import StoreError, StoreVersionError

FILE_NAME = "access.sqlite"
VERSION = 1

_TABLES = """
CREATE TABLE users (
    name TEXT PRIMARY KEY, subject TEXT UNIQUE, created TEXT NOT NULL, removed TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE roles (
    holder TEXT NOT NULL, project TEXT NOT NULL, role TEXT NOT NULL, given TEXT NOT NULL,
    PRIMARY KEY (holder, project)
) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,
    owner TEXT NOT NULL, created TEXT NOT NULL, expires TEXT NOT NULL, created_by TEXT NOT NULL,
    revoked TEXT NOT NULL DEFAULT '', last_used TEXT NOT NULL DEFAULT '',
    last_address TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY, id TEXT NOT NULL, user TEXT NOT NULL, csrf TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE protected (project TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE keys (name TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
    place INTEGER PRIMARY KEY, entry BLOB NOT NULL, salt BLOB, body BLOB, leaf BLOB NOT NULL
) STRICT;
CREATE TABLE audit_tree (
    level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER, root BLOB) STRICT;
"""


class AccessFile:
    """One connection to the file, for all threads in turn. Others may write to it meanwhile.

    Args:
        folder: The served ``.whence`` folder.

    Raises:
        StoreError: the file cannot be opened or made.
        StoreVersionError: a newer Whence made it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._lock = threading.RLock()
        self.changes = 0
        """How often this process has written."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                self.path, timeout=10, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"{self.path} cannot be opened: {error}", hint="check who owns the folder"
            ) from error

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        with self.writing():
            (version,) = self.row("PRAGMA user_version") or (0,)
            if version > VERSION:
                raise StoreVersionError(
                    f"{self.path} was written by a newer Whence", hint="install a newer whence"
                )
            if version == 0:
                for statement in _TABLES.split(";\n"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing; one inside another is a part of it.

        Raises:
            StoreError: the file cannot be written.
        """
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
                self.changes += 1
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise StoreError(f"{self.path} cannot be written: {error}") from error

    def execute(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change something inside ``writing``; how many rows were."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def row(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of an answer."""
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
            return found

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def state(self) -> tuple[int, int]:
        """Differs from an earlier one if anything was written since, by whatever process."""
        (version,) = self.row("PRAGMA data_version") or (0,)
        return version, self.changes

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
