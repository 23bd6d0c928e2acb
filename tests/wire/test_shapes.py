from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest

from whence.errors import WireError
from whence.model.identity import NodeId
from whence.wire.shapes import decode, encode, schema_of


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Leaf:
    colour: Colour
    size: int = 0


@dataclass(frozen=True)
class Tree:
    id: NodeId
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    pairs: tuple[tuple[NodeId, str], ...] = ()
    share: float = 0.5
    known: Mapping[tuple[str, str], NodeId] = field(default_factory=dict)
    free: Mapping[str, Any] = field(default_factory=dict)


ID = NodeId("0" * 32)
FULL = Tree(
    ID,
    Leaf(Colour.RED, 3),
    (Leaf(Colour.RED),),
    ((ID, "x"),),
    1.5,
    {("a", "b"): ID},
    {"n": [1, {"x": None}]},
)


def test_what_is_encoded_is_decoded() -> None:
    told = encode(FULL)
    assert told == {
        "id": ID,
        "leaf": {"colour": "red", "size": 3},
        "leaves": [{"colour": "red"}],
        "pairs": [[ID, "x"]],
        "share": 1.5,
        "known": [["a", "b", ID]],
        "free": {"n": [1, {"x": None}]},
    }
    assert decode(Tree, told, "tree") == FULL


def test_what_holds_its_default_is_left_out() -> None:
    assert encode(Tree(ID)) == {"id": ID}
    assert decode(Tree, {"id": ID}, "tree") == Tree(ID)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ([], "tree: expected object"),
        ({}, "tree: the field 'id' is missing"),
        ({"id": "x"}, "tree.id: not an id"),
        ({"id": ID, "extra": 1}, "tree: unknown fields ['extra']"),
        ({"id": ID, "leaf": {"colour": "blue"}}, "tree.leaf.colour: 'blue' is no Colour"),
        ({"id": ID, "leaf": {"colour": []}}, "tree.leaf.colour: [] is no Colour"),
        ({"id": ID, "leaves": {}}, "tree.leaves: expected array"),
        ({"id": ID, "leaves": [{"colour": "red", "size": True}]}, "tree.leaves[0].size: expected"),
        ({"id": ID, "pairs": [[ID]]}, "tree.pairs[0]: expected 2 items, got 1"),
        ({"id": ID, "known": [["a", 1, ID]]}, "tree.known[0][1]: expected string"),
        ({"id": ID, "free": 1}, "tree.free: expected object"),
        ({"id": ID, "share": "1"}, "tree.share: expected number"),
    ],
)
def test_what_is_no_such_thing_is_refused_by_place(told: Any, where: str) -> None:
    with pytest.raises(WireError) as raised:
        decode(Tree, told, "tree")
    assert raised.value.message.startswith(where)


def test_what_has_no_form_is_said_when_it_is_asked_for() -> None:
    @dataclass(frozen=True)
    class Odd:
        thing: set[int]

    with pytest.raises(TypeError, match="no form in JSON"):
        schema_of(Odd)
