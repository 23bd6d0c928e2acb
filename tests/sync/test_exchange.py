"""Pushing and pulling between stores in memory, in any order and cut off anywhere."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from serving import listening
from sync.laptops import Cut, Flaky, Laptop
from whence.errors import ConflictError, LedgerError
from whence.model.identity import NodeId, derived_id
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.recording.recorder import Recorder
from whence.store.interface import Direction, Head, Reader
from whence.store.memory import MemoryStore
from whence.store.remote.channel import Channel
from whence.store.sqlite import SqliteStore
from whence.sync.exchange import pull, push
from whence.sync.peers import ServerPeer, StorePeer
from whence.sync.receiving import verify_guests
from whence.sync.travelling import Arrived
from whence.testing.records import a_facet, a_node, a_record
from whence.testing.worlds import pipeline, run_seen


def picture(reader: Reader) -> dict[NodeId, Any]:
    """Everything that is answered of every node, whatever the order in which it was told."""
    told = {}
    every = [each for kind in NodeKind for each in reader.latest(kind, 9_999)]
    ids = dict(zip(every, (node.id for node in reader.nodes(every)), strict=True))
    for handle, node in zip(every, reader.nodes(every), strict=True):
        links = reader.links([handle], Direction.ORIGINS)
        told[node.id] = (
            node,
            {(ids[each.target], each.kind, each.basis, each.role, each.detail) for each in links},
            [(each.facet, each.time, each.record) for each in reader.facets(handle)],
            reader.projects([handle])[handle],
        )
    return told


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["run", "register", "push", "pull", "cut push", "cut pull"]),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=14,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make one smaller takes a minute
)
@given(STEPS)
def test_two_laptops_and_a_server_end_with_the_same(
    steps: list[tuple[int, str, int, bool]],
) -> None:
    server = MemoryStore()
    laptops = [Laptop("ada", server), Laptop("grace", server)]
    for who, what, count, late in steps:
        laptop = laptops[who]
        name = what.removeprefix("cut ")
        if name == what:
            getattr(laptop, what)()
            continue
        flaky = Flaky(server, count, late=late)
        try:
            getattr(laptop, name)(flaky)
        except Cut:
            continue
    for laptop in laptops:
        laptop.push()
    for laptop in laptops:
        laptop.pull()
    assert picture(server) == picture(laptops[0].store) == picture(laptops[1].store)
    size = server.head().size
    for laptop in laptops:
        laptop.push()
        laptop.pull()
    assert server.head().size == size, "what brings nothing new leaves nothing behind"
    guests = list(verify_guests(server))
    assert [each.fault for each in guests] == [""] * len(guests)
    named = {each.ledger for each in guests}
    assert named == {each.store.identity() for each in laptops if each.has_told}


def test_a_laptops_root_follows_from_what_the_server_keeps() -> None:
    server = MemoryStore()
    Recorder(server).record_runs(pipeline())
    laptop = Laptop("ada", server)
    roots = []
    for _ in range(3):
        laptop.run()
        laptop.push()
        roots.append(laptop.store.head())
        Recorder(server).record_run(run_seen("other", id=derived_id("x", str(len(roots)))))
    (guest,) = verify_guests(server)
    assert (guest.ledger, guest.fault) == (laptop.store.identity(), "")
    assert Head(guest.size, bytes.fromhex(guest.root)) == roots[-1]


def test_an_entry_that_was_exchanged_at_the_server_is_seen() -> None:
    server = MemoryStore()
    laptop = Laptop("ada", server)
    for _ in range(3):
        laptop.run()
    laptop.push()
    server._sealed[1] = server._sealed[0]
    (guest,) = verify_guests(server)
    assert "do not have the root" in guest.fault


def test_a_record_of_the_same_id_with_another_content_stops_all() -> None:
    server = MemoryStore()
    laptop = Laptop("ada", server)
    record = a_record("one", nodes=[a_node("a")])
    _keep(laptop.store, a_record("before"), record)
    _keep(server, replace(record, nodes=(a_node("b"),)))
    with pytest.raises(ConflictError, match=r"is kept as .* and came as"):
        laptop.push()
    assert server.head().size == 1
    with pytest.raises(ConflictError):
        laptop.pull()
    assert laptop.store.head().size == 2


def test_another_ledger_or_one_that_went_back_is_not_spoken_with() -> None:
    server = MemoryStore()
    _keep(server, *(a_record(f"r{at}") for at in range(5)))
    laptop = Laptop("ada", server)
    laptop.pull()
    other = Laptop("grace", MemoryStore())
    with pytest.raises(LedgerError, match="shows the ledger"):
        laptop.push(other.peer)
    server._cut(3)
    with pytest.raises(LedgerError, match="went back from 5 to 3"):
        laptop.pull()
    _keep(server, a_record("r3"), a_record("another"), a_record("more"))
    with pytest.raises(LedgerError, match="does not show the history"):
        laptop.push()
    assert laptop.store.head().size == 5


def test_entries_that_are_not_those_of_the_root_are_refused() -> None:
    server, forged = MemoryStore(), MemoryStore()
    _keep(server, *(a_record(f"r{at}") for at in range(5)))
    _keep(forged, *(a_record(f"x{at}") for at in range(5)))

    class Lying(StorePeer):
        def entries(self, start: int, stop: int) -> list[Arrived]:
            return StorePeer(forged).entries(start, min(stop, start + 2))

    laptop = Laptop("ada", server)
    with pytest.raises(LedgerError, match="other entries than those"):
        laptop.pull(Lying(server))
    assert laptop.store.head().size == 0


def test_what_names_no_project_is_pushed_in_the_name_of_one() -> None:
    server = MemoryStore()
    laptop = Laptop("ada", server)
    named = replace(a_record("named", nodes=[a_node("b")]), project="flights")
    _keep(laptop.store, a_record("one", nodes=[a_node("a")], facets=[a_facet("a", "tags")]), named)
    push(laptop.store, laptop.peer, laptop.remote, laptop.keep, project="churn")
    handles = [server.find(a_node(name).id) for name in "ab"]
    assert all(each is not None for each in handles)
    told = server.projects([each for each in handles if each is not None])
    assert list(told.values()) == [{"churn"}, {"flights"}]


def test_the_record_itself_is_no_remote() -> None:
    laptop = Laptop("ada", MemoryStore())
    laptop.run()
    for way in (laptop.push, laptop.pull):
        with pytest.raises(LedgerError, match="this very record"):
            way(StorePeer(laptop.store))


def test_two_laptops_may_both_have_made_a_version_of_one_number() -> None:
    server = MemoryStore()
    laptops = [Laptop("ada", server), Laptop("grace", server)]
    for each in laptops:
        each.run()
        each.register()
        each.push()
    assert len(server.named("delay@1")) == 2


def test_a_ledger_of_many_entries_travels_in_batches() -> None:
    server = MemoryStore()
    laptop = Laptop("ada", server)
    _keep(laptop.store, *_records(1_234))
    laptop.push()
    other = Laptop("grace", server)
    other.pull()
    assert picture(other.store) == picture(server)
    assert len(laptop.remote.spans) == 0
    assert laptop.remote.pushed == 1_234


def _records(count: int) -> Iterator[Record]:
    for at in range(count):
        yield a_record(f"many {at}", nodes=[a_node(f"n{at}")])


def _keep(store: MemoryStore, *records: Record) -> None:
    with store.writing() as writer:
        for record in records:
            writer.append(record)


def test_the_same_over_real_http(tmp_path: Path) -> None:
    server = SqliteStore(tmp_path)
    with ExitStack() as stack:
        channel = Channel(stack.enter_context(listening(server, tmp_path)))
        stack.callback(channel.close)
        laptops = [Laptop("ada", MemoryStore()), Laptop("grace", MemoryStore())]
        for round_ in range(2):
            for each in laptops:
                each.run()
                each.register()
                each.push(ServerPeer(channel))
                if round_:
                    each.pull(ServerPeer(channel))
        for each in laptops:
            each.pull(ServerPeer(channel))
        _keep(laptops[0].store, a_record("told", nodes=[a_node("a")]))
        with server.writing() as writer:
            writer.append(replace(a_record("told"), source="another"))
        with pytest.raises(ConflictError, match=r"is kept as .* and came as"):
            laptops[0].push(ServerPeer(channel))
        _keep(laptops[1].store, replace(a_record("told"), source="another"))
        with pytest.raises(ConflictError):
            laptops[1].pull(ServerPeer(channel))
        forged = replace(laptops[1].remote, root="0" * 64)
        with pytest.raises(LedgerError, match="does not show the history"):
            pull(laptops[1].store, ServerPeer(channel), forged, laptops[1].keep)
    with server.reading() as reader:
        guests = list(verify_guests(reader))
        assert {each.fault for each in guests} == {""}
        assert len(guests) == 2
        there = {each: told for each, told in picture(reader).items() if each != a_node("a").id}
    here = {
        each: told for each, told in picture(laptops[1].store).items() if each != a_node("a").id
    }
    assert there == here
