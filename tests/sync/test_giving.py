"""What the other side does not take now is held back, and offered again; everything else goes."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from doors import DAY
from governance.desk import ADA, BOB, CLEO, Desk, key_of
from serving import listening
from sync.laptops import Laptop
from whence.cli.render.travelled import sentences, travelled_json
from whence.errors import ForbiddenError, InvalidRecordError
from whence.governance.approval import Deciding, Decision, Vouching
from whence.ledger.audit import AuditRow
from whence.ledger.signing import SigningKey
from whence.model.identity import new_id
from whence.recording.observation import ActorSeen
from whence.recording.registry.alias import AliasMove
from whence.server.access.gate import Gate
from whence.server.access.permission import Mode, Role
from whence.store.check import check
from whence.store.memory import MemoryStore
from whence.store.remote.channel import Channel
from whence.store.sqlite import SqliteStore
from whence.sync.exchange import Travelled, pull, push
from whence.sync.peers import ServerPeer, StorePeer
from whence.sync.receiving import Brought, verify_guests
from whence.sync.remotes import Remote, Remotes
from whence.testing.records import a_facet, a_node, a_record
from whence.testing.worlds import run_seen


def approve(desk: Desk, actor: ActorSeen, vouching: Vouching = Vouching.KEY) -> None:
    desk.recorder.record(
        [
            Deciding(
                desk.id("delay@1"),
                Decision.APPROVE,
                actor,
                "seen",
                key_of(actor),
                "test",
                vouching=vouching,
            ).compose
        ]
    )


class Pusher:
    """A laptop's store on a disk, and what it remembers of the server."""

    def __init__(self, folder: Path, desk: Desk, channel: Channel, url: str) -> None:
        self.store = SqliteStore(folder)
        pull(self.store, StorePeer(desk.store), Remote("desk", ""), lambda _: None)
        self.channel = channel
        self.remotes = Remotes(folder)
        self.remotes.add("team", url)

    def push(self) -> Travelled:
        peer = ServerPeer(self.channel)
        return push(self.store, peer, self.remotes.find("team"), self.remotes.keep)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate.open(tmp_path / "served", Mode.TOKENS)


@pytest.fixture
def server(tmp_path: Path, gate: Gate) -> Iterator[str]:
    with listening(SqliteStore(tmp_path / "served"), tmp_path / "served", gate) as url:
        yield url


@contextmanager
def speaking(url: str, gate: Gate, name: str, **roles: Role) -> Iterator[Channel]:
    channel = Channel(url, gate.register.create_token(name, by="test", span=DAY, roles=roles)[1])
    try:
        yield channel
    finally:
        channel.close()


def types(done: Travelled) -> list[str]:
    return [each.type for each in done.held]


def test_an_approval_goes_when_its_key_is_known(tmp_path: Path, server: str, gate: Gate) -> None:
    desk = Desk()
    desk.register()
    with ExitStack() as stack:
        ann = stack.enter_context(speaking(server, gate, "ann", red=Role.CONTRIBUTOR))
        eve = stack.enter_context(speaking(server, gate, "eve", red=Role.ADMIN))
        pusher = Pusher(tmp_path / "ann", desk, ann, server)
        assert pusher.push().held == ()
        protect(eve, key_of(CLEO))
        approve(desk, BOB)
        desk.recorder.record([AliasMove("delay", 1, "production", ADA, "test").compose])
        approve(desk, ADA, Vouching.SERVER)
        desk.recorder.record_run(run_seen("later", id=new_id()))
        pull(pusher.store, StorePeer(desk.store), Remote("desk", ""), lambda _: None)
        done = pusher.push()
        assert types(done) == ["approval", "alias", "approval"]
        assert "ann may not approve in the project 'red'" in done.held[0].reason
        assert "holds it up" in done.held[1].reason
        assert done.fresh == 1, "the run went"
        size = ServerPeer(ann).head()[1].size
        again = pusher.push()
        assert (again.fresh, types(again)) == (0, types(done))
        assert ServerPeer(ann).head()[1].size == size
        protect(eve, key_of(BOB), reason="bob looks after it")
        done = pusher.push()
        assert (done.fresh, types(done)) == (2, ["approval"])
        assert ann.ask("GET", "/api/v1/show?ref=delay@production")["name"] == "delay@1"
        told = ann.ask("GET", "/api/v1/approvals?ref=delay@1")["approvals"]
        assert [(each["by"], each["vouching"], each["problem"]) for each in told] == [
            ("bob", "key", "")
        ]
    served = SqliteStore(tmp_path / "served")
    assert check(served).ok
    with served.reading() as reader:
        assert [each.fault for each in verify_guests(reader)] == [""]


def protect(eve: Channel, key: SigningKey, **more: str) -> None:
    policy = f"policy: production\nrules:\n  - rule: approvals\n    keys: {key.verifier.encode()}\n"
    told = {"name": "delay", "alias": "production", "policy": policy, **more}
    eve.ask("POST", "/api/v1/protect", told)


def test_who_may_not_write_pushes_nothing(tmp_path: Path, server: str, gate: Gate) -> None:
    desk = Desk()
    desk.register()
    approve(desk, BOB)
    with speaking(server, gate, "ron", red=Role.READER) as ron:
        pusher = Pusher(tmp_path / "ron", desk, ron, server)
        with pytest.raises(ForbiddenError, match="does not allow this"):
            pusher.push()
        assert ServerPeer(ron).head()[1].size == 0


class Choosy(StorePeer):
    """A peer that takes no approvals as long as it is asked not to."""

    is_open = False

    def give(self, rows: Sequence[AuditRow], project: str) -> list[Brought]:
        if not self.is_open and any(b'"type":"approval"' in row.entry for row in rows):
            raise ForbiddenError("no approvals today")
        return super().give(rows, project)


def test_what_speaks_of_what_was_held_back_waits_with_it() -> None:
    server = MemoryStore()
    laptop, peer = Laptop("ada", server), Choosy(server)
    records = [a_record(f"r{at}", nodes=[a_node(f"n{at}")]) for at in range(9)]
    records[3] = replace(records[3], type="approval")
    records[6] = replace(records[6], facets=(a_facet("n3", "tags"),))
    with laptop.store.writing() as writer:
        for each in records:
            writer.append(each)
    done = push(laptop.store, peer, laptop.remote, laptop.keep)
    assert [each.record for each in done.held] == [records[3].id, records[6].id]
    assert (done.fresh, done.known, laptop.remote.held) == (7, 0, (3, 6))
    assert "unknown node" in done.held[1].reason
    told = list(sentences(done, "handed to"))
    assert told[1:3] == [
        "2 records were held back, and will be offered again with the next push:",
        f"  approval {records[3].id[:12]}: no approvals today",
    ]
    assert travelled_json(done)["held"][0]["type"] == "approval"
    peer.is_open = True
    done = push(laptop.store, peer, laptop.remote, laptop.keep)
    assert (done.fresh, done.held, laptop.remote.held) == (2, (), ())
    assert [each.fault for each in verify_guests(server)] == [""]


def test_what_breaks_a_rule_by_itself_stops_the_push() -> None:
    server = MemoryStore()
    laptop, peer = Laptop("ada", server), Choosy(server)
    with laptop.store.writing() as writer:
        gaps = a_facet("n", "gaps", gaps=[{"kind": "nonsense"}])
        writer.append(a_record("r", nodes=[a_node("n")], facets=[gaps]))
    with pytest.raises(InvalidRecordError):
        push(laptop.store, peer, laptop.remote, laptop.keep)
    assert laptop.remote.pushed == 0
