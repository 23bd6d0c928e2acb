from dataclasses import replace

import pytest

from whence.errors import ConflictError, InvalidRecordError
from whence.model.digest import Digest
from whence.model.edge import EDGE_RULES, Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.validate import validate
from whence.store.memory import MemoryStore

TIME = "2026-11-21T10:00:00.000Z"


def a(kind: NodeKind, name: str = "thing") -> Node:
    return Node(new_id(), kind, name)


def joined(*pairs: tuple[Node, Node, EdgeKind]) -> Record:
    nodes = {node.id: node for origin, target, _ in pairs for node in (origin, target)}
    edges = [Edge(o.id, t.id, kind, Basis.OBSERVED) for o, t, kind in pairs]
    return Record(new_id(), "test", TIME, "tests", tuple(nodes.values()), tuple(edges))


@pytest.mark.parametrize("kind", EdgeKind)
def test_an_edge_joins_what_its_row_allows(kind: EdgeKind) -> None:
    rule = EDGE_RULES[kind]
    for origin in rule.origins:
        for target in rule.targets:
            validate(joined((a(origin), a(target), kind)), MemoryStore())


@pytest.mark.parametrize("kind", EdgeKind)
def test_an_edge_joins_nothing_else(kind: EdgeKind) -> None:
    rule = EDGE_RULES[kind]
    good = next(iter(rule.origins)), next(iter(rule.targets))
    for wrong in set(NodeKind) - rule.origins:
        with pytest.raises(InvalidRecordError, match="cannot join"):
            validate(joined((a(wrong), a(good[1]), kind)), MemoryStore())
    for wrong in set(NodeKind) - rule.targets:
        with pytest.raises(InvalidRecordError, match="cannot join"):
            validate(joined((a(good[0]), a(wrong), kind)), MemoryStore())


def test_nothing_comes_from_itself() -> None:
    run, data = a(NodeKind.RUN), a(NodeKind.DATASET)
    circle = joined((run, data, EdgeKind.USED), (data, run, EdgeKind.GENERATED_BY))
    with pytest.raises(InvalidRecordError, match="come from itself"):
        validate(circle, MemoryStore())


def test_nothing_comes_from_itself_by_way_of_what_is_kept() -> None:
    store = MemoryStore()
    first, second, third = (a(NodeKind.DATASET, name) for name in "abc")
    for record in (
        joined((second, first, EdgeKind.DERIVED_FROM)),
        joined((third, second, EdgeKind.DERIVED_FROM)),
    ):
        validate(record, store)
        store.append(record)
    closing = joined((first, third, EdgeKind.DERIVED_FROM))
    with pytest.raises(InvalidRecordError, match="come from itself"):
        validate(replace(closing, nodes=()), store)


def test_a_node_that_is_kept_cannot_become_another() -> None:
    store = MemoryStore()
    node = Node(new_id(), NodeKind.DATASET, "x", Digest("a" * 64))
    store.append(Record(new_id(), "test", TIME, "tests", (node,)))
    other = replace(node, digest=Digest("b" * 64))
    with pytest.raises(InvalidRecordError, match="cannot become"):
        validate(Record(new_id(), "test", TIME, "tests", (other,)), store)


def test_a_record_names_a_node_once_or_alike() -> None:
    run = a(NodeKind.RUN)
    validate(Record(new_id(), "test", TIME, "tests", (run, run)), MemoryStore())
    other = replace(run, kind=NodeKind.JOB)
    with pytest.raises(InvalidRecordError, match="named as run"):
        validate(Record(new_id(), "test", TIME, "tests", (run, other)), MemoryStore())


def test_an_edge_to_nowhere_is_refused() -> None:
    run = a(NodeKind.RUN)
    edge = Edge(run.id, NodeId("f" * 32), EdgeKind.USED, Basis.OBSERVED)
    with pytest.raises(InvalidRecordError, match="unknown node"):
        validate(Record(new_id(), "test", TIME, "tests", (run,), (edge,)), MemoryStore())


def test_only_content_has_a_digest() -> None:
    run = replace(a(NodeKind.RUN), digest=Digest("a" * 64))
    with pytest.raises(InvalidRecordError, match="no content"):
        validate(Record(new_id(), "test", TIME, "tests", (run,)), MemoryStore())


@pytest.mark.parametrize("time", ["2026-11-21 10:00:00", "2026-11-21T10:00:00Z", "", "now"])
def test_times_have_one_form(time: str) -> None:
    with pytest.raises(InvalidRecordError, match="UTC time"):
        validate(Record(new_id(), "test", time, "tests"), MemoryStore())


def test_gaps_have_known_kinds() -> None:
    run = a(NodeKind.RUN)
    gaps = Facet(run.id, "gaps", Basis.OBSERVED, {"gaps": [{"kind": "mystery"}]})
    with pytest.raises(InvalidRecordError, match="unknown kind of gap"):
        validate(Record(new_id(), "test", TIME, "tests", (run,), (), (gaps,)), MemoryStore())


@pytest.mark.parametrize("kind", [NodeKind.MODEL_VERSION, NodeKind.SYSTEM_VERSION])
def test_a_number_is_taken_once_unless_it_was_taken_elsewhere(kind: NodeKind) -> None:
    store = MemoryStore()
    first, second = a(kind, "delay@3"), a(kind, "delay@3")
    record = Record(new_id(), "test", TIME, "tests", (first,))
    store.append(record)
    validate(record, store)
    other = Record(new_id(), "test", TIME, "tests", (second,))
    with pytest.raises(ConflictError, match="delay@3"):
        validate(other, store)
    validate(other, store, travelled=True)
    store.append(other)
    validate(record, store)
    validate(Record(new_id(), "test", TIME, "tests", (a(kind, "delay@4"),)), store)
    validate(Record(new_id(), "test", TIME, "tests", (a(NodeKind.MODEL, "delay@3"),)), store)
