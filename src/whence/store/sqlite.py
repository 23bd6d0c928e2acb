"""The laptop's store: one SQLite file, shared by many processes, durable at every commit.

How it stays whole (measured in ``docs/decisions/0003-sqlite.md``):

- write-ahead log with ``synchronous=FULL``: what was acknowledged survives a power cut;
- one transaction per block of records, always ``BEGIN IMMEDIATE``, behind an exclusive file lock:
  SQLite's own busy handler lets waiters starve, the kernel's lock does not;
- after any error inside a commit the connection is closed, never used again: a failed fsync must
  not be retried on the same pages.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from whence.errors import StoreCorruptError, StoreError, StoreLockedError, StoreVersionError
from whence.store import schema
from whence.store.adjacency import Adjacency
from whence.store.locking import LOCK_NAME, exclusive, reachable
from whence.store.sqlitedatabase import SqliteDatabase
from whence.store.sqlreader import SqlReader
from whence.store.sqlwriter import Recollection, SqlWriter, fill_graph

FILE_NAME = "whence.sqlite"

WRITER_CACHE = 32_768
"""KiB of pages that a writer keeps at hand at most; what comes late is all over the file."""

READERS_KEPT = 8
"""How many connections for reading stay open while nobody reads."""
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "afs", "fuse.sshfs"})


class SqliteStore:
    """A store in a folder of its own.

    Args:
        folder: Where the file lies; made on the first write, with mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / FILE_NAME
        self._mutex = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        """The writer's."""
        self._recollection: Recollection | None = None
        """What the last writer remembered."""
        self._idle: list[_Reading] = []
        """Connections for reading that nobody uses now, the last used last."""
        self._opening = threading.Lock()
        self._closings = 0
        """How often the store was closed: what was opened before is not used again."""

    # -------------------------------------------------------------- sessions

    @contextmanager
    def reading(self) -> Iterator[SqlReader]:
        """One consistent moment, by a deferred transaction."""
        try:
            with self._a_reading() as reading:
                connection = reading.connection
                connection.execute("BEGIN")
                try:
                    yield SqlReader(SqliteDatabase(connection), reading.adjacency)
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            raise _translate(error, self._file) from error

    @contextmanager
    def _a_reading(self) -> Iterator["_Reading"]:
        """A connection of the caller's own for a while; one that failed is not used again."""
        with self._opening:
            closings = self._closings
            reading = self._idle.pop() if self._idle else None
        if reading is None:
            reading = _Reading(self._opened(), Adjacency(self.folder / "cache"))
        try:
            yield reading
        except sqlite3.DatabaseError:
            reading.close()
            raise
        except BaseException:
            self._give_back(reading, closings)
            raise
        self._give_back(reading, closings)

    def _give_back(self, reading: "_Reading", closings: int) -> None:
        with self._opening:
            if closings == self._closings and len(self._idle) < READERS_KEPT:
                self._idle.append(reading)
                return
        reading.close()

    @contextmanager
    def writing(self, *, timeout: float = 30.0) -> Iterator[SqlWriter]:
        """The writer; commits when the block ends well."""
        with self._mutex, self._translated():
            connection = self._connect()
            with exclusive(self.folder / LOCK_NAME, timeout):
                yield from self._transaction(connection)

    def _transaction(self, connection: sqlite3.Connection) -> Iterator[SqlWriter]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            earlier, self._recollection = self._recollection, None
            writer = SqlWriter(SqliteDatabase(connection, queues=True), earlier)
            yield writer
            writer.finish()
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        try:
            connection.execute("COMMIT")
        except sqlite3.Error:
            self._drop_writer()
            raise
        self._recollection = writer.recollection
        self._recollection.trim()

    def prepare(self) -> None:
        """Do ahead what large questions need: some seconds in a store of millions."""
        with self.reading() as reader:
            reader.prepare()

    def rebuild(self) -> None:
        """Make the graph's tables anew from the ledger, in one transaction."""
        with self._mutex, self._translated():
            connection = self._connect()
            with exclusive(self.folder / LOCK_NAME):
                self._rebuild(connection)

    def _rebuild(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            _make_graph(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the file."""
        with self._opening:
            idle, self._idle = self._idle, []
            self._closings += 1
        for reading in idle:
            reading.close()
        self._drop_writer()

    def _drop_writer(self) -> None:
        """Let go of the writer's connection; those that read go on."""
        with self._mutex:
            self._recollection = None
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()

    def __del__(self) -> None:
        """Whoever forgets to close lets go of the file all the same."""
        self.close()

    # ------------------------------------------------------------- machinery

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._opened()
            self._connection.execute(f"PRAGMA cache_size=-{WRITER_CACHE}")
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        with reachable(self.folder):
            return self._open()

    def _open(self) -> sqlite3.Connection:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not self._file.exists()
        if fresh:
            # Made by hand first, so that SQLite never creates it with a wider mode.
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            self._file, isolation_level=None, timeout=30.0, check_same_thread=False
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA secure_delete=ON")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if version > schema.VERSION:
            raise StoreVersionError(
                f"{self._file} was written by a newer Whence (tables of version {version}, "
                f"this one knows {schema.VERSION})",
                hint="install a newer whence; nothing was changed",
            )
        if version and application != schema.APPLICATION_ID:
            raise StoreError(
                f"{self._file} is a SQLite file, but not a store of Whence",
                hint="move it away, or name another folder with WHENCE_DIR",
            )
        if version < schema.VERSION:
            with exclusive(self.folder / LOCK_NAME):
                self._upgrade(connection)
        network = _on_network(self.folder)
        connection.execute("PRAGMA journal_mode=" + ("DELETE" if network else "WAL"))
        # A rollback journal needs EXTRA to sync the folder after the journal's unlink.
        connection.execute("PRAGMA synchronous=" + ("EXTRA" if network else "FULL"))

    def _upgrade(self, connection: sqlite3.Connection) -> None:
        """Bring the tables up to date, from nothing or from what an older Whence made.

        All of it in one transaction: whoever is killed meanwhile leaves what was there.
        """
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == schema.VERSION:
            return  # another process was quicker
        if version == 0:
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables:
                raise StoreError(
                    f"{self._file} is a SQLite file, but not a store of Whence",
                    hint="move it away, or name another folder with WHENCE_DIR",
                )
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version == 0:
                _execute_all(connection, schema.TABLES)
                connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
            for step, statements in schema.STEPS.items():
                if step > version:
                    _execute_all(connection, statements)
            _make_graph(connection)
            connection.execute(f"PRAGMA user_version={schema.VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """SQLite's errors in our own words; after one the connection is not used again."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            self._drop_writer()
            raise _translate(error, self._file) from error


@dataclass(slots=True)
class _Reading:
    """A connection for reading, with what it has at hand."""

    connection: sqlite3.Connection
    adjacency: Adjacency

    def close(self) -> None:
        """Let go of both."""
        self.adjacency.forget()
        with suppress(sqlite3.Error):
            self.connection.close()


def _make_graph(connection: sqlite3.Connection) -> None:
    """The graph's tables anew from the ledger."""
    for table in schema.GRAPH_TABLE_NAMES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    _execute_all(connection, schema.GRAPH_TABLES)
    database = SqliteDatabase(connection)
    fill_graph(database, SqlReader(database))
    connection.execute(schema.NEW_MAKING)


def _execute_all(connection: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: ``executescript`` would commit the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _translate(error: sqlite3.DatabaseError, file: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreCorruptError(
            f"{file} is damaged: {error}", hint="run `whence fsck` to see what can be read"
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreLockedError(f"{file} is held by another program", hint="try again")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"no room left for {file}", hint="free some disk space; nothing was lost")
    if code == sqlite3.SQLITE_READONLY:
        return StoreError(f"{file} may not be written", hint="check who owns the folder")
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(
            f"{file} cannot be read or written: {error}",
            hint="check the disk, its free space and quotas; what was acknowledged is kept",
        )
    return StoreError(f"{file} cannot be used: {error}")


def _on_network(folder: Path) -> bool:
    """Whether the folder is on a network file system, where shared memory cannot be trusted."""
    try:
        device = folder.stat().st_dev
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:  # noqa: PTH123  quick path
            for line in mounts:
                fields = line.split()
                if fields[2] == f"{os.major(device)}:{os.minor(device)}":
                    return fields[fields.index("-") + 1] in _NETWORK_FILE_SYSTEMS
    except (OSError, ValueError, IndexError):
        pass
    return False
