import fcntl
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from whence.model.edge import EdgeKind
from whence.store.interface import Direction
from whence.store.schema import EDGE_CODES, GRAPH_TABLES, TABLES
from whence.store.snapshot import Mark, Snapshot, SnapshotError, write_snapshot
from whence.store.sqlitedatabase import SqliteDatabase

MARK = Mark(b"m" * 16, 9, b"r" * 32, 8, 7)
USED, FOLLOWS = EDGE_CODES[EdgeKind.USED], EDGE_CODES[EdgeKind.FOLLOWS]
EDGES = [
    (3, 1, USED),
    (3, 2, USED),
    (3, 2, EDGE_CODES[EdgeKind.INFORMED_BY]),
    (4, 3, USED),
    (4, 1, FOLLOWS),
    (6, 2, USED),
]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES + GRAPH_TABLES)
    connection.executemany(
        "INSERT INTO edge (origin, target, kind, basis, role, detail) VALUES (?,?,?,1,'','')", EDGES
    )
    yield connection
    connection.close()


@pytest.fixture
def path(tmp_path: Path, connection: sqlite3.Connection) -> Path:
    path = tmp_path / "cache" / "adjacency"
    write_snapshot(SqliteDatabase(connection), MARK, path)
    return path


def neighbours(snapshot: Snapshot, direction: Direction) -> dict[int, list[int]]:
    offsets, targets = snapshot.rows(direction)
    assert len(offsets) == MARK.top + 2
    rows = {handle: targets[offsets[handle] : offsets[handle + 1]].tolist() for handle in range(8)}
    return {handle: row for handle, row in rows.items() if row}


def test_it_holds_each_lineage_edge_once_from_both_ends(path: Path) -> None:
    snapshot = Snapshot(path)
    assert snapshot.mark == MARK
    assert neighbours(snapshot, Direction.ORIGINS) == {3: [1, 2], 4: [3], 6: [2]}
    assert neighbours(snapshot, Direction.EFFECTS) == {1: [3], 2: [3, 6], 3: [4]}
    snapshot.close()


def test_only_its_owner_may_read_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["adjacency"]


def test_any_changed_byte_is_found(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(SnapshotError):
            read_all(path)
    path.write_bytes(whole)
    read_all(path)


def test_any_other_length_is_found(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(SnapshotError):
            read_all(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(SnapshotError):
        read_all(path)


def read_all(path: Path) -> None:
    snapshot = Snapshot(path)
    try:
        for direction in Direction:
            snapshot.rows(direction)
    finally:
        snapshot.close()


def test_a_mapped_file_that_is_replaced_or_deleted_stays_readable(
    path: Path, connection: sqlite3.Connection
) -> None:
    snapshot = Snapshot(path)
    connection.execute("DELETE FROM edge")
    write_snapshot(SqliteDatabase(connection), MARK, path)
    path.unlink()
    assert snapshot.is_sound
    assert neighbours(snapshot, Direction.EFFECTS) == {1: [3], 2: [3, 6], 3: [4]}
    snapshot.close()


@pytest.mark.parametrize("damage", [b"", b"x"])
def test_a_mapped_file_that_is_written_into_is_noticed(path: Path, damage: bytes) -> None:
    snapshot = Snapshot(path)
    assert snapshot.is_sound
    path.write_bytes(damage)
    assert not snapshot.is_sound
    snapshot.close()


def test_two_do_not_write_at_once(path: Path, connection: sqlite3.Connection) -> None:
    before = path.read_bytes()
    with path.with_name("adjacency.new").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            write_snapshot(SqliteDatabase(connection), MARK._replace(seq=99), path)
    assert path.read_bytes() == before


def test_what_a_killed_writer_left_is_written_over(
    path: Path, connection: sqlite3.Connection
) -> None:
    path.with_name("adjacency.new").write_bytes(b"x" * 100_000)
    write_snapshot(SqliteDatabase(connection), MARK, path)
    read_all(path)
    assert [each.name for each in path.parent.iterdir()] == ["adjacency"]


def test_a_write_that_fails_leaves_nothing_behind(
    path: Path, connection: sqlite3.Connection
) -> None:
    before = path.read_bytes()
    connection.execute("DROP TABLE edge")
    with pytest.raises(sqlite3.OperationalError):
        write_snapshot(SqliteDatabase(connection), MARK, path)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["adjacency"]


def test_an_empty_graph_has_a_snapshot_too(tmp_path: Path, connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM edge")
    path = tmp_path / "adjacency"
    write_snapshot(SqliteDatabase(connection), MARK._replace(top=0), path)
    snapshot = Snapshot(path)
    assert [len(part) for part in snapshot.rows(Direction.ORIGINS)] == [2, 0]
    snapshot.close()
