import pytest

from whence.errors import AmbiguousError, NotFoundError, UsageError
from whence.model.edge import EdgeKind
from whence.model.identity import NodeId, new_id
from whence.model.line import LINES, MODELS, SYSTEMS, Line
from whence.model.moment import now
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.registry.line import declared, fresh_line, numbered, the_version
from whence.store.memory import MemoryStore


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.called)
def test_a_name_is_the_same_node_wherever_it_is_said(line: Line) -> None:
    assert line.node("delay") == line.node("delay")
    assert line.node("delay").kind is line.kind


def test_a_model_and_a_system_of_one_name_are_two_things() -> None:
    assert MODELS.node("delay").id != SYSTEMS.node("delay").id
    assert SYSTEMS.node("delay").kind is NodeKind.SYSTEM


@pytest.mark.parametrize("name", ["", "a b", "a@b", "a:b", "/a", "\\a", "x" * 300, "a\n"])
def test_a_name_that_no_ref_could_say_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a system"):
        SYSTEMS.node(name)


def test_a_name_that_nobody_said_has_no_versions() -> None:
    assert numbered(MemoryStore(), MODELS, "delay") == {}


def test_versions_of_one_number_are_told_apart_by_their_ids() -> None:
    store = MemoryStore()
    nodes = [Node(NodeId(each * 32), NodeKind.MODEL_VERSION, "delay@1") for each in "ab"]
    model = MODELS.node("delay")
    edges = tuple(declared(node.id, model.id, EdgeKind.VERSION_OF) for node in nodes)
    store.append(Record(new_id(), "registration", now(), "tests", (model, *nodes), edges))
    with pytest.raises(AmbiguousError, match="more than one") as several:
        the_version(store, MODELS, "delay", 1)
    assert "aaaaaaaaaaaa, bbbbbbbbbbbb" in several.value.hint
    assert the_version(store, MODELS, "delay", 1, nodes[1].id) == nodes[1]
    with pytest.raises(NotFoundError):
        the_version(store, MODELS, "delay", 1, NodeId("c" * 32))


def test_one_name_is_of_one_sort() -> None:
    store = MemoryStore()
    store.append(Record(new_id(), "tests", now(), "tests", (MODELS.node("delay"),)))
    assert fresh_line(store, MODELS, "delay") == (MODELS.node("delay"), 1)
    with pytest.raises(UsageError, match="name of a model already"):
        fresh_line(store, SYSTEMS, "delay")
