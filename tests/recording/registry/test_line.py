import pytest

from whence.errors import UsageError
from whence.model.node import NodeKind
from whence.recording.registry.line import LINES, MODELS, SYSTEMS, Line
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
    assert MODELS.numbered(MemoryStore(), "delay") == {}
