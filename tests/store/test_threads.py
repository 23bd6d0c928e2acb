"""Many threads of one process at one file: none waits for ever, none sees what is not so."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from whence.model.edge import EdgeKind
from whence.store.check import check
from whence.store.sqlite import SqliteStore
from whence.testing.records import a_node, a_record, an_edge

RECORDS = 60
WRITERS = 4
READERS = 8


def write(store: SqliteStore, name: str) -> None:
    for number in range(RECORDS):
        said = f"{name} {number}"
        edges = [an_edge(said, f"{name} {number - 1}", EdgeKind.DERIVED_FROM)] if number else []
        with store.writing() as writer:
            writer.append(a_record(said, [a_node(said)], edges))


def read(store: SqliteStore, done: threading.Event) -> None:
    seen = 0
    while not done.is_set():
        with store.reading() as reader:
            size = reader.head().size
            nodes, _ = reader.size()
            assert (nodes, len(list(reader.records()))) == (size, size)
            assert size >= seen
            seen = size


@pytest.mark.slow
def test_readers_writers_and_rebuilds_without_rest(tmp_path: Path) -> None:
    store, done = SqliteStore(tmp_path), threading.Event()
    failed: list[BaseException] = []

    def run(work: Callable[..., None], *words: object) -> None:
        try:
            work(store, *words)
        except BaseException as error:  # noqa: BLE001  told to the test
            failed.append(error)

    readers = [threading.Thread(target=run, args=(read, done)) for _ in range(READERS)]
    writers = [threading.Thread(target=run, args=(write, f"w{at}")) for at in range(WRITERS)]
    for each in (*readers, *writers):
        each.start()
    for _ in range(5):
        store.rebuild()
    for each in writers:
        each.join()
    done.set()
    for each in readers:
        each.join()
    assert not failed, failed[:1]
    assert check(store).entries == RECORDS * WRITERS
    assert check(store).ok
    store.close()
