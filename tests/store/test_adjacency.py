import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whence.model.edge import EdgeKind
from whence.model.record import Record
from whence.store import adjacency, arraysteps, walks
from whence.store.interface import Direction, Reader
from whence.store.sqlite import FILE_NAME, SqliteStore
from whence.testing.picture import levels_of
from whence.testing.records import a_node, a_record, an_edge, id_of, layered_records

RECORDS = layered_records(5, 90)


@pytest.fixture(autouse=True, params=["plain", "arrays"])
def _snapshots_from_the_first_edge_on(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if request.param == "arrays":
        for place, size in ((walks, "LONG"), (walks, "WORTH_IMPORTING"), (arraysteps, "NARROW")):
            monkeypatch.setattr(place, size, 0)
    monkeypatch.setattr(adjacency, "WORTH_IT", 1)
    monkeypatch.setattr(adjacency, "DELTA_EDGES", 10**6)
    monkeypatch.setattr(walks, "SHORT", 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "store")
    keep(store, RECORDS[:40])
    yield store
    store.close()


def keep(store: SqliteStore, records: list[Record]) -> None:
    with store.writing() as writer:
        for record in records:
            writer.append(record)


def snapshot_of(store: SqliteStore) -> Path:
    return store.folder / "cache" / adjacency.FILE_NAME


def check_walks(reader: Reader) -> None:
    """Whole walks are what single steps in SQL give."""
    nodes, _ = reader.size()
    for start in range(1, nodes + 1):
        for direction in Direction:
            wanted = [each for level in levels_of(reader, start, direction) for each in level]
            assert list(reader.reach(start, direction).handles) == wanted
        levels = levels_of(reader, start, Direction.ORIGINS)
        far = {handle: distance for distance, level in enumerate(levels) for handle in level}
        for goal in range(1, nodes + 1, 5):
            path = reader.path(start, goal)
            assert (None if path is None else len(path) - 1) == far.get(goal)


def look(store: SqliteStore) -> None:
    with store.reading() as reader:
        check_walks(reader)


def test_a_far_walk_makes_a_snapshot_and_later_ones_keep_it(store: SqliteStore) -> None:
    assert not snapshot_of(store).exists()
    look(store)
    made = snapshot_of(store).stat().st_ino
    keep(store, RECORDS[40:60])
    look(store)
    keep(store, RECORDS[60:])
    look(store)
    keep(store, [a_record("alone", [a_node("joined to nothing")])])
    look(store)
    assert snapshot_of(store).stat().st_ino == made


def test_a_small_store_has_none(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjacency, "WORTH_IT", 10**6)
    look(store)
    assert not snapshot_of(store).exists()


def test_a_short_walk_makes_none(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "SHORT", 10**6)
    look(store)
    assert not snapshot_of(store).exists()


def test_too_large_a_delta_becomes_a_snapshot(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(store)
    made = snapshot_of(store).stat().st_ino
    monkeypatch.setattr(adjacency, "DELTA_EDGES", 5)
    keep(store, RECORDS[40:])
    look(store)
    assert snapshot_of(store).stat().st_ino != made


def test_another_process_has_use_of_it(store: SqliteStore) -> None:
    look(store)
    made = snapshot_of(store).stat().st_ino
    keep(store, RECORDS[40:])
    other = SqliteStore(store.folder)
    look(other)
    other.close()
    assert snapshot_of(store).stat().st_ino == made


@pytest.mark.parametrize("more", [RECORDS[40:], [a_record("no edge", [a_node("alone")])]])
def test_a_reader_does_not_see_what_was_written_after_it_began(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, more: list[Record]
) -> None:
    other = SqliteStore(store.folder)
    with store.reading() as reader:
        before = reader.size()
        keep(other, more)
        look(other)  # which makes a snapshot of more than this reader may know
        newer = snapshot_of(store).stat().st_ino
        monkeypatch.setattr(adjacency, "DELTA_EDGES", 0)
        check_walks(reader)
        assert reader.size() == before
        assert (snapshot_of(store).stat().st_ino == newer) == (len(more) > 1)
    other.close()
    look(store)


def test_what_a_writer_has_not_committed_stays_with_it(store: SqliteStore) -> None:
    look(store)
    with pytest.raises(ZeroDivisionError):
        write_look_and_fail(store)
    look(store)
    keep(store, [a_record("other", [a_node("o")], [an_edge("o", "g0", EdgeKind.DERIVED_FROM)])])
    look(store)


def write_look_and_fail(store: SqliteStore) -> None:
    with store.writing() as writer:
        for record in RECORDS[40:]:
            writer.append(record)
        check_walks(writer)
        raise ZeroDivisionError


def test_a_rebuild_with_other_handles_makes_it_void(store: SqliteStore) -> None:
    keep(store, RECORDS[40:])
    look(store)
    erase(store.folder, 3)
    store.rebuild()
    keep(store, [with_other_names(each) for each in RECORDS])
    with store.reading() as reader:
        assert reader.find(id_of("g3")) is None
    look(store)
    other = SqliteStore(store.folder)
    look(other)
    other.close()


def erase(folder: Path, index: int) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute("UPDATE entry SET body=NULL, salt=NULL WHERE idx=?", (index,))
    connection.commit()
    connection.close()


def test_a_restored_backup_is_not_mixed_with_what_came_after(
    store: SqliteStore, tmp_path: Path
) -> None:
    store.close()
    shutil.copytree(store.folder, tmp_path / "backup")
    keep(store, RECORDS[40:])
    look(store)
    store.close()
    shutil.copy(tmp_path / "backup" / FILE_NAME, store.folder / FILE_NAME)
    look(store)
    # As many edges again as the snapshot has, but other ones.
    keep(store, [a_record(f"new {each.id}", each.nodes, each.edges) for each in RECORDS[:40]])
    keep(store, [with_other_names(each) for each in layered_records(6, 90)])
    look(store)


def with_other_names(record: Record) -> Record:
    """The same of a second world beside the first."""
    return a_record(
        f"second {record.id}",
        [a_node(f"second {node.id}", kind=node.kind) for node in record.nodes],
        [an_edge(f"second {e.origin}", f"second {e.target}", e.kind) for e in record.edges],
    )


DAMAGES: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "header": lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]),
    "content": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x7f"),
    "nonsense": lambda path: path.write_bytes(os.urandom(5_000)),
    "folder gone": lambda path: shutil.rmtree(path.parent),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("mapped", [True, False])
def test_any_damage_is_made_good(store: SqliteStore, damage: str, mapped: bool) -> None:
    look(store)
    if not mapped:
        store.close()
    DAMAGES[damage](snapshot_of(store))
    keep(store, RECORDS[40:])
    look(store)
    other = SqliteStore(store.folder)
    look(other)
    other.close()
    assert snapshot_of(store).stat().st_size > 1_000


def test_a_cache_that_cannot_be_written_does_not_matter(store: SqliteStore) -> None:
    (store.folder / "cache").write_text("a file where a folder should be")
    look(store)
    keep(store, RECORDS[40:])
    look(store)


def test_it_can_be_made_ahead(store: SqliteStore) -> None:
    store.prepare()
    assert snapshot_of(store).exists()
