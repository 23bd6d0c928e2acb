"""A store in PostgreSQL: many processes read and write, one ledger grows.

How it stays whole (see ``docs/decisions/0025-postgresql.md``):

- one transaction per block, with ``synchronous_commit``: what was acknowledged survives;
- all writers queue for one advisory lock, which the server frees when a writer dies;
- a link that breaks in the commit is no answer: the outcome is looked up by the records' ids, after
  the lock is had, so that the broken transaction is over.
"""

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.errors import (
    StoreError,
    StoreLockedError,
    StoreUnreachableError,
    StoreVersionError,
)
from whence.model.identity import NodeId
from whence.store.adjacency import MARK, Adjacency, mark_of
from whence.store.database import Row
from whence.store.postgres import tables
from whence.store.postgres.address import Address, driver, read_address
from whence.store.postgres.database import PostgresDatabase
from whence.store.postgres.faults import is_lost, translate
from whence.store.postgres.writer import Mind, PostgresWriter
from whence.store.sqlreader import SqlReader
from whence.store.sqlwriter import fill_graph

if TYPE_CHECKING:
    import psycopg

LINKS_KEPT = 8
"""How many connections stay open while nobody uses them."""

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_TURN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT " + ", ".join(
    (
        *(
            f"set_config('enable_{way}', 'off', true)"
            for way in ("seqscan", "hashjoin", "mergejoin")
        ),
        "set_config('lock_timeout', '{wait}', true)",
        "pg_advisory_xact_lock({key})",
        "set_config('lock_timeout', '0', true)",
    )
)
"""How a writer begins, in one way there and back: with its turn, for which it waits so many
milliseconds. What it asks has an index each time, but the statistics of a store that grows are old,
and a plan made when a table was small would read all of it."""


@dataclass(slots=True)
class _Link:
    """A connection, with what it has at hand."""

    connection: "psycopg.Connection[Any]"
    adjacency: Adjacency
    answer: Row = ()
    """To the last of the statements that began the transaction."""

    def begin(self, statements: str) -> None:
        """Begin a transaction."""
        told = self.connection.execute(statements)
        while told.nextset():
            pass
        self.answer = (told.fetchone() or ()) if told.description else ()

    def close(self) -> None:
        """Let go of both."""
        self.adjacency.forget()
        with suppress(Exception):
            self.connection.close()


class PostgresStore:
    """A store in one schema of a database.

    Args:
        address: Where it lies; the schema and its tables are made on first use.
        cache: A folder for what may be deleted at any time.
    """

    def __init__(self, address: Address, cache: Path) -> None:
        self.address = address
        self._cache = cache
        self._idle: list[_Link] = []
        self._mutex = threading.Lock()
        self._closings = 0
        self._prepared = False
        self._writers = threading.Lock()
        self._mind = Mind()
        told = hashlib.sha256(f"whence store {address.schema}".encode()).digest()
        self._key = int.from_bytes(told[:8], "big", signed=True)
        """Of the advisory lock; such locks are the database's own."""

    # -------------------------------------------------------------- sessions

    @contextmanager
    def reading(self) -> Iterator[SqlReader]:
        """One consistent moment, by a transaction that reads one snapshot."""
        with self._link(_READ) as link:
            yield SqlReader(PostgresDatabase(link.connection), link.adjacency)

    @contextmanager
    def writing(self, *, timeout: float = 30.0) -> Iterator[PostgresWriter]:
        """The writer; commits when the block ends well."""
        with self._turn(timeout):
            said: dict[NodeId, int] = {}
            mind, self._mind = self._mind, Mind()
            try:
                with self._link(self._write(timeout)) as link, link.connection.pipeline():
                    database = PostgresDatabase(link.connection, queues=True)
                    writer = PostgresWriter(database, mind, mark_of(link.answer), said)
                    yield writer
                    writer.finish()
                    database.execute("COMMIT")
            except StoreUnreachableError:
                if not (said and writer.is_over and self._are_kept(said)):
                    raise
            else:
                writer.remember()
                self._mind = mind

    @contextmanager
    def _turn(self, timeout: float) -> Iterator[None]:
        """One writer of this process at a time; the server sees to the other processes."""
        if not self._writers.acquire(timeout=timeout):
            raise StoreLockedError(
                f"the store in PostgreSQL ({self.address.shown}) was busy for {timeout:g} seconds",
                hint="try again when the other writers are done",
            )
        try:
            yield
        finally:
            self._writers.release()

    def _write(self, timeout: float = 30.0) -> str:
        """What begins a transaction of the one writer, and asks how far the history goes."""
        return f"{self._take_turn(timeout)}; {MARK}"

    def _take_turn(self, timeout: float = 30.0) -> str:
        return _TURN.format(wait=max(1, int(timeout * 1000)), key=self._key)

    def _are_kept(self, records: Iterable[NodeId]) -> bool:
        """Whether a block was kept whose commit nobody answered.

        Raises:
            StoreUnreachableError: the server is still away, so nobody knows.
        """
        with self._link(self._write()) as link:
            ids = [bytes.fromhex(each) for each in records]
            found = PostgresDatabase(link.connection).among(
                "SELECT id FROM entry WHERE id {among}", ids
            )
            return {raw for (raw,) in found} == set(ids)

    def prepare(self) -> None:
        """Do ahead what large questions need: some seconds in a store of millions."""
        with self.reading() as reader:
            reader.prepare()

    def rebuild(self) -> None:
        """Make the graph's tables anew from the ledger, in one transaction."""
        with self._link(self._write()) as link:
            for table in tables.INDEX_TABLES:
                link.connection.execute(f"DELETE FROM {table}")
            database = PostgresDatabase(link.connection)
            fill_graph(database, SqlReader(database))
            link.connection.execute("UPDATE making SET mark = %s", (os.urandom(16),))
            link.connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of all connections."""
        with self._mutex:
            idle, self._idle = self._idle, []
            self._closings += 1
        for link in idle:
            link.close()

    def __del__(self) -> None:
        """Whoever forgets to close lets go of the connections all the same."""
        self.close()

    # ----------------------------------------------------------------- links

    @contextmanager
    def _link(self, begin: str) -> Iterator[_Link]:
        """A connection of the caller's own, in a transaction that is taken back in the end."""
        psycopg = driver()
        with self._mutex:
            closings = self._closings
        link = self._begun(begin)
        try:
            yield link
        except psycopg.Error as error:
            lost = is_lost(error, link.connection)
            self._end(link, closings)
            raise translate(error, self.address.shown, lost=lost) from error
        except BaseException:
            self._end(link, closings)
            raise
        self._end(link, closings)

    def _begun(self, begin: str) -> _Link:
        """A connection in a new transaction; one that broke while it was idle is not used."""
        psycopg = driver()
        while True:
            with self._mutex:
                link = self._idle.pop() if self._idle else None
            if link is None:
                break
            try:
                link.begin(begin)
            except psycopg.Error as error:
                lost = is_lost(error, link.connection)
                link.close()
                if not lost:
                    raise translate(error, self.address.shown, lost=False) from error
            else:
                return link
        link = _Link(self.address.connect(), Adjacency(self._cache))
        try:
            self._prepare(link.connection)
            link.begin(begin)
        except psycopg.Error as error:
            lost = is_lost(error, link.connection)
            link.close()
            raise translate(error, self.address.shown, lost=lost) from error
        except BaseException:
            link.close()
            raise
        return link

    def _end(self, link: _Link, closings: int) -> None:
        connection = link.connection
        with suppress(Exception):
            if connection.info.transaction_status != connection.info.transaction_status.IDLE:
                connection.execute("ROLLBACK")
        idle = connection.info.transaction_status == connection.info.transaction_status.IDLE
        with self._mutex:
            fit = idle and closings == self._closings and len(self._idle) < LINKS_KEPT
            if fit:
                self._idle.append(link)
        if not fit:
            link.close()

    # ---------------------------------------------------------------- tables

    def _prepare(self, connection: "psycopg.Connection[Any]") -> None:
        if self._prepared:
            return
        if self._version(connection) != tables.VERSION:
            self._upgrade(connection)
        self._prepared = True

    def _version(self, connection: "psycopg.Connection[Any]") -> int:
        # Asked of the catalogue itself: what a session remembers of names may be out of date.
        found = connection.execute(
            "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = %s AND tablename = 'form'",
            (self.address.schema,),
        ).fetchone()
        if found is None:
            return 0
        (version,) = connection.execute("SELECT version FROM form").fetchone() or (0,)
        if version > tables.VERSION:
            raise StoreVersionError(
                f"the store in PostgreSQL ({self.address.shown}) was written by a newer Whence "
                f"(tables of version {version}, this one knows {tables.VERSION})",
                hint="install a newer whence; nothing was changed",
            )
        return int(version)

    def _upgrade(self, connection: "psycopg.Connection[Any]") -> None:
        """Bring the tables up to date, from nothing or from an older version, all or nothing."""
        psycopg = driver()
        connection.execute(self._take_turn())
        version = self._version(connection)
        if version == tables.VERSION:
            connection.execute("ROLLBACK")  # another process was quicker
            return
        try:
            if version == 0:
                self._create(connection)
            for step, statements in tables.STEPS.items():
                if step > version > 0:
                    connection.execute(statements)
            connection.execute("UPDATE form SET version = %s", (tables.VERSION,))
            connection.execute("COMMIT")
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(
                f"there are no tables in PostgreSQL ({self.address.shown}), and this user may not "
                "make them",
                hint="let their owner open the store once, then grant this user what it needs",
            ) from error
        except psycopg.errors.DuplicateTable as error:
            raise StoreError(
                f"the schema of PostgreSQL ({self.address.shown}) holds tables of something else",
                hint="name another: postgresql://…/DATABASE?schema=NAME",
            ) from error

    def _create(self, connection: "psycopg.Connection[Any]") -> None:
        exists = connection.execute(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (self.address.schema,)
        ).fetchone()
        if exists is None:
            connection.execute(f"CREATE SCHEMA {self.address.schema}")
        connection.execute(tables.TABLES)
        connection.execute("INSERT INTO form VALUES (1, %s)", (tables.VERSION,))
        connection.execute("INSERT INTO making VALUES (1, %s)", (os.urandom(16),))
        connection.execute("INSERT INTO identity VALUES (1, %s)", (os.urandom(16),))


def open_postgres(url: str, folder: Path) -> PostgresStore:
    """The store that a URL names: ``postgresql://user@host:port/database?schema=whence``."""
    driver()
    return PostgresStore(read_address(url), folder / "cache" / "postgresql")
