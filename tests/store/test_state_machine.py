"""Any sequence of records: both stores agree on everything, and nothing comes from itself."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from whence.errors import ConflictError, InvalidRecordError
from whence.ledger.audit import audit
from whence.model.digest import Digest
from whence.model.edge import EDGE_RULES, Basis, Edge
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.node import ARTIFACT_KINDS, Node, NodeKind
from whence.model.record import Record
from whence.recording.recorder import Recorder
from whence.store import adjacency, arraysteps, walks
from whence.store.interface import Appended, Direction, Reader, Store
from whence.store.memory import MemoryStore
from whence.store.sqlite import SqliteStore
from whence.testing.picture import picture_of
from whence.testing.records import layered_records

NAMES = st.text(max_size=8).map(lambda text: text.replace("\0", ""))
DIGESTS = st.sampled_from(["a" * 64, "ab" * 32, "b" * 64]).map(Digest)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e9, 1e9) | NAMES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
IDS = st.integers(0, 2**62).map(lambda number: derived_id("machine", str(number)))
TIMES = st.integers(0, 999).map(lambda milliseconds: f"2026-11-20T09:30:00.{milliseconds:03d}Z")
MOMENTS = st.integers(0, 9).map(lambda second: f"2026-11-20T09:30:0{second}.000000Z")
TOLD = st.dictionaries(st.sampled_from(["made", "at", "since"]), MOMENTS | NAMES, max_size=3)
"""What an edge says of when its origin was made, or read its target."""


SMALL = {
    (adjacency, "WORTH_IT"): 4,
    (adjacency, "DELTA_EDGES"): 12,
    (walks, "SHORT"): 2,
    (walks, "LONG"): 3,
    (walks, "WORTH_IMPORTING"): 3,
    (arraysteps, "NARROW"): 2,
    (arraysteps, "_SPARSE"): 2,
    (arraysteps, "_AT_ONCE"): 2,
}
"""So that short histories go every way there is."""


class Histories(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 99))
    def begin(self, seed: int) -> None:
        self.patches = [mock.patch.object(*place, size) for place, size in SMALL.items()]
        for patch in self.patches:
            patch.start()
        self.folder = Path(tempfile.mkdtemp())
        self.memory = MemoryStore()
        self.sqlite = SqliteStore(self.folder)
        self.nodes: dict[NodeId, Node] = {}
        self.records: list[Record] = []
        self.say(*layered_records(seed, 12))  # else most walks would end where they start

    def both(self) -> tuple[Store, Store]:
        return self.memory, self.sqlite

    def say(self, *records: Record) -> list[Appended]:
        """Hand records to both; they answer alike, or refuse alike."""
        answers: list[list[Appended] | None] = []
        for store in self.both():
            try:
                answers.append(Recorder(store).record([_composer(each) for each in records]))
            except (InvalidRecordError, ConflictError):
                answers.append(None)
        assert answers[0] == answers[1]
        if answers[0] is None:
            return []
        for record, appended in zip(records, answers[0], strict=True):
            if appended.fresh:
                self.records.append(record)
                for node in record.nodes:
                    self.nodes.setdefault(node.id, node)
        return answers[0]

    @rule(data=st.data())
    def say_something(self, data: st.DataObject) -> None:
        self.say(data.draw(records_about(self.nodes)))

    @rule(data=st.data())
    def say_several_things(self, data: st.DataObject) -> None:
        first = data.draw(records_about(self.nodes))
        known = self.nodes | {node.id: node for node in first.nodes}
        self.say(first, data.draw(records_about(known)))

    @precondition(lambda self: self.records)
    @rule(data=st.data())
    def say_it_again(self, data: st.DataObject) -> None:
        (appended,) = self.say(data.draw(st.sampled_from(self.records)))
        assert not appended.fresh

    @precondition(lambda self: self.nodes)
    @rule(data=st.data())
    def fail_midway(self, data: st.DataObject) -> None:
        record = data.draw(records_about(self.nodes))
        for store in self.both():
            with pytest.raises((KeyboardInterrupt, InvalidRecordError, ConflictError)):
                Recorder(store).record([_composer(record), _interrupted])

    @rule(depth=st.none() | st.integers(0, 4), limit=st.none() | st.integers(0, 9))
    def walk(self, depth: int | None, limit: int | None) -> None:
        answers = []
        for store in self.both():
            with store.reading() as reader:
                starts = [_at(reader, node) for node in self.nodes]
                paths = [reader.path(one, other) for one, other in pairwise(starts[::-1])]
                found = [
                    reader.reach(start, direction, limit=limit, depth=depth)
                    for start in starts
                    for direction in Direction
                ]
                ids = [[node.id for node in reader.nodes(list(each.handles))] for each in found]
                answers.append((ids, [each.truncated for each in found], list(map(_steps, paths))))
        assert answers[0] == answers[1]

    @rule()
    def rebuild(self) -> None:
        for store in self.both():
            store.rebuild()

    @rule()
    def reopen(self) -> None:
        self.sqlite.close()
        self.sqlite = SqliteStore(self.folder)

    @rule()
    def lose_the_cache(self) -> None:
        shutil.rmtree(self.folder / "cache", ignore_errors=True)

    @invariant()
    def ledgers_are_equally_long(self) -> None:
        sizes = []
        for store in self.both():
            with store.reading() as reader:
                sizes.append((reader.head().size, reader.size()))
        assert sizes[0] == sizes[1]

    def teardown(self) -> None:
        try:
            self.compare()
        finally:
            self.sqlite.close()
            shutil.rmtree(self.folder)
            for patch in self.patches:
                patch.stop()

    def compare(self) -> None:
        pictures = []
        for store in (*self.both(), *self.both()):
            with store.reading() as reader:
                pictures.append((picture_of(reader), list(reader.records())))
                assert (
                    audit(reader.audit_rows(), reader.tree_nodes(), reader.head()).finding is None
                )
            store.rebuild()
        assert all(picture == pictures[0] for picture in pictures)
        graph = {
            node: [link.target for link in links] for node, links in pictures[0][0].causes.items()
        }
        assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


def _at(reader: Reader, node: NodeId) -> int:
    handle = reader.find(node)
    assert handle is not None
    return handle


def _steps(path: list[int] | None) -> int | None:
    return None if path is None else len(path)


def _composer(record: Record) -> Callable[[Reader, str], Record]:
    return lambda _reader, _time: record


def _interrupted(_reader: Reader, _time: str) -> Record:
    raise KeyboardInterrupt


@st.composite
def records_about(draw: st.DrawFn, known: dict[NodeId, Node]) -> Record:
    """A record with some new nodes and anything said of them and of the old ones."""
    kinds = draw(
        st.lists(st.sampled_from([*NodeKind, *[NodeKind.RUN, NodeKind.MODEL] * 6]), max_size=4)
    )
    fresh = [draw(new_nodes(kind)) for kind in kinds]
    nodes = [*known.values(), *fresh]
    edges = [edge for _ in range(draw(st.integers(0, 6))) if (edge := draw(edges_among(nodes)))]
    facets = [draw(facets_of(draw(st.sampled_from(nodes)).id))] if nodes else []
    if known and draw(st.sampled_from([False, True])):
        other = draw(st.sampled_from(list(known.values())))
        fresh.append(replace(other, name=draw(NAMES), location=draw(st.none() | NAMES)))
    return Record(
        draw(IDS),
        "any",
        draw(TIMES),
        "machine",
        tuple(fresh),
        tuple(edges),
        tuple(facets),
        draw(st.sampled_from(["", "p", "ŝ"])),
    )


def new_nodes(kind: NodeKind) -> st.SearchStrategy[Node]:
    digests = st.none() | DIGESTS if kind in ARTIFACT_KINDS else st.none()
    places = st.none() | NAMES | st.sampled_from(["here", "there"])
    return st.builds(Node, IDS, st.just(kind), NAMES, digests, places)


@st.composite
def edges_among(draw: st.DrawFn, nodes: list[Node]) -> Edge | None:
    if not nodes:
        return None
    origin, target = (draw(st.sampled_from(nodes)) for _ in range(2))
    kinds = [
        kind
        for kind, rule in EDGE_RULES.items()
        if origin.kind in rule.origins and target.kind in rule.targets
    ]
    if not kinds:
        return None
    return Edge(
        origin.id,
        target.id,
        draw(st.sampled_from(kinds)),
        draw(st.sampled_from(list(Basis))),
        draw(st.sampled_from(["", "input", "ŝ"])),
        draw(st.dictionaries(NAMES, NAMES, max_size=2) | TOLD),
    )


def facets_of(node: NodeId) -> st.SearchStrategy[Facet]:
    members = st.lists(
        st.tuples(NAMES, st.integers(0, 9), st.none() | DIGESTS.map(lambda each: each.sha256)).map(
            list
        ),
        max_size=3,
    )
    said = st.dictionaries(NAMES, JSON, max_size=3).map(lambda data: ("tags", data)) | members.map(
        lambda some: ("manifest", {"members": some})
    )
    bases = st.sampled_from(list(Basis))
    return st.builds(lambda told, basis: Facet(node, told[0], basis, told[1]), said, bases)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
