import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest import mock

import pytest

from whence.errors import StoreCorruptError, StoreError, StoreLockedError, StoreVersionError
from whence.model.node import NodeKind
from whence.store import schema
from whence.store.check import check
from whence.store.sqlite import FILE_NAME, SqliteStore
from whence.store.sqlitedatabase import SqliteDatabase
from whence.store.sqlreader import SqlReader
from whence.store.sqlwriter import GraphIndex, SqlWriter
from whence.testing.records import a_node, a_record, id_of
from whence.testing.store_contract import StoreContract


class TestSqliteStore(StoreContract):
    def make_store(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder)


def kept(folder: Path) -> int:
    """How many records a sound store has."""
    store = SqliteStore(folder)
    try:
        report = check(store)
        assert report.ok, report.sentences()
        return report.entries
    finally:
        store.close()


def keep(store: SqliteStore, *names: str) -> None:
    with store.writing(timeout=0.2) as writer:
        for name in names:
            writer.append(a_record(name, [a_node(name)]))


def files_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name != "lock"}


def with_database(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "store")
    keep(store, "one", "two")
    yield store
    store.close()


def test_only_its_owner_may_read_it(store: SqliteStore) -> None:
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in store.folder.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_it_is_durable_at_every_commit(store: SqliteStore) -> None:
    with store.reading() as reader:
        told = [
            reader.database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "trusted_schema", "secure_delete")
        ]
    assert told == ["wal", 2, 0, 1]


def test_a_second_store_object_sees_what_was_committed(store: SqliteStore) -> None:
    other = SqliteStore(store.folder)
    with other.reading() as reader:
        assert reader.head().size == 2
        keep(store, "three")
        assert reader.head().size == 2
    with other.reading() as reader:
        assert reader.head().size == 3
    other.close()


def test_it_can_be_used_again_after_being_closed(store: SqliteStore) -> None:
    store.close()
    store.close()
    keep(store, "three")
    assert kept(store.folder) == 3


def test_two_writers_at_once_both_succeed(store: SqliteStore) -> None:
    other = SqliteStore(store.folder)
    failed: list[BaseException] = []

    def write(one: SqliteStore, called: str) -> None:
        try:
            for at in range(20):
                with one.writing() as writer:
                    writer.append(a_record(f"{called} {at}", [a_node(f"{called} {at}")]))
        except BaseException as error:  # noqa: BLE001  told to the test
            failed.append(error)

    threads = [threading.Thread(target=write, args=each) for each in ((store, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert not failed
    assert kept(store.folder) == 42


def test_who_waits_too_long_for_the_other_writer_is_told_so(store: SqliteStore) -> None:
    other = SqliteStore(store.folder)
    with store.writing() as writer:
        writer.append(a_record("three"))
        with pytest.raises(StoreLockedError, match=r"busy for 0\.2 seconds"):
            keep(other, "four")
    keep(other, "four")
    other.close()
    assert kept(store.folder) == 4


def test_a_newer_store_is_refused_untouched(store: SqliteStore) -> None:
    store.close()
    with_database(store.folder, f"PRAGMA user_version={schema.VERSION + 1}")
    before = files_of(store.folder)
    for ask in (read_all, keep, check, SqliteStore.rebuild):
        with pytest.raises(StoreVersionError, match="newer Whence"):
            ask(store)
    assert files_of(store.folder) == before


@pytest.mark.parametrize(
    "statements",
    [("CREATE TABLE mine (a)",), ("CREATE TABLE mine (a)", "PRAGMA user_version=1")],
)
def test_another_programs_database_is_refused_untouched(
    tmp_path: Path, statements: tuple[str, ...]
) -> None:
    with_database(tmp_path, *statements)
    before = files_of(tmp_path)
    with pytest.raises(StoreError, match="not a store of Whence"):
        keep(SqliteStore(tmp_path), "one")
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("content", [b"no database\n" * 400, b"\0" * 4096, b"SQLite format 3\0"])
def test_what_is_no_database_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    store = SqliteStore(tmp_path)
    for ask in (read_all, keep, SqliteStore.rebuild):
        with pytest.raises(StoreCorruptError, match="damaged"):
            ask(store)
    assert (tmp_path / FILE_NAME).read_bytes() == content


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_store_is_an_error_and_stays_as_it_is(store: SqliteStore, share: float) -> None:
    keep(store, *(f"more {at}" for at in range(300)))
    store.close()
    file = store.folder / FILE_NAME
    os.truncate(file, int(file.stat().st_size * share))
    before = file.read_bytes()
    for ask in (read_all, check, SqliteStore.rebuild, keep):
        with pytest.raises(StoreCorruptError, match="damaged"):
            ask(store)
    assert file.read_bytes() == before


def read_all(store: SqliteStore) -> None:
    with store.reading() as reader:
        list(reader.records())
        reader.latest(NodeKind.DATASET, 1_000)


def in_a_child(folder: Path, before: str) -> subprocess.CompletedProcess[str]:
    """Write twenty blocks to a store under some hardship; what became of it as text."""
    code = f"""
import os, resource, signal, sys
from pathlib import Path
from whence.errors import StoreError
from whence.store.sqlite import SqliteStore
from whence.testing.records import a_node, a_record, id_of
{before}
store = SqliteStore(Path(sys.argv[1]))
done = 0
try:
    for at in range(20):
        with store.writing() as writer:
            for each in range(20):
                name = f"{{at}} {{each}} " + "x" * 500
                writer.append(a_record(name, [a_node(name)]))
        done += 20
except StoreError as error:
    print("refused:", error.message, "|", error.hint)
print("kept", done)
"""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=env,
    )


@pytest.mark.parametrize("room", [30_000, 120_000, 200_000, 333_333])
def test_a_full_disk_loses_nothing_and_is_said(store: SqliteStore, room: int) -> None:
    """A limit on the size of files fails writes in the middle, as a full disk does."""
    store.close()
    done = in_a_child(
        store.folder,
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))",
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "refused:" in done.stdout, done.stdout
    assert "free space" in done.stdout
    told = int(done.stdout.rsplit("kept ", 1)[1])
    assert kept(store.folder) == 2 + told
    keep(store, "three")
    assert kept(store.folder) == 3 + told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_of_somebody_else_is_refused_in_plain_words(store: SqliteStore) -> None:
    store.close()
    before = files_of(store.folder)
    done = in_a_child(store.folder, "os.setgid(65534); os.setuid(65534)")
    assert "refused:" in done.stdout, done.stderr
    assert "may not be" in done.stdout
    assert files_of(store.folder) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused_in_plain_words(store: SqliteStore) -> None:
    store.close()
    store.folder.chmod(0o500)
    (store.folder / FILE_NAME).chmod(0o400)
    try:
        with pytest.raises(StoreError, match="may not be"):
            keep(store, "three")
    finally:
        store.folder.chmod(0o700)
        (store.folder / FILE_NAME).chmod(0o600)
    assert kept(store.folder) == 2


def test_a_file_where_the_folder_should_be_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("mine")
    with pytest.raises(StoreError, match="cannot be used"):
        keep(SqliteStore(tmp_path / "store"), "one")
    assert (tmp_path / "store").read_text() == "mine"


def test_a_block_that_failed_midway_is_not_kept(store: SqliteStore) -> None:
    with pytest.raises(StoreError, match="by half"), store.writing() as writer:
        append_by_half(writer)
    assert kept(store.folder) == 2
    keep(store, "three")
    assert kept(store.folder) == 3


def append_by_half(writer: SqlWriter) -> None:
    """An error out of the middle of an append, and a caller who swallows it."""
    writer.append(a_record("three"))
    with mock.patch.object(GraphIndex, "add", side_effect=MemoryError), suppress(MemoryError):
        writer.append(a_record("four", [a_node("four")]))


def connection_of(reader: SqlReader) -> sqlite3.Connection:
    assert isinstance(reader.database, SqliteDatabase)
    return reader.database.connection


def test_closed_after_a_failed_commit(store: SqliteStore) -> None:
    """A failed commit is not tried again on the same connection."""
    with store.writing() as writer:
        first = connection_of(writer)
    with pytest.raises(StoreError), store.writing() as writer:
        writer.database.execute("COMMIT")
    with store.writing() as writer:
        assert connection_of(writer) is not first
    assert kept(store.folder) == 2


def test_what_a_writer_remembers_is_forgotten_when_somebody_else_writes(tmp_path: Path) -> None:
    ours, theirs = SqliteStore(tmp_path), SqliteStore(tmp_path)
    for at in range(6):
        first, second = (ours, theirs) if at % 3 else (theirs, ours)
        for store, name in ((first, f"a{at}"), (first, f"b{at}"), (second, f"c{at}")):
            with store.writing() as writer:
                assert writer.find(id_of(name)) is None
                writer.append(a_record(f"record {name}", [a_node(name)]))
        if at == 3:
            theirs.rebuild()
    with ours.reading() as reader:
        assert sorted(each.name for each in reader.nodes(range(1, 19))) == sorted(
            f"{letter}{at}" for letter in "abc" for at in range(6)
        )
    assert check(ours).ok
    ours.close()
    theirs.close()


def test_what_was_not_kept_is_not_remembered(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    with store.writing() as writer:
        writer.append(a_record("kept", [a_node("kept")]))
    with suppress(RuntimeError), store.writing() as writer:
        writer.append(a_record("lost", [a_node("lost")]))
        raise RuntimeError
    with store.writing() as writer:
        assert writer.find(id_of("lost")) is None
        assert writer.append(a_record("next", [a_node("next")])).index == 1
    assert check(store).ok
    store.close()
