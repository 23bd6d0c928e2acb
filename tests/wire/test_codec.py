from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import WireError
from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.compose import RunComposer
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline
from whence.wire.canonical import canonical, parse
from whence.wire.codec import VERSION, decode, encode

hexadecimal = st.sampled_from("0123456789abcdef")
ids = st.text(hexadecimal, min_size=32, max_size=32).map(NodeId)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
digests = st.builds(
    Digest,
    st.text(hexadecimal, min_size=64, max_size=64),
    st.dictionaries(texts, texts, max_size=2).map(lambda d: tuple(sorted(d.items()))),
)
nodes = st.builds(
    Node, ids, st.sampled_from(NodeKind), texts, st.none() | digests, st.none() | texts
)
edges = st.builds(
    Edge,
    ids,
    ids,
    st.sampled_from(EdgeKind),
    st.sampled_from(Basis),
    texts,
    st.dictionaries(texts, texts, max_size=2),
)
facets = st.builds(
    Facet,
    ids,
    texts,
    st.sampled_from(Basis),
    st.dictionaries(
        texts, st.integers(-(2**53) + 1, 2**53 - 1) | texts | st.booleans(), max_size=3
    ),
    st.integers(1, 9),
)
records = st.builds(
    Record,
    ids,
    texts,
    texts,
    texts,
    st.lists(nodes, max_size=3).map(tuple),
    st.lists(edges, max_size=3).map(tuple),
    st.lists(facets, max_size=3).map(tuple),
)


@given(records)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    assert decode(parse(canonical(encode(record)))) == record


@pytest.fixture
def value() -> dict[str, Any]:
    run = pipeline()[1]
    return encode(RunComposer(run, MemoryStore()).compose("2026-11-21T10:00:00.000Z"))


def test_what_is_empty_is_left_out(value: dict[str, Any]) -> None:
    assert all(item not in ("", None, {}, []) for node in value["nodes"] for item in node.values())
    assert all(item not in ("", {}) for edge in value["edges"] for item in edge.values())


def test_a_newer_version_is_refused_by_name(value: dict[str, Any]) -> None:
    with pytest.raises(WireError, match=f"version {VERSION + 1}") as newer:
        decode({**value, "v": VERSION + 1})
    assert "newer" in newer.value.hint


@pytest.mark.parametrize(
    ("path", "bad", "told"),
    [
        (("id",), "x", "record.id"),
        (("id",), None, "record.id"),
        (("time",), 3, "record.time"),
        (("v",), True, "record.v"),
        (("nodes",), {}, "record.nodes"),
        (("nodes", 0), "run", r"record.nodes\[0\]"),
        (("nodes", 0, "kind"), "spaceship", r"record.nodes\[0\]"),
        (("nodes", 0, "sha256"), "ab", r"record.nodes\[0\]"),
        (("nodes", 0, "colour"), "red", "unknown fields"),
        (("edges", 0, "kind"), "likes", r"record.edges\[0\]"),
        (("edges", 0, "basis"), "guessed", r"record.edges\[0\]"),
        (("edges", 0, "to"), "?", r"record.edges\[0\].to"),
        (("edges", 0, "detail"), {"a": 1}, "detail.a"),
        (("facets", 0, "data"), [], "data"),
        (("facets", 0, "version"), "1", "version"),
        (("extra",), 1, "unknown fields"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    value: dict[str, Any], path: tuple[Any, ...], bad: object, told: str
) -> None:
    target: Any = value
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = bad
    with pytest.raises(WireError, match=told):
        decode(value)


@pytest.mark.parametrize("missing", ["v", "id", "type", "time", "source"])
def test_what_is_missing_is_told(value: dict[str, Any], missing: str) -> None:
    del value[missing]
    with pytest.raises(WireError, match=f"'{missing}' is missing"):
        decode(value)


@given(
    st.recursive(
        st.none() | st.integers() | texts,
        lambda t: st.lists(t) | st.dictionaries(texts, t),
        max_leaves=9,
    )
)
def test_nothing_but_a_wire_error_comes_of_nonsense(nonsense: object) -> None:
    with pytest.raises(WireError):
        decode(nonsense)
