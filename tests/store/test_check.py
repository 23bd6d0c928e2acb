import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from whence.errors import StoreError
from whence.recording.recorder import Recorder
from whence.store.check import check
from whence.store.sqlite import FILE_NAME, SqliteStore
from whence.testing.worlds import Version, pipeline

TABLES = ("entry", "tree", "head", "node", "edge", "about", "member")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of 24 runs, all of it in one file."""
    store = SqliteStore(tmp_path)
    for number in range(1, 9):
        Recorder(store).record_runs(pipeline(Version(number, data=f"flights of day {number}")))
    store.close()
    with_connection(tmp_path, "PRAGMA wal_checkpoint(TRUNCATE)")
    return tmp_path


def with_connection(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    try:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def content(folder: Path) -> list[list[tuple[object, ...]]]:
    connection = sqlite3.connect(folder / FILE_NAME)
    try:
        return [
            list(connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")) for table in TABLES
        ]
    finally:
        connection.close()


@pytest.fixture
def store(folder: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(folder)
    yield store
    store.close()


def test_what_was_written_is_well(store: SqliteStore) -> None:
    report = check(store)
    assert report.ok
    assert report.entries == 24


def test_a_rebuild_changes_nothing(folder: Path, store: SqliteStore) -> None:
    before = content(folder)
    store.rebuild()
    assert content(folder) == before
    assert check(store).ok


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entry SET body = x'00' WHERE idx = 5", "entry 5"),
        ("UPDATE entry SET entry = replace(entry, '2026', '2027') WHERE idx = 7", "entry 7"),
        ("UPDATE entry SET salt = randomblob(16) WHERE idx = 3", "entry 3"),
        ("UPDATE entry SET leaf = randomblob(32) WHERE idx = 2", "entry 2"),
        ("UPDATE entry SET body = NULL WHERE idx = 4", "entry 4"),
        ("DELETE FROM entry WHERE idx = 9", "entry 9"),
        ("DELETE FROM entry WHERE idx >= 20", ""),
        ("UPDATE tree SET hash = randomblob(32) WHERE level = 1 AND idx = 3", "node 1/3"),
        ("UPDATE head SET size = 23", ""),
        ("UPDATE node SET name = 'other' WHERE handle = 3", "the graph's table node"),
        ("DELETE FROM edge WHERE seq = 4", "the graph's table edge"),
        ("INSERT INTO about VALUES (1, 23)", "the graph's table about"),
    ],
)
def test_whoever_changes_the_record_is_found_out(
    folder: Path, store: SqliteStore, statement: str, named: str
) -> None:
    with_connection(folder, statement)
    report = check(store)
    assert not report.ok
    assert named in report.findings[0].where


def test_a_changed_graph_is_made_right_again(folder: Path, store: SqliteStore) -> None:
    before = content(folder)
    with_connection(folder, "DELETE FROM edge", "UPDATE node SET name = 'x'")
    store.rebuild()
    assert content(folder) == before


def test_an_erased_body_is_no_fault(folder: Path, store: SqliteStore) -> None:
    with_connection(folder, "UPDATE entry SET body = NULL, salt = NULL WHERE idx = 4")
    store.rebuild()
    report = check(store)
    assert report.ok
    assert report.erased == 1


def test_any_changed_byte_that_means_anything_is_found(folder: Path) -> None:
    file = folder / FILE_NAME
    whole, before = file.read_bytes(), content(folder)
    dice = random.Random(20261121)
    found = 0
    for _ in range(120):
        changed = bytearray(whole)
        changed[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        file.write_bytes(changed)
        store = SqliteStore(folder)
        try:
            ok = check(store).ok
        except StoreError:
            ok = False
        finally:
            store.close()
        if ok:  # then it was in space that holds nothing
            assert content(folder) == before
        found += not ok
        for rest in folder.glob(FILE_NAME + "-*"):
            rest.unlink()
    assert found > 30
