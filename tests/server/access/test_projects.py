"""Records that find their project on the server, and reads of a protected one, over real HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from doors import DAY
from serving import listening
from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.query.asof import AsOfReader
from whence.query.guarded import WITHHELD_NAME
from whence.query.lineage import read_lineage
from whence.recording.recorder import Recorder
from whence.server.access.gate import Gate
from whence.server.access.permission import Mode, Role
from whence.store.interface import Direction
from whence.store.remote.channel import Channel
from whence.store.remote.store import RemoteStore
from whence.store.sqlite import SqliteStore
from whence.sync.exchange import pull, push
from whence.sync.peers import ServerPeer
from whence.sync.remotes import Remote
from whence.testing.worlds import pipeline

ALL = 100_000


class Served:
    """A server with two teams, and its own view of what it keeps."""

    def __init__(self, folder: Path, store: SqliteStore, gate: Gate, url: str) -> None:
        self.folder = folder
        self.store = store
        self.gate = gate
        self.url = url

    def channel(self, name: str, roles: Mapping[str, Role]) -> Channel:
        made = self.gate.register.create_token(name, by="test", span=DAY, roles=roles)
        return Channel(self.url, made[1])

    def laptop(self, name: str) -> SqliteStore:
        return SqliteStore(self.folder / name)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    store = SqliteStore(tmp_path / "served")
    gate = Gate.open(tmp_path / "served", Mode.TOKENS)
    with listening(store, tmp_path / "served", gate) as url:
        yield Served(tmp_path, store, gate, url)


def projects_of(store: SqliteStore) -> set[frozenset[str]]:
    """The projects of everything that a store has."""
    with store.reading() as reader:
        every = [at for kind in NodeKind for at in reader.latest(kind, ALL)]
        return set(reader.projects(every).values())


def test_what_a_team_pushes_is_its_own_from_the_first_moment(served: Served) -> None:
    laptop = served.laptop("ann")
    Recorder(laptop).record_runs(pipeline())
    ann = served.channel("ann", {"red": Role.CONTRIBUTOR})
    push(laptop, ServerPeer(ann), Remote("team", served.url), lambda _: None)
    assert projects_of(served.store) == {frozenset({"red"})}
    with served.store.reading() as reader:
        records = [each.record for each in reader.records()]
    for record, after in pairwise(records):
        # Kept in one transaction, so nobody ever saw the one without the other.
        if record is not None and record.nodes and not record.project:
            assert after is not None
            assert after.project == "red"
            assert {facet.node for facet in after.facets} <= {node.id for node in record.nodes}
    ann.close()
    bob = served.channel("bob", {"blue": Role.CONTRIBUTOR})
    with RemoteStore(bob).reading() as reader:
        assert [each for kind in NodeKind for each in reader.latest(kind, ALL)] == []
    other = served.laptop("bob")
    pull(other, ServerPeer(bob), Remote("team", served.url), lambda _: None)
    with other.reading() as own:
        assert own.size() == (0, 0)
    bob.close()


def test_a_verb_against_a_server_writes_where_its_token_does(served: Served) -> None:
    ann = served.channel("ann", {"red": Role.CONTRIBUTOR})
    Recorder(RemoteStore(ann)).record_runs(pipeline())
    ann.close()
    assert projects_of(served.store) == {frozenset({"red"})}


def test_lineage_through_another_team_keeps_its_shape(served: Served) -> None:
    red = served.channel("red", {"red": Role.CONTRIBUTOR})
    both = served.channel("both", {"red": Role.READER, "blue": Role.CONTRIBUTOR})
    Recorder(RemoteStore(red)).record_runs(list(pipeline())[:1])
    Recorder(RemoteStore(both)).record_runs(list(pipeline())[1:])
    blue = served.channel("blue", {"blue": Role.READER})
    with RemoteStore(blue).reading() as reader, served.store.reading() as whole:
        (model,) = reader.named("models/delay.joblib")[:1]
        (real,) = whole.named("models/delay.joblib")[:1]
        told = read_lineage(reader, model, Direction.ORIGINS)
        wanted = read_lineage(whole, real, Direction.ORIGINS)
        assert len(told.nodes) == len(wanted.nodes)
        assert len(told.edges) == len(wanted.edges)
        names = {each.node.name for each in told.nodes}
        assert WITHHELD_NAME in names
        assert any(gap.kind == "withheld" for gap in told.gaps)
        back = read_lineage(
            AsOfReader(reader, "2999-01-01T00:00:00.000Z"), model, Direction.ORIGINS
        )
        assert len(back.nodes) == len(wanted.nodes)
        assert WITHHELD_NAME in {each.node.name for each in back.nodes}
    for each in (red, both, blue):
        each.close()


def test_every_read_of_a_protected_project_is_written_down(served: Served) -> None:
    red = served.channel("red", {"red": Role.CONTRIBUTOR})
    store = RemoteStore(red)
    Recorder(store).record_runs(pipeline())
    served.gate.register.protect("red", on=True)
    before = served.gate.log.head().size
    with store.reading() as reader:
        (handle,) = reader.latest(NodeKind.RUN, 1)
        (run,) = reader.nodes([handle])
        noted = served.gate.log.latest(10)
        assert run.id in noted[0].event.detail["ids"], "before the moment ends"
    assert served.gate.log.head().size > before
    red.ask("GET", f"/api/v1/show?ref={run.id}")
    (last,) = served.gate.log.latest(1)
    assert (last.event.kind, last.event.who) == ("read", "red")
    assert last.event.route == "GET /api/v1/show"
    assert last.event.detail["projects"] == ["red"]
    assert run.id in last.event.detail["ids"]
    assert last.event.address == "127.0.0.1"
    served.gate.register.protect("red", on=False)
    size = served.gate.log.head().size
    red.ask("GET", f"/api/v1/show?ref={run.id}&as_of=2100-01-01")
    assert served.gate.log.head().size == size
    red.close()


def test_a_moment_belongs_to_whoever_opened_it(served: Served) -> None:
    ann = served.channel("same", {"red": Role.CONTRIBUTOR})
    eve = served.channel("same", {"blue": Role.CONTRIBUTOR})
    opened = ann.ask("POST", "/api/v1/moments", {})
    with pytest.raises(Exception, match="404"):
        eve.ask("POST", f"/api/v1/moments/{opened['moment']}/ask", {"calls": [["size"]]})
    ann.ask("DELETE", f"/api/v1/moments/{opened['moment']}")
    ann.close()
    eve.close()


def test_a_run_of_one_team_cannot_be_taken_over_by_another(served: Served) -> None:
    (seen,) = list(pipeline())[:1]
    red = served.channel("red", {"red": Role.CONTRIBUTOR})
    blue = served.channel("blue", {"blue": Role.CONTRIBUTOR})
    Recorder(RemoteStore(red)).record_runs([seen])
    (told,) = Recorder(RemoteStore(blue)).record_runs([replace(seen, job="other")])
    assert not told.fresh
    Recorder(RemoteStore(blue)).record_runs([replace(seen, id=new_id())])
    with served.store.reading() as reader:
        handle = reader.find(seen.id)
        assert handle is not None
        assert reader.projects([handle])[handle] == {"red"}
        assert reader.nodes([handle])[0].name == seen.job
    red.close()
    blue.close()
