"""The same event told to several stores: they end with the same graph, and each ledger holds."""

import json
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from doors import DAY
from importers.openlineage.telling import dataset, event, facet, tell
from serving import listening
from sync.laptops import Cut, Flaky, Laptop
from whence.errors import ConflictError, InvalidRecordError
from whence.importers.openlineage.arriving import arrival_of, meaning_of, read_payload, refusal_of
from whence.ledger.entry import leaf_hash
from whence.model.identity import NodeId
from whence.model.moment import now
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.query.account import account_for
from whence.server.access.gate import Gate
from whence.server.access.permission import Mode, Role
from whence.store.check import check
from whence.store.interface import Direction, Reader, Store
from whence.store.memory import MemoryStore
from whence.store.remote.channel import Channel
from whence.store.sealing import RETELLING, seal
from whence.store.sqlite import SqliteStore
from whence.sync.exchange import pull, push
from whence.sync.peers import ServerPeer
from whence.sync.receiving import receive, verify_guests
from whence.sync.remotes import Remote
from whence.sync.retelling import TOLD_TWICE, check_retelling, find_again, retelling_of
from whence.sync.travelling import read_line, write_line

ROWS = facet(rowCount=7)
EVENTS = [
    event(1, "COMPLETE", "a", [], [dataset("main.raw")]),
    event(2, "START", "b", [dataset("main.raw")]),
    event(2.5, "RUNNING", "b", [], [dataset("main.x", owner=ROWS)]),
    event(2.5, "OTHER", "b", [], [dataset("main.x", owner=facet(rowCount=8))]),
    event(3, "COMPLETE", "b", [dataset("main.raw")], [dataset("main.x")]),
    event(4, "COMPLETE", "c", [dataset("main.x")], [dataset("main.raw")]),
    event(5, "FAIL", "d", [dataset("main.raw"), dataset("main.x")]),
    {
        "eventTime": "2026-11-20T00:02:00.000Z",
        "producer": "https://example.org/producer/1.0",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
        "dataset": dataset("main.raw", schema=facet(fields=[{"name": "id", "type": "INT"}])),
    },
    {
        "eventTime": "2999-11-20T00:02:00.000Z",  # its clock is wrong, so each takes its own
        "producer": "https://example.org/producer/1.0",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent",
        "job": {"namespace": "shop", "name": "nightly", "facets": {}},
        "inputs": [dataset("main.raw")],
        "outputs": [],
    },
]


def hear(store: Store, told: Any) -> None:
    """Have an event arrive, and read it."""
    arrival = arrival_of(told, now())
    with store.writing() as writer:
        if writer.append(arrival).fresh:
            writer.append(meaning_of(arrival, read_payload(arrival.payload))(writer, now()))


def take_in(store: Store, told: Any) -> None:
    """Take an event from a file."""
    tell(store, [told])


def answers(reader: Reader) -> dict[NodeId, Any]:
    """All that is answered of every node, whoever said it."""
    told = {}
    every = [each for kind in NodeKind for each in reader.latest(kind, 9_999)]
    ids = dict(zip(every, (node.id for node in reader.nodes(every)), strict=True))
    for handle, node in zip(every, reader.nodes(every), strict=True):
        links = reader.links([handle], Direction.ORIGINS)
        told[node.id] = (
            node,
            {(ids[each.target], each.kind, each.basis, each.role, each.detail) for each in links},
            account_for(reader, handle).facets,
            reader.projects([handle])[handle],
        )
    return told


def _meet(laptop: Laptop, what: str, flaky: Flaky) -> None:
    if what in {"push", "pull"}:
        getattr(laptop, what)()
        return
    with suppress(Cut):
        getattr(laptop, what.removeprefix("cut "))(flaky)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["hear", "hear", "take in", "push", "pull", "cut push", "cut pull"]),
        st.integers(0, len(EVENTS) - 1),
        st.booleans(),
    ),
    max_size=16,
)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make one smaller takes a minute
)
@given(STEPS)
def test_whoever_heard_what_all_end_with_the_same(steps: list[tuple[int, str, int, bool]]) -> None:
    server = MemoryStore()
    laptops = [Laptop("ada", server), Laptop("grace", server)]
    for who, what, number, late in steps:
        if what in {"hear", "take in"}:
            store = server if who == 2 else laptops[who].store
            (hear if what == "hear" else take_in)(store, EVENTS[number])
        elif who < 2:
            _meet(laptops[who], what, Flaky(server, number % 4, late=late))
    for each in laptops:
        each.push()
    for each in laptops:
        each.pull()
    there = answers(server)
    assert answers(laptops[0].store) == there
    assert answers(laptops[1].store) == there
    size = server.head().size
    for each in laptops:
        each.push()
        each.pull()
    assert server.head().size == size, "what brings nothing new leaves nothing behind"
    assert [each.fault for each in verify_guests(server)] == [""] * len(list(verify_guests(server)))
    for store in (server, *(each.store for each in laptops)):
        assert check(store).ok
        assert store.backlog().count == 0
        for kept in store.records():
            if kept.record is not None and kept.record.type == RETELLING:
                check_retelling(kept.record)


def _arrived(store: MemoryStore, record: NodeId) -> Any:
    place = store.place(record)
    assert place is not None
    (row,) = store.entries(place, place + 1)
    return read_line(write_line(row))


def _last(store: MemoryStore) -> Record:
    kept = list(store.records())[-1].record
    assert kept is not None
    return kept


def _twice() -> tuple[MemoryStore, MemoryStore]:
    """Two stores that took in the same event, one of them after another one."""
    one, other = MemoryStore(), MemoryStore()
    take_in(one, EVENTS[0])
    for each in (one, other):
        take_in(each, EVENTS[4])
    return one, other


def test_a_retelling_gives_back_the_entry_that_it_retells() -> None:
    one, other = _twice()
    came = _arrived(other, _last(one).id)
    again = find_again(one, came)
    assert again is not None
    (told,) = again.came
    assert (told.nodes, told.edges, told.time) == (*_said(came.record),)
    held = json.loads(told.payload)
    entry = seal(
        replace(told, id=held["id"], type=held["type"], payload=""), bytes.fromhex(held["salt"])
    ).entry
    assert leaf_hash(entry) == came.leaf
    assert receive(one, [came])[0].again
    assert not receive(one, [came])[0].fresh


def _said(record: Record | None) -> tuple[Any, ...]:
    assert record is not None
    return record.nodes, record.edges, record.time


def test_a_retelling_of_something_else_is_none() -> None:
    one, other = _twice()
    again = find_again(one, _arrived(other, _last(one).id))
    assert again is not None
    (told,) = again.came
    check_retelling(told)
    for forged in (
        replace(told, edges=told.edges[1:]),
        replace(told, id=NodeId("0" * 32)),
        replace(told, payload="{}"),
        replace(told, payload="nonsense"),
        retelling_of(replace(_last(one), type="approval"), bytes(16), bytes(32)),
    ):
        with pytest.raises(InvalidRecordError):
            check_retelling(forged)


def _refused(kept: Record, came: Record) -> None:
    one, other = MemoryStore(), MemoryStore()
    for store, record in ((one, kept), (other, came)):
        with store.writing() as writer:
            writer.append(record)
    laptop = Laptop("ada", one)
    laptop.store = other
    with pytest.raises(ConflictError, match=r"is kept as .* and came as"):
        laptop.push()
    with pytest.raises(ConflictError, match=r"is kept as .* and came as"):
        laptop.pull()
    assert (one.head().size, other.head().size) == (1, 1)


def _composed(told: Any) -> Record:
    store = MemoryStore()
    take_in(store, told)
    return _last(store)


def test_another_event_under_the_same_id_is_refused() -> None:
    arrival = arrival_of(EVENTS[1], now())
    other = replace(arrival_of(EVENTS[2], now()), id=arrival.id)
    _refused(arrival, other)
    _refused(arrival, replace(arrival, payload=arrival.payload.replace("raw", "row")))
    _refused(arrival, replace(arrival, payload='{"event": 1}'))
    for number in (1, 7, 8):
        composed = _composed(EVENTS[number])
        _refused(composed, replace(_composed(EVENTS[2]), id=composed.id))
        _refused(replace(arrival_of(EVENTS[2], now()), id=composed.id), composed)
        _refused(composed, replace(composed, type="run-ended"))
    dropped = tuple(each for each in _composed(EVENTS[1]).edges if each.role == "input")
    _refused(_composed(EVENTS[1]), replace(_composed(EVENTS[1]), edges=dropped))


def test_one_that_could_not_be_read_says_that_alone() -> None:
    arrival = arrival_of(EVENTS[1], now())
    meaning = meaning_of(arrival, read_payload(arrival.payload))(MemoryStore(), now())
    refusal = refusal_of(arrival, "it may not", MemoryStore())
    _refused(meaning, replace(refusal, edges=meaning.edges, nodes=meaning.nodes))
    _refused(meaning, replace(refusal, facets=meaning.facets, nodes=meaning.nodes))
    one, other = MemoryStore(), MemoryStore()
    for store, record in ((one, meaning), (other, refusal)):
        with store.writing() as writer:
            writer.append(record)
    laptop = Laptop("ada", one)
    laptop.store = other
    laptop.push()
    laptop.pull()
    assert answers(one) == answers(other)


def test_servers_and_laptops_over_http(tmp_path: Path) -> None:
    """Real stores on disks, a real server: each hears some of the events by itself."""
    folders = [tmp_path / name for name in ("server", "ada", "grace")]
    for each in folders:
        each.mkdir()
    server, *stores = map(SqliteStore, folders)
    remotes = [Remote("team", "http://team"), Remote("team", "http://team")]
    heard = ((0, 2, 4, 7), (1, 3, 4, 6, 7, 8))
    for store, numbers in zip(stores, heard, strict=True):
        for number in numbers:
            (take_in if number % 3 else hear)(store, EVENTS[number])
    with ExitStack() as stack:
        channel = Channel(stack.enter_context(listening(server, folders[0])))
        stack.callback(channel.close)
        for number in (0, 1, 4, 5, 8):
            channel.ask("POST", "/api/v1/lineage", EVENTS[number])
        peer = ServerPeer(channel)
        for way in (push, pull, push, pull):
            for at, store in enumerate(stores):
                done = way(store, peer, remotes[at], lambda _: None)
                remotes[at] = done.remote
        assert done.fresh == 0
        size = remotes[0].size
        for at, store in enumerate(stores):
            push(store, peer, remotes[at], lambda _: None)
        assert peer.head()[1].size == size
        _cannot_forge(channel, stores[0])
    told = []
    for folder in folders:
        store = SqliteStore(folder)
        assert check(store).findings == ()
        before = _answers(store)
        store.rebuild()
        assert _answers(store) == before
        told.append(before)
        store.close()
    assert told[0] == told[1] == told[2]
    with SqliteStore(folders[0]).reading() as reader:
        assert [each.fault for each in verify_guests(reader)] == ["", ""]
        types = [each.record.type for each in reader.records() if each.record]
    assert types.count(RETELLING) > 4


def _answers(store: Store) -> dict[NodeId, Any]:
    with store.reading() as reader:
        return answers(reader)


def _cannot_forge(channel: Channel, store: Store) -> None:
    """Nobody hands in what claims to tell an event again and does not."""
    with store.reading() as reader:
        rows = [each for each in reader.entries() if b'"retelling"' in each.entry]
        kept = read_line(write_line(rows[0])).record
    assert kept is not None
    forged = seal(replace(kept, edges=kept.edges[1:], id=NodeId("1" * 32)))
    line = b'["' + (forged.salt or b"").hex().encode() + b'",' + forged.entry + b","
    line += (forged.body or b"") + b"]"
    with pytest.raises(Exception, match="422"):
        channel.ask("POST", "/api/v1/ledger/entries", line, media="application/x-ndjson")


def test_a_project_that_heard_it_at_the_server_and_on_a_laptop(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    server, laptop = SqliteStore(folder), SqliteStore(tmp_path / "ann")
    gate = Gate.open(folder, Mode.TOKENS)
    with ExitStack() as stack:
        url = stack.enter_context(listening(server, folder, gate))
        channels = {}
        for name, project in (("ann", "red"), ("etl", "red"), ("ben", "blue")):
            roles = {project: Role.CONTRIBUTOR}
            token = gate.register.create_token(name, by="test", span=DAY, roles=roles)[1]
            channels[name] = Channel(url, token)
            stack.callback(channels[name].close)
        for number in (0, 2, 4):
            channels["etl"].ask("POST", "/api/v1/lineage", EVENTS[number])
        for number in (0, 1, 4):
            take_in(laptop, EVENTS[number])
        peer, remote = ServerPeer(channels["ann"]), Remote("team", url)
        for way in (push, pull, push):
            done = way(laptop, peer, remote, lambda _: None)
            remote = done.remote
        assert done.held == ()
        told = _answers(laptop)
        pulled = SqliteStore(tmp_path / "ben")
        pull(pulled, ServerPeer(channels["ben"]), Remote("team", url), lambda _: None)
        with pulled.reading() as reader:
            assert reader.size() == (0, 0), "nothing of it is seen by others"
    there = _answers(server)
    assert {each: told[each][1:] for each in told} == {each: there[each][1:] for each in there}
    things = [each for each in there.values() if each[0].kind is not NodeKind.ACTOR]
    assert {frozenset({"red"})} == {each[3] for each in things}


def test_a_laptops_own_server_heard_it_before_the_teams(tmp_path: Path) -> None:
    """What a laptop's server took from whoever is at the machine goes with the right to write."""
    folder = tmp_path / "team"
    team, laptop = SqliteStore(folder), SqliteStore(tmp_path / "laptop")
    with ExitStack() as stack:
        channel = Channel(stack.enter_context(listening(laptop, tmp_path / "laptop")))
        stack.callback(channel.close)
        for each in EVENTS:
            channel.ask("POST", "/api/v1/lineage", each)
        channel.ask("GET", "/api/v1/ledger")  # whoever asks has it read
    laptop = SqliteStore(tmp_path / "laptop")
    gate = Gate.open(folder, Mode.TOKENS)
    with ExitStack() as stack:
        url = stack.enter_context(listening(team, folder, gate))
        peers = {}
        for name, project in (("ann", "red"), ("eva", "red"), ("ben", "blue")):
            roles = {project: Role.CONTRIBUTOR}
            token = gate.register.create_token(name, by="test", span=DAY, roles=roles)[1]
            channel = Channel(url, token)
            stack.callback(channel.close)
            peers[name] = ServerPeer(channel)
        done = push(laptop, peers["ann"], Remote("team", url), lambda _: None)
        assert (done.held, done.bare) == ((), 0)
        pull(laptop, peers["ann"], done.remote, lambda _: None)
        assert {"eva": 2 * len(EVENTS), "ben": 0} == {
            name: _bodies(peers[name]) for name in ("eva", "ben")
        }
    with team.reading() as reader:
        assert reader.backlog().count == 0
        assert [each.fault for each in verify_guests(reader)] == [""]
    there, told = _answers(team), _answers(laptop)
    assert {each: told[each][1:] for each in told} == {each: there[each][1:] for each in there}


def _bodies(peer: ServerPeer) -> int:
    """Of how many entries that tell of events somebody gets to see what they say."""
    told = [each for each in peer.entries(0, 200) if each.record is not None]
    return sum(each.entry.type in TOLD_TWICE for each in told)
