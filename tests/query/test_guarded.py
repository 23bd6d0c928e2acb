from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.gap import WITHHELD
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.query.guarded import WITHHELD_NAME, Guard, GuardedReader
from whence.query.lineage import read_lineage
from whence.store.interface import Direction, Reader
from whence.store.memory import MemoryStore
from whence.testing.picture import ALL, levels_of

KEY = bytes(32)
MINE = frozenset({"mine", ""})


def guard(*protected: str) -> Guard:
    return Guard(lambda projects: bool(projects & MINE), KEY, frozenset(protected))


def secret(kind: str, at: int) -> str:
    """A text that is nowhere else."""
    return f"{kind}-q{at}q"


def secret_moment(at: int, end: str = "0") -> str:
    return f"2026-01-0{at + 1}T00:00:00.98765{end}Z"


@dataclass(frozen=True)
class World:
    """A chain of runs and data, each record of some project."""

    records: Sequence[Record]

    def store(self) -> MemoryStore:
        store = MemoryStore()
        with store.writing() as writer:
            for record in self.records:
                writer.append(record)
        return store


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Data and runs in a row; each step may use any data before it, of whatever project."""
    records: list[Record] = []
    data: list[Node] = []
    for at in range(draw(st.integers(1, 7))):
        project = draw(st.sampled_from(["mine", "theirs", "", "others"]))
        run = Node(derived_id("run", str(at)), NodeKind.RUN, secret("run", at))
        made = Node(
            derived_id("data", str(at)),
            draw(st.sampled_from([NodeKind.DATASET, NodeKind.MODEL])),
            secret("data", at),
            Digest(f"{at:x}".rjust(2, "0") * 32),
            f"file:///{secret('place', at)}",
        )
        job = Node(derived_id("job", secret("job", at)), NodeKind.JOB, secret("job", at))
        role = secret("role", at)
        when = {"why": role, "made": secret_moment(at)}
        edges = [
            Edge(made.id, run.id, EdgeKind.GENERATED_BY, Basis.OBSERVED, role, when),
            Edge(run.id, job.id, EdgeKind.FOLLOWS, Basis.OBSERVED, role),
        ]
        inputs = draw(st.lists(st.sampled_from(data), max_size=3)) if data else []
        began = {"at": secret_moment(at, "1"), "made": ""}
        edges += [
            Edge(run.id, each.id, EdgeKind.USED, Basis.OBSERVED, role, began | {"place": each.id})
            for each in inputs
        ]
        members = [[secret("member", at), 1, f"e{at:x}".rjust(2, "e") * 32]]
        facets = (
            Facet(run.id, "parameters", Basis.OBSERVED, {"x": secret("fact", at)}),
            Facet(made.id, "manifest", Basis.OBSERVED, {"members": members}),
        )
        records.append(
            Record(
                derived_id("record", str(at)),
                "run-ended",
                f"2026-01-0{at + 1}T00:00:00.000Z",
                secret("source", at),
                (run, made, job),
                tuple(edges),
                facets,
                project=project,
            )
        )
        data.append(made)
    return World(records)


def everything_said(reader: Reader, world: World) -> str:
    """Every answer to every question, those about things that one should not know too."""
    told: list[object] = [list(reader.records()), list(reader.audit_rows())]
    told += [list(reader.entries(0, 3)), reader.head(), reader.identity(), reader.size()]
    told += [reader.names_like("q", limit) for limit in (1, 3, ALL)]
    handles = [at for kind in NodeKind for at in reader.latest(kind, ALL)]
    for record in world.records:
        for node in record.nodes:
            handle = reader.find(node.id)
            handles += [] if handle is None else [handle]
            found = [*reader.named(node.name), *reader.starting_with(node.id[:6], 5)]
            if node.digest is not None:
                found += reader.with_digest(node.digest.sha256)
                found += reader.with_content_starting(node.digest.sha256[:6], 5)
            for facet in record.facets:
                for member in facet.data.get("members", ()):
                    found += reader.containing(member[2])
            told.append(reader.nodes(found))
            handles += found
    for handle in dict.fromkeys(handles):
        for direction in Direction:
            reached = reader.reach(handle, direction).handles
            told.append(reader.nodes(reached))
            told.append([(reader.facets(at), reader.projects([at])) for at in reached])
            told.append([reader.links([at], each) for at in reached for each in Direction])
        told.append(read_lineage(reader, handle, Direction.ORIGINS))
        told.append([reader.readings(handle, "", "~"), reader.moments([handle])])
    for at in range(len(world.records)):
        place = f"file:///{secret('place', at)}"
        told += [reader.made_at(place, "~", 9), reader.made_at(place, "", 9, later=True)]
    return repr(told)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["mine", "theirs"]), max_size=80), st.integers(0, 9))
def test_what_may_not_be_seen_was_not_made_for_those_who_ask(
    projects: list[str], limit: int
) -> None:
    store = MemoryStore()
    for at, project in enumerate(projects):
        made = Node(derived_id("made", str(at)), NodeKind.DATASET, "n", None, "here")
        run = Node(derived_id("by", str(at)), NodeKind.RUN, "r")
        when = {"made": f"2026-01-01T00:00:{at % 60:02}.000000Z"}
        edge = Edge(made.id, run.id, EdgeKind.GENERATED_BY, Basis.IMPORTED, "", when)
        time = "2026-01-01T00:00:00.000Z"
        store.append(
            Record(derived_id("r", str(at)), "t", time, "s", (made, run), (edge,), (), project)
        )
    every = [(each, projects[each.handle // 2]) for each in store.made_at("here", "~", 999)]
    mine = [each for each, project in every if project == "mine"]
    reader = GuardedReader(store, guard())
    assert reader.made_at("here", "~", limit) == mine[:limit]
    assert reader.made_at("here", "", limit, later=True) == mine[::-1][:limit]
    for each, _ in every[::7]:
        assert (
            reader.made_at("here", each.moment, limit) == [at for at in mine if at < each][:limit]
        )


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_no_answer_ever_holds_anything_of_what_is_withheld(world: World) -> None:
    with world.store().reading() as whole:
        told = everything_said(GuardedReader(whole, guard()), world)
    # A record is shown whole or not at all, so one of mine shows the ids that it speaks of.
    spoken = {
        edge.target for each in world.records if each.project == "mine" for edge in each.edges
    }
    for at, record in enumerate(world.records):
        kinds = ("run", "data", "place", "job", "member", "fact", "source")
        if record.project in MINE:
            assert secret("data", at) in told
        else:
            for kind in kinds:
                assert secret(kind, at) not in told, kind
            for node in record.nodes:
                assert node.id in spoken or node.id not in told
                assert node.digest is None or node.digest.sha256 not in told
            assert record.edges[0].role not in told
            assert secret_moment(at)[:-2] not in told
            assert f"e{at:x}".rjust(2, "e") * 32 not in told


@settings(max_examples=30, deadline=None)
@given(worlds())
def test_lineage_keeps_its_shape_and_what_may_be_seen_is_as_it_is(world: World) -> None:
    with world.store().reading() as whole:
        reader = GuardedReader(whole, guard())
        for kind in NodeKind:
            for handle in whole.latest(kind, ALL):
                (real,), (shown,) = whole.nodes([handle]), reader.nodes([handle])
                assert shown.kind is real.kind
                for direction in Direction:
                    assert levels_of(reader, handle, direction) == levels_of(
                        whole, handle, direction
                    )
                if whole.projects([handle])[handle] & MINE:
                    assert (shown, reader.facets(handle)) == (real, whole.facets(handle))
                    assert reader.find(real.id) == handle
                else:
                    (said,) = reader.facets(handle)
                    (gap,) = said.facet.data["gaps"]
                    assert (shown.name, gap["kind"]) == (WITHHELD_NAME, WITHHELD)
                    assert gap["about"] == shown.id != real.id
                    assert reader.find(real.id) is reader.find(shown.id) is None


@settings(max_examples=30, deadline=None)
@given(worlds(), st.integers(1, 4))
def test_what_is_passed_over_leaves_no_hole_in_a_page(world: World, limit: int) -> None:
    with world.store().reading() as whole:
        reader = GuardedReader(whole, guard())
        every = reader.latest(NodeKind.RUN, ALL)
        pages: list[int] = []
        while some := reader.latest(NodeKind.RUN, limit, before=pages[-1] if pages else None):
            pages += some
        assert pages == every
        names = [node.name for node in reader.nodes(every)]
        assert reader.names_like("run-q", limit) == sorted(names)[:limit]


def test_hundreds_that_may_not_be_seen_hide_none_that_may() -> None:
    store = MemoryStore()
    with store.writing() as writer:
        for at in range(600):
            node = Node(NodeId(f"aa{at:030x}"), NodeKind.DATASET, f"data {at:03}")
            writer.append(
                Record(
                    derived_id(str(at)),
                    "x",
                    "2026-01-01T00:00:00.000Z",
                    "s",
                    (node,),
                    project="mine" if at % 299 == 0 else "theirs",
                )
            )
    with store.reading() as whole:
        reader = GuardedReader(whole, guard())
        seen = [f"data {at:03}" for at in (0, 299, 598)]
        assert [node.name for node in reader.nodes(reader.starting_with("aa", 3))] == seen
        assert reader.names_like("data", 3) == seen
        latest = reader.latest(NodeKind.DATASET, 2)
        assert [node.name for node in reader.nodes(latest)] == seen[:0:-1]


def test_a_record_without_a_project_is_withheld_if_it_speaks_of_what_is() -> None:
    node = Node(derived_id("n"), NodeKind.DATASET, "data")
    when = "2026-01-01T00:00:00.000Z"
    store = MemoryStore()
    with store.writing() as writer:
        writer.append(Record(derived_id("1"), "x", when, "s", (node,), project="theirs"))
        note = Facet(node.id, "description", Basis.DECLARED, {"text": "hush"})
        writer.append(Record(derived_id("2"), "x", when, "s", facets=(note,)))
        shared = Node(derived_id("m"), NodeKind.DATASET, "open")
        writer.append(Record(derived_id("3"), "x", when, "s", (shared,)))
    with store.reading() as whole:
        reader = GuardedReader(whole, guard())
        assert [each.record is None for each in reader.records()] == [True, True, False]
        rows = list(reader.entries())
        assert [each.body is None and each.salt is None for each in rows] == [True, True, False]
        assert [each.leaf for each in rows] == [each.leaf for each in whole.entries()]


@settings(max_examples=30, deadline=None)
@given(worlds())
def test_what_is_shown_of_a_protected_project_is_noted_and_nothing_else(world: World) -> None:
    watch = guard("mine", "theirs")
    with world.store().reading() as whole:
        reader = GuardedReader(whole, watch)
        everything_said(reader, world)
    wanted = {
        each
        for record in world.records
        if record.project == "mine"
        for each in (record.id, *(node.id for node in record.nodes))
    }
    home = {node.id: record.project for record in world.records for node in record.nodes}
    speaks = set()
    for record in world.records:
        told = {home[edge.target] for edge in record.edges}
        if not record.project and told <= MINE and "mine" in told:
            speaks.add(record.id)  # it belongs to nobody, and speaks of what is protected
    assert set(watch.shown) == wanted | speaks
