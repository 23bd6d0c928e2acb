"""What a writer sees of its own records over a moment elsewhere is what a store would show."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import WireError
from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.store.remote.calls import CALLS, answer_call, decode_answer, encode_call
from whence.store.remote.overlay import Overlay
from whence.store.remote.reader import RemoteReader
from whence.testing.picture import picture_of
from whence.testing.records import (
    SHA256,
    a_facet,
    a_node,
    a_record,
    an_edge,
    awkward_records,
    id_of,
    layered_records,
)
from whence.wire.canonical import canonical, parse


class Counted:
    """A reader of a store in memory, by way of the calls as they travel."""

    def __init__(self, store: MemoryStore) -> None:
        self.requests = 0
        self._store = store
        self.reader = RemoteReader(self.ask, store.head())

    def ask(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        self.requests += 1
        told = [parse(canonical(encode_call(name, given))) for name, given in calls]
        answers = [parse(canonical(answer_call(self._store, each))) for each in told]
        return [decode_answer(name, each) for (name, _), each in zip(calls, answers, strict=True)]


@pytest.mark.parametrize("kept", [0, 9, 31])
def test_records_over_a_moment_look_as_if_they_were_kept(kept: int) -> None:
    records = [*layered_records(5, 28), *awkward_records()]
    records.append(
        a_record("more", nodes=[a_node("twin", sha256=SHA256)], facets=[a_facet("g1", "tags", a=1)])
    )
    below, whole = MemoryStore(), MemoryStore()
    for at, record in enumerate(records):
        whole.append(record)
        if at < kept:
            below.append(record)
    overlay = Overlay(Counted(below).reader)
    for record in records[kept:]:
        assert overlay.append(record).fresh
    wanted, found = picture_of(whole), picture_of(overlay)
    assert found.nodes == wanted.nodes
    assert found.latest == wanted.latest
    assert found.facets == wanted.facets
    assert found.named == wanted.named
    assert found.with_digest == wanted.with_digest
    assert found.origins == wanted.origins
    assert found.size == wanted.size
    for each, links in wanted.causes.items():
        assert set(found.causes[each]) == set(links)
    assert [each.record for each in overlay.records()] == records
    assert overlay.head().size == len(records)


def test_what_is_known_already_is_told_so() -> None:
    below = MemoryStore()
    below.append(a_record("one", nodes=[a_node("a")]))
    overlay = Overlay(Counted(below).reader)
    assert not overlay.append(a_record("one")).fresh
    two = a_record("two", nodes=[a_node("b")], edges=[an_edge("b", "a", EdgeKind.DERIVED_FROM)])
    assert overlay.append(two).fresh
    assert not overlay.append(replace(two, nodes=())).fresh
    handles = [overlay.find(id_of(name)) for name in "ba"]
    assert handles[0] is not None
    assert handles[1] is not None
    assert overlay.path(handles[0], handles[1]) == handles
    assert overlay.path(handles[1], handles[0]) is None


def test_neighbours_are_asked_for_in_one_request() -> None:
    store = MemoryStore()
    nodes = [a_node(f"n{at}") for at in range(300)]
    facets = [a_facet(f"n{at}", "tags", at=at) for at in range(300)]
    store.append(a_record("many", nodes=nodes, facets=facets))
    counted = Counted(store)
    reader = counted.reader
    handles = reader.latest(NodeKind.DATASET, 300)
    for handle in handles:
        assert reader.nodes([handle])[0].name == f"n{reader.facets(handle)[0].facet.data['at']}"
        assert reader.links([handle], Direction.ORIGINS) == []
    assert counted.requests < 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.sampled_from("nodes"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*CALLS, "nothing", 3]), st.lists(JSON, max_size=4))
def test_what_is_no_call_or_no_answer_is_refused_in_words(name: Any, arguments: list[Any]) -> None:
    store = MemoryStore()
    with suppress(WireError):
        answer_call(store, [name, *arguments])
    if isinstance(name, str) and name in CALLS and arguments:
        try:
            decode_answer(name, arguments[0])
        except WireError as error:
            assert error.message  # noqa: PT017  either it is an answer, or this says why not
