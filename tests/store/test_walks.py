import sys
from collections.abc import Iterator
from itertools import chain as joined_up
from itertools import pairwise
from pathlib import Path

import pytest

from whence.model.edge import EdgeKind
from whence.store import adjacency, arraysteps, sqlitedatabase, walks
from whence.store.interface import Direction, Store
from whence.store.sqlite import SqliteStore
from whence.testing.picture import levels_of
from whence.testing.records import a_node, a_record, an_edge, id_of
from whence.testing.store_contract import StoreContract

SIZES = {
    (adjacency, "WORTH_IT"): 1,
    (adjacency, "DELTA_EDGES"): 10,
    (walks, "SHORT"): 3,
    (walks, "LONG"): 8,
    (walks, "WORTH_IMPORTING"): 8,
    (arraysteps, "NARROW"): 2,
    (arraysteps, "_SPARSE"): 6,
    (arraysteps, "_AT_ONCE"): 3,
    (sqlitedatabase, "PARAMETERS"): 4,
}
"""So that the small graphs of the contract change steps in midst, more than once."""


@pytest.fixture(autouse=True)
def _every_way_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    for (module, name), size in SIZES.items():
        monkeypatch.setattr(module, name, size)


class TestWalksThatChangeSteps(StoreContract):
    def make_store(self, folder: Path) -> Store:
        return SqliteStore(folder)


class TestWalksWithoutNumpy(StoreContract):
    @pytest.fixture(autouse=True)
    def _no_numpy(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setitem(sys.modules, "numpy", None)
        monkeypatch.delitem(sys.modules, "whence.store.arraysteps")
        walks.array_steps.cache_clear()
        yield
        walks.array_steps.cache_clear()

    def make_store(self, folder: Path) -> Store:
        return SqliteStore(folder)


def test_a_wide_and_then_narrow_history(tmp_path: Path) -> None:
    """A fan of 300 from a hub, then a chain of 300; half of it is told after the first walk."""
    store = SqliteStore(tmp_path)
    fan, chain = ([f"{name} {at}" for at in range(300)] for name in ("fan", "chain"))
    joined = [(name, "hub") for name in fan] + [(chain[0], name) for name in fan]
    joined += [(later, earlier) for earlier, later in pairwise(chain)]
    edges = [an_edge(effect, cause, EdgeKind.DERIVED_FROM) for effect, cause in joined]
    # Handles jump about, so that no order but the right one comes by itself.
    mixed = [name for pair in zip(chain, reversed(fan), strict=True) for name in pair]
    told = [
        a_record("first", [a_node(name) for name in [*mixed, "hub"]], edges[:500]),
        a_record("then", (), edges[500:]),
    ]
    for record, steps_to_hub in zip(told, (None, 302), strict=True):
        with store.writing() as writer:
            writer.append(record)
        with store.reading() as reader:
            hub, end = (reader.find(id_of(name)) for name in ("hub", "chain 299"))
            assert hub is not None
            assert end is not None
            for start, direction in ((hub, Direction.EFFECTS), (end, Direction.ORIGINS)):
                levels = levels_of(reader, start, direction)
                found = reader.reach(start, direction)
                assert list(found.handles) == list(joined_up(*levels))
            path = reader.path(end, hub)
            assert (None if path is None else len(path)) == steps_to_hub
    store.close()
