import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from whence.errors import InvalidRecordError, StoreError
from whence.model.edge import EdgeKind
from whence.model.record import Record
from whence.recording.recorder import Composer
from whence.server.ingest import Ingest
from whence.server.problems import RefusedError, status_of
from whence.store.interface import Reader
from whence.store.memory import MemoryStore
from whence.store.sqlite import SqliteStore
from whence.testing.records import a_facet, a_node, a_record, an_edge


def saying(record: Record) -> Composer:
    def compose(_: Reader, __: str) -> Record:
        return record

    return compose


class Held(MemoryStore):
    """A store whose writer waits for a sign, so that a queue builds up."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.blocks = 0

    @contextmanager
    def writing(self, *, timeout: float = 30.0) -> Iterator[MemoryStore]:
        self.go.wait(20)
        self.blocks += 1
        with super().writing(timeout=timeout) as writer:
            yield writer


def test_what_waits_is_kept_in_one_transaction() -> None:
    store = Held()
    ingest = Ingest(store)
    first = ingest.submit([saying(a_record("first"))])
    others = [ingest.submit([saying(a_record(f"r{at}"))]) for at in range(50)]
    store.go.set()
    assert first.result(20)[0].fresh
    assert sorted(each.result(20)[0].index for each in others) == list(range(1, 51))
    assert store.blocks <= 3
    ingest.close()


def test_a_bad_arrival_fails_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    ingest = Ingest(store)
    good = [an_arrival(f"a{at}") for at in range(6)]
    bad = replace(an_arrival("bad"), project="a\0b")

    async def arrive() -> list[object]:
        told = [*good[:3], bad, *good[3:], good[0]]
        return await asyncio.gather(*map(ingest.arrive, told), return_exceptions=True)

    kept = asyncio.run(arrive())
    assert isinstance(kept.pop(3), InvalidRecordError)
    assert [each.index for each in kept] == [0, 1, 2, 3, 4, 5, 0]  # type: ignore[attr-defined]
    with store.reading() as reader:
        assert reader.backlog().count == 6
        times = {each.record.time for each in reader.records() if each.record is not None}
    assert all(len(time) == 24 for time in times)
    ingest.close()
    store.close()


def an_arrival(name: str) -> Record:
    return replace(a_record(name), type="arrival", payload=name)


def test_a_bad_one_fails_alone_and_whole(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    ingest = Ingest(store)
    bad = a_record("bad", edges=[an_edge("nobody", "nothing", EdgeKind.USED)])
    numbers = a_record("numbers", [a_node("n")], facets=[a_facet("n", "parameters", x=2**70)])
    submissions = [
        ingest.submit([saying(a_record("one", [a_node("one")]))]),
        ingest.submit([saying(a_record("half", [a_node("half")])), saying(bad)]),
        ingest.submit([saying(a_record("whole", [a_node("whole")])), saying(numbers)]),
        ingest.submit([saying(a_record("two", [a_node("two")]))]),
    ]
    errors = [each.exception(20) for each in submissions]
    ingest.close()
    assert [type(each) for each in errors] == [
        type(None),
        InvalidRecordError,
        InvalidRecordError,
        type(None),
    ]
    with store.reading() as reader:
        told = [kept.record.id for kept in reader.records() if kept.record]
    assert told == [a_record("one").id, a_record("two").id]


def test_coroutines_and_threads_are_told_alike() -> None:
    ingest = Ingest(MemoryStore())

    async def both() -> tuple[bool, bool]:
        kept = await ingest.keep([saying(a_record("told"))])
        again = await asyncio.wrap_future(ingest.submit([saying(a_record("told"))]))
        return kept[0].fresh, again[0].fresh

    assert asyncio.run(both()) == (True, False)
    ingest.close()


def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    store = Held()
    ingest = Ingest(store, waiting=3)
    kept, refused = [], []
    for at in range(10):
        try:
            kept.append(ingest.submit([saying(a_record(f"r{at}"))]))
        except RefusedError as error:
            refused.append(error.status)
    assert len(kept) >= 3
    assert set(refused) == {429}
    store.go.set()
    ingest.close()
    assert all(each.result(0)[0].fresh for each in kept)


def test_closing_keeps_what_was_accepted_and_takes_no_more() -> None:
    store = Held()
    ingest = Ingest(store)
    accepted = [ingest.submit([saying(a_record(f"r{at}"))]) for at in range(20)]
    closing = threading.Thread(target=ingest.close)
    closing.start()
    store.go.set()
    closing.join(20)
    assert all(each.result(0)[0].fresh for each in accepted)
    with pytest.raises(RefusedError):
        ingest.submit([saying(a_record("late"))])


def test_when_the_store_fails_everybody_is_told_and_the_next_may_try() -> None:
    class Failing(MemoryStore):
        broken = True

        @contextmanager
        def writing(self, *, timeout: float = 30.0) -> Iterator[MemoryStore]:
            if self.broken:
                raise StoreError("no room left")
            with super().writing(timeout=timeout) as writer:
                yield writer

    store = Failing()
    ingest = Ingest(store)
    assert isinstance(ingest.submit([saying(a_record("a"))]).exception(20), StoreError)
    assert ingest.disk.trouble is not None
    store.broken = False
    assert ingest.submit([saying(a_record("a"))]).result(20)[0].fresh
    ingest.close()
    assert ingest.disk.trouble is None


def test_a_disk_that_is_nearly_full_is_left_alone_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 1_000
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    ingest = Ingest(SqliteStore(tmp_path), folder=tmp_path)
    full = ingest.submit([saying(a_record("a"))]).exception(20)
    assert full is not None
    assert status_of(full) == 507
    free = 10**12
    assert ingest.submit([saying(a_record("a"))]).result(20)[0].fresh
    ingest.close()
