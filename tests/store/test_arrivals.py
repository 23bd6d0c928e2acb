"""Records that carry what came, and the list of those of which nobody said yet what they mean."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from whence.model.record import Record
from whence.store.check import check
from whence.store.interface import Backlog, Store
from whence.store.memory import MemoryStore
from whence.store.sealing import RETELLING, meaning_id
from whence.store.sqlite import SqliteStore
from whence.testing.records import a_node, a_record, id_of

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": SqliteStore,
}


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return STORES[request.param](tmp_path)


def arrived(name: str) -> Record:
    told = a_record(name)
    return Record(told.id, "arrival", told.time, told.source, payload=f'{{"é": "{name}"}}')


def meaning(name: str) -> Record:
    told = a_record(name, [a_node(name)])
    return Record(meaning_id(id_of(name)), "told", told.time, told.source, told.nodes)


def keep(store: Store, *records: Record) -> None:
    with store.writing() as writer:
        for each in records:
            writer.append(each)


def waiting(store: Store) -> list[int]:
    with store.reading() as reader:
        found = [each.index for each in reader.arrivals(10)]
        backlog = reader.backlog()
    assert backlog == Backlog(len(found), found[-1] if found else -1)
    return found


def test_what_arrived_waits_in_order_until_its_meaning_is_told(store: Store) -> None:
    assert arrived("a").id == id_of("a")
    keep(store, arrived("a"), a_record("other"), arrived("b"), arrived("c"))
    assert waiting(store) == [0, 2, 3]
    with store.reading() as reader:
        assert reader.arrivals(1)[0].record == arrived("a")
    keep(store, meaning("b"))
    assert waiting(store) == [0, 3]
    keep(store, meaning("a"), meaning("c"))
    assert waiting(store) == []


def test_what_was_told_before_it_arrived_does_not_wait(store: Store) -> None:
    keep(store, meaning("a"))
    keep(store, arrived("a"), arrived("b"))
    assert waiting(store) == [2]


def test_a_retelling_does_not_wait_though_it_has_a_payload(store: Store) -> None:
    keep(store, replace(arrived("a"), type=RETELLING), arrived("b"))
    assert waiting(store) == [1]
    store.rebuild()
    assert waiting(store) == [1]


def test_the_list_follows_from_the_ledger(store: Store) -> None:
    keep(store, meaning("b"), arrived("a"), arrived("b"), arrived("c"), meaning("c"))
    assert waiting(store) == [1]
    assert check(store).ok
    store.rebuild()
    assert waiting(store) == [1]
    assert check(store).ok


def test_a_block_that_fails_leaves_the_list_as_it_was(store: Store) -> None:
    keep(store, arrived("a"))

    def fail() -> None:
        with store.writing() as writer:
            writer.append(meaning("a"))
            writer.append(arrived("b"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert waiting(store) == [0]
    keep(store, meaning("a"))
    assert waiting(store) == []
