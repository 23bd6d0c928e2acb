"""A disk that fails: the first time it is looked at again, the second time it is only read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from whence.errors import StoreCorruptError, StoreError
from whence.model.record import Record
from whence.server.disk import Disk
from whence.server.ingest import Ingest
from whence.server.problems import RefusedError, problem_of, status_of
from whence.store.sqlite import SqliteStore
from whence.store.sqlreader import SqlReader
from whence.store.sqlwriter import SqlWriter
from whence.testing.records import a_record


def broken(code: int) -> StoreError:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = code
    error = StoreError("the file cannot be read or written")
    error.__cause__ = cause
    return error


class Failing(SqliteStore):
    """A store on a disk that fails when it is told to."""

    code = 0
    lies = False

    @contextmanager
    def writing(self, *, timeout: float = 30.0) -> Iterator[SqlWriter]:
        with super().writing(timeout=timeout) as writer:
            yield writer
            if self.code:
                raise broken(self.code)

    @contextmanager
    def reading(self) -> Iterator[SqlReader]:
        if self.lies:
            raise StoreCorruptError("what was kept is not what is there")
        with super().reading() as reader:
            yield reader


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Failing]:
    made = Failing(tmp_path)
    yield made
    made.close()


def keep(ingest: Ingest, record: Record) -> BaseException | None:
    with suppress(RefusedError):
        return ingest.submit([lambda *_: record]).exception(20)
    raise AssertionError("the queue takes it, and the writer says what is wrong")


def test_after_a_second_failure_nothing_is_written_and_all_is_read(store: Failing) -> None:
    ingest = Ingest(store, folder=store.folder)
    assert keep(ingest, a_record("before")) is None
    store.code = sqlite3.SQLITE_IOERR_FSYNC
    failed = keep(ingest, a_record("first"))
    assert failed is not None
    assert status_of(failed) == 503
    store.code = 0
    assert keep(ingest, a_record("between")) is None
    assert not ingest.disk.only_reads
    store.code = sqlite3.SQLITE_IOERR_FSYNC
    assert isinstance(keep(ingest, a_record("second")), StoreError)
    store.code = 0
    refused = keep(ingest, a_record("after"))
    assert isinstance(refused, RefusedError)
    status, told, headers = problem_of(refused)
    assert (status, "Retry-After" in headers) == (503, True)
    assert "disk of the server has failed" in told["detail"]
    assert ingest.disk.only_reads
    ingest.close()
    with store.reading() as reader:
        kept = {each.record.id for each in reader.records() if each.record is not None}
    assert kept == {a_record("before").id, a_record("between").id}


def test_where_what_was_kept_is_not_there_the_first_failure_is_enough(store: Failing) -> None:
    ingest = Ingest(store)
    assert keep(ingest, a_record("before")) is None
    store.code, store.lies = sqlite3.SQLITE_IOERR_READ, True
    keep(ingest, a_record("first"))
    assert ingest.disk.only_reads
    ingest.close()


@pytest.mark.parametrize(
    "code",
    [
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,  # a quota says the same
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,  # too many open files
        sqlite3.SQLITE_READONLY,
    ],
)
def test_what_can_pass_is_no_failure_of_the_disk(store: Failing, code: int) -> None:
    disk = Disk(store, store.folder)
    for _ in range(5):
        disk.note(broken(code))
    assert not disk.only_reads
    disk.require()


def test_a_changed_entry_is_seen(store: Failing) -> None:
    with store.writing() as writer:
        for at in range(3):
            writer.append(a_record(f"r{at}"))
    store.close()
    with sqlite3.connect(store.folder / "whence.sqlite") as connection:
        connection.execute("UPDATE entry SET leaf = zeroblob(32) WHERE idx = 2")
    connection.close()
    disk = Disk(store, store.folder)
    disk.note(broken(sqlite3.SQLITE_IOERR_FSYNC))
    assert disk.only_reads
