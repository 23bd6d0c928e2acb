"""Stores that older versions of Whence made, opened by this one."""

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from whence.ledger.audit import audit
from whence.model.identity import NodeId
from whence.recording.places import place_of
from whence.store import schema, sqlite
from whence.store.check import check
from whence.store.interface import Backlog
from whence.store.sqlite import FILE_NAME, SqliteStore
from whence.testing.records import a_node, a_record, id_of

RELEASED = Path(__file__).parent / "released"
VERSIONS = {int(each.name.split("-")[1].split(".")[0]): each for each in RELEASED.glob("*.gz")}
HELD = {1: (9, "98fd5f501f26fe1e", (28, 44)), 2: (29, "a86f2d8c6ab50b59", (61, 105))}
"""Version → entries, how the root begins, nodes and edges."""


@pytest.fixture(params=sorted(VERSIONS))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store as that version left it."""
    (tmp_path / FILE_NAME).write_bytes(gzip.decompress(VERSIONS[request.param].read_bytes()))
    return tmp_path


def version_of(folder: Path) -> int:
    connection = sqlite3.connect(folder / FILE_NAME)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return int(version)
    finally:
        connection.close()


def test_every_older_version_is_here() -> None:
    assert sorted(VERSIONS) == list(range(1, schema.VERSION))


def test_all_that_was_kept_is_there_and_goes_on(folder: Path) -> None:
    entries, root, size = HELD[version_of(folder)]
    store = SqliteStore(folder)
    with store.reading() as reader:
        assert reader.head().size == entries
        assert reader.head().root.hex().startswith(root)
        assert reader.size() == size
        assert reader.backlog() == Backlog(0, -1)
        assert reader.find(id_of("weird")) is not None
        identity = reader.identity()
    with store.writing() as writer:
        writer.append(a_record("new", [a_node("new")], project="flights"))
    assert check(store).ok
    assert check(store).entries == entries + 1
    store.close()
    assert version_of(folder) == schema.VERSION
    with SqliteStore(folder).reading() as reader:
        assert reader.identity() == identity
        assert audit(reader.audit_rows(), reader.tree_nodes(), reader.head()).finding is None


def test_times_that_were_told_before_are_known(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(gzip.decompress(VERSIONS[2].read_bytes()))
    place = place_of("postgres://warehouse:5432", "warehouse.public.table_0")
    with SqliteStore(tmp_path).reading() as reader:
        moments = [each.moment for each in reader.made_at(place.location, "~", 99)]
        assert len(moments) > 1
        assert moments == sorted(moments, reverse=True)
        last = reader.find(NodeId(moments[0].rpartition(" ")[2]))
        assert last is not None
        assert reader.moments([last])[0] >= moments[0].partition(" ")[0]


@pytest.mark.parametrize("place", ["_execute_all", "_make_graph", "fill_graph"])
def test_an_upgrade_that_fails_changes_nothing(folder: Path, place: str) -> None:
    before = version_of(folder)
    with (
        mock.patch.object(sqlite, place, side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
        SqliteStore(folder).reading(),
    ):
        pass
    assert version_of(folder) == before
    assert check(SqliteStore(folder)).ok


@pytest.mark.parametrize("after", [1, 5, 9])
def test_an_upgrade_that_is_killed_starts_again(folder: Path, after: int) -> None:
    code = f"""
import os, signal, sys
from pathlib import Path
from whence.store.sqlite import SqliteStore
from whence.store.sqlwriter import GraphIndex
add, met = GraphIndex.add, []
def dying(self, *told):
    met.append(1)
    if len(met) == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    return add(self, *told)
GraphIndex.add = dying
with SqliteStore(Path(sys.argv[1])).reading():
    pass
"""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env=environment, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    assert check(SqliteStore(folder)).ok
    assert version_of(folder) == schema.VERSION
