"""What every store must do.

Subclass, say how a store is made, and pytest does the rest::

class TestMyStore(StoreContract):
    def make_store(self, folder):
        return MyStore(folder)
"""
# ruff: noqa: D102  a test's name is its sentence

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any

import pytest

from whence.errors import InvalidRecordError
from whence.ledger.audit import audit
from whence.ledger.merkle import EMPTY_ROOT
from whence.model.edge import Basis, EdgeKind
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.store.interface import Appended, Direction, Head, Reader, Store
from whence.testing.picture import ALL, levels_of, naive_root, picture_of
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
from whence.testing.shared_store_contract import SharedStoreContract


class StoreContract(SharedStoreContract):
    """The promises of ``whence.store.interface``, one test each."""

    # ---------------------------------------------------------------- ledger

    def test_an_empty_store_has_nothing(self, store: Store) -> None:
        with store.reading() as reader:
            assert reader.head() == Head(0, EMPTY_ROOT)
            assert list(reader.records()) == []
            assert list(reader.audit_rows()) == []
            assert list(reader.tree_nodes()) == []
            assert reader.size() == (0, 0)
            assert reader.find(id_of("anything")) is None
            assert reader.latest(NodeKind.RUN, 10) == []

    def test_a_record_comes_back_as_it_was_handed_in(self, store: Store) -> None:
        records = [a_record("one", nodes=[a_node("a")]), *awkward_records()]
        assert _keep(store, *records) == [Appended(at, True) for at in range(len(records))]
        with store.reading() as reader:
            kept = list(reader.records())
            assert [each.record for each in kept] == records
            assert [each.index for each in kept] == list(range(len(records)))
            assert list(reader.records(2)) == kept[2:]
            assert list(reader.records(len(records))) == []

    def test_a_record_said_twice_is_kept_once(self, store: Store) -> None:
        first = a_record("one", nodes=[a_node("a")])
        other = replace(first, nodes=(a_node("b"),))
        assert _keep(store, first, a_record("two"), first) == [
            Appended(0, True),
            Appended(1, True),
            Appended(0, False),
        ]
        assert _keep(store, other) == [Appended(0, False)]
        with store.reading() as reader:
            assert reader.head().size == 2
            assert reader.find(id_of("b")) is None

    def test_a_block_is_kept_whole_or_not_at_all(self, store: Store) -> None:
        _keep(store, a_record("before", nodes=[a_node("a")]))
        with store.reading() as reader:
            before = reader.head(), picture_of(reader)
        with pytest.raises(ZeroDivisionError):
            _keep_and_fail(
                store,
                a_record("one", nodes=[a_node("b")]),
                a_record("two", edges=[an_edge("b", "a", EdgeKind.DERIVED_FROM)]),
            )
        with store.reading() as reader:
            assert (reader.head(), picture_of(reader)) == before
        assert _keep(store, a_record("one", nodes=[a_node("c")])) == [Appended(1, True)]
        with store.reading() as reader:
            assert audit(reader.audit_rows(), reader.tree_nodes(), reader.head()).finding is None

    @pytest.mark.parametrize(
        "record",
        [
            pytest.param(
                lambda: a_record("x", edges=[an_edge("a", "gone", EdgeKind.DERIVED_FROM)]),
                id="target",
            ),
            pytest.param(
                lambda: a_record("x", edges=[an_edge("gone", "a", EdgeKind.DERIVED_FROM)]),
                id="origin",
            ),
            pytest.param(
                lambda: a_record("x", facets=[a_facet("gone", "tags", a="b")]), id="facet"
            ),
            pytest.param(
                lambda: a_record("x", facets=[a_facet("a", "tags", a=float("nan"))]), id="no-json"
            ),
            pytest.param(
                lambda: a_record("x", facets=[a_facet("a", "manifest", members=[["p"]])]),
                id="member",
            ),
        ],
    )
    def test_a_record_that_cannot_be_kept_is_refused_alone(self, store: Store, record: Any) -> None:
        with store.writing() as writer:
            writer.append(a_record("one", nodes=[a_node("a")]))
            with pytest.raises(InvalidRecordError):
                writer.append(record())
            assert writer.append(a_record("two")) == Appended(1, True)
        with store.reading() as reader:
            assert [each.record.id for each in reader.records() if each.record] == [
                id_of("one"),
                id_of("two"),
            ]
            assert audit(reader.audit_rows(), reader.tree_nodes(), reader.head()).finding is None

    def test_head_is_the_root_of_all_entries(self, store: Store) -> None:
        for size in range(1, 21):
            _keep(store, a_record(f"r{size}"))
            with store.reading() as reader:
                leaves = [row.entry for row in reader.audit_rows()]
                assert reader.head() == Head(size, naive_root(leaves))
                report = audit(reader.audit_rows(), reader.tree_nodes(), reader.head())
                assert report.finding is None
                assert report.entries == size

    def test_a_writer_sees_what_it_wrote(self, store: Store) -> None:
        with store.writing() as writer:
            assert writer.find(id_of("a")) is None
            assert writer.with_digest(SHA256) == []
            writer.append(a_record("one", nodes=[a_node("a", sha256=SHA256)]))
            handle = writer.find(id_of("a"))
            assert handle is not None
            assert writer.with_digest(SHA256) == [handle]
            assert writer.nodes([handle]) == [a_node("a", sha256=SHA256)]
            writer.append(
                a_record(
                    "two", nodes=[a_node("b")], edges=[an_edge("b", "a", EdgeKind.DERIVED_FROM)]
                )
            )
            assert len(writer.reach(handle, Direction.EFFECTS).handles) == 2
            assert len(writer.links([handle], Direction.EFFECTS)) == 1

    def test_a_reader_sees_one_moment(self, store: Store) -> None:
        _keep(store, a_record("one", nodes=[a_node("a")]))
        writer = threading.Thread(target=_keep, args=(store, a_record("two", nodes=[a_node("b")])))
        with store.reading() as reader:
            before = reader.head(), picture_of(reader)
            writer.start()
            writer.join(0.05)  # it waits, or it writes where this reader does not see it
            assert (reader.head(), picture_of(reader)) == before
        writer.join()
        with store.reading() as reader:
            assert reader.find(id_of("b")) is not None

    def test_a_rebuild_gives_the_same_graph(self, store: Store) -> None:
        _keep(store, *awkward_records(), *layered_records(3, 30))
        with store.reading() as reader:
            before = reader.head(), list(reader.records()), picture_of(reader)
        store.rebuild()
        with store.reading() as reader:
            assert (reader.head(), list(reader.records()), picture_of(reader)) == before
        assert _keep(store, a_record("after", nodes=[a_node("after")]))[0].fresh

    # ----------------------------------------------------------------- nodes

    def test_nodes_come_in_the_order_asked(self, store: Store) -> None:
        names = [f"n{number}" for number in range(1_300)]
        _keep(store, a_record("many", nodes=[a_node(name) for name in names]))
        with store.reading() as reader:
            handles = [reader.find(id_of(name)) for name in reversed(names)]
            assert all(handle is not None for handle in handles)
            found = reader.nodes([handle for handle in handles if handle is not None])
            assert [node.name for node in found] == names[::-1]
            assert reader.nodes([]) == []

    def test_facets_add_up_oldest_first(self, store: Store) -> None:
        _keep(
            store,
            a_record("one", nodes=[a_node("a"), a_node("b")], facets=[a_facet("a", "tags", x="1")]),
            a_record("two", facets=[a_facet("b", "tags", x="other")], second=1),
            a_record(
                "three",
                facets=[a_facet("a", "description", text="t"), a_facet("a", "tags")],
                second=2,
            ),
        )
        with store.reading() as reader:
            stated = reader.facets(_handle(reader, "a"))
            assert [(each.index, each.facet.name) for each in stated] == [
                (0, "tags"),
                (2, "description"),
                (2, "tags"),
            ]
            assert stated[0].facet == a_facet("a", "tags", x="1")

    def test_names(self, store: Store) -> None:
        names = ["Data/Flights.csv", "data/flights.csv", "100%_done", "it's", "Ärger", "ä\n", "x"]
        _keep(
            store, a_record("one", nodes=[a_node(f"{at}", name) for at, name in enumerate(names)])
        )
        _keep(store, a_record("two", nodes=[a_node("again", "x"), a_node("empty", "")]))
        with store.reading() as reader:
            assert _ids(reader, reader.named("x")) == [id_of("again"), id_of("6")]
            assert _ids(reader, reader.named("x", 1)) == [id_of("again")]
            assert reader.named("X") == []
            assert reader.names_like("FLIGHTS", 9) == ["Data/Flights.csv", "data/flights.csv"]
            assert reader.names_like("%_", 9) == ["100%_done"]
            assert reader.names_like("'", 9) == ["it's"]
            assert reader.names_like("ä", 9) == ["ä\n"]
            assert reader.names_like("", 3) == ["", "100%_done", "Data/Flights.csv"]
            assert reader.names_like("nothing", 9) == []

    def test_prefixes_of_ids(self, store: Store) -> None:
        nodes = [replace(a_node(f"{at}"), id=NodeId(f"{at:02x}" * 16)) for at in (0xAB, 0xAA, 0xFF)]
        _keep(store, a_record("one", nodes=nodes))
        with store.reading() as reader:
            assert _ids(reader, reader.starting_with("a", 9)) == [nodes[1].id, nodes[0].id]
            assert _ids(reader, reader.starting_with("a", 1)) == [nodes[1].id]
            assert _ids(reader, reader.starting_with("fff", 9)) == [nodes[2].id]
            assert _ids(reader, reader.starting_with(nodes[0].id, 9)) == [nodes[0].id]
            for none in ("b", "ax", "A", "ff" * 17, "a\0", "%"):
                assert reader.starting_with(none, 9) == []
            assert len(reader.starting_with("", 9)) == 3

    def test_contents(self, store: Store) -> None:
        other = "f" * 64
        nodes = [a_node("a", sha256=SHA256), a_node("b", sha256=other), a_node("c", sha256=SHA256)]
        _keep(store, a_record("one", nodes=[*nodes, a_node("unknown")]))
        with store.reading() as reader:
            assert _ids(reader, reader.with_digest(SHA256)) == [id_of("c"), id_of("a")]
            assert _ids(reader, reader.with_content_starting("01", 9)) == [id_of("c"), id_of("a")]
            assert _ids(reader, reader.with_content_starting("012", 1)) == [id_of("c")]
            assert _ids(reader, reader.with_content_starting("", 9)) == [
                id_of("c"),
                id_of("b"),
                id_of("a"),
            ]
            for none in ("0" * 64, "no digest", "", SHA256[:-1], SHA256.upper()):
                assert reader.with_digest(none) == []
            for none in ("1", "x", "F", "f" * 65):
                assert reader.with_content_starting(none, 9) == []

    def test_members(self, store: Store) -> None:
        members = [
            ["a", 1, SHA256],
            ["b", 2, "e" * 64],
            ["copy of a", 1, SHA256],
            ["unread", 3, None],
        ]
        _keep(
            store,
            a_record(
                "one", nodes=[a_node("a")], facets=[a_facet("a", "manifest", members=members[:1])]
            ),
            a_record(
                "two", nodes=[a_node("b")], facets=[a_facet("b", "manifest", members=members)]
            ),
            a_record("three", facets=[a_facet("b", "manifest", members=members)]),
            a_record("four", nodes=[a_node("c")], facets=[a_facet("c", "tags", members=members)]),
        )
        with store.reading() as reader:
            assert _ids(reader, reader.containing(SHA256)) == [id_of("b"), id_of("a")]
            assert _ids(reader, reader.containing("e" * 64)) == [id_of("b")]
            assert reader.containing("d" * 64) == []
            assert reader.containing("no digest") == []

    def test_the_latest_come_page_by_page(self, store: Store) -> None:
        for at in range(7):
            kind = NodeKind.RUN if at % 2 else NodeKind.DATASET
            _keep(store, a_record(f"r{at}", nodes=[a_node(f"{at}", kind=kind)]))
        with store.reading() as reader:
            assert _ids(reader, reader.latest(NodeKind.DATASET, 3)) == [
                id_of("6"),
                id_of("4"),
                id_of("2"),
            ]
            page, pages = reader.latest(NodeKind.DATASET, 3), []
            while page:
                pages.append(page)
                page = reader.latest(NodeKind.DATASET, 3, before=page[-1])
            assert [len(each) for each in pages] == [3, 1]
            assert [each for some in pages for each in some] == reader.latest(NodeKind.DATASET, ALL)
            assert reader.latest(NodeKind.MODEL, 3) == []
            assert reader.latest(NodeKind.RUN, 0) == []

    # ----------------------------------------------------------------- edges

    def test_links_from_both_ends(self, store: Store) -> None:
        used = an_edge("run", "data", EdgeKind.USED)
        edges = [
            replace(used, role="input", detail={"b": "2", "a": "é\n"}),
            replace(used, role="input"),
            replace(used, basis=Basis.DECLARED),
            an_edge("run", "job", EdgeKind.FOLLOWS),
        ]
        nodes = [
            a_node("run", kind=NodeKind.RUN),
            a_node("data"),
            a_node("job", kind=NodeKind.JOB),
        ]
        _keep(store, a_record("one", nodes=nodes, edges=edges), a_record("two", edges=edges[:2]))
        with store.reading() as reader:
            run, data, job = (_handle(reader, name) for name in ("run", "data", "job"))
            links = reader.links([run], Direction.ORIGINS)
            assert [(each.role, each.basis, each.detail) for each in links] == [
                ("input", Basis.OBSERVED, (("a", "é\n"), ("b", "2"))),
                ("input", Basis.OBSERVED, ()),
                ("", Basis.DECLARED, ()),
                ("", Basis.OBSERVED, ()),
            ]
            assert reader.links([data], Direction.EFFECTS) == links[:3]
            assert set(reader.links([data, job], Direction.EFFECTS)) == set(links)
            assert reader.links([run], Direction.EFFECTS) == []
            assert reader.links([], Direction.ORIGINS) == []
            assert reader.size() == (3, 4)

    def test_links_of_many_nodes(self, store: Store) -> None:
        names = [f"n{number}" for number in range(1_300)]
        edges = [an_edge(name, "hub", EdgeKind.DERIVED_FROM) for name in names]
        _keep(store, a_record("one", nodes=[a_node("hub"), *(a_node(name) for name in names)]))
        _keep(store, a_record("two", edges=edges))
        with store.reading() as reader:
            handles = [_handle(reader, name) for name in names]
            assert len(reader.links(handles, Direction.ORIGINS)) == 1_300
            assert len(reader.links([_handle(reader, "hub")], Direction.EFFECTS)) == 1_300

    @pytest.mark.parametrize("seed", range(6))
    def test_walks_are_what_single_steps_give(self, store: Store, seed: int) -> None:
        _keep(store, *layered_records(seed, 60))
        with store.reading() as reader:
            handles = [each for kind in NodeKind for each in reader.latest(kind, ALL)]
            for direction in Direction:
                for start in handles:
                    levels = levels_of(reader, start, direction)
                    whole = list(chain.from_iterable(levels))
                    found = reader.reach(start, direction)
                    assert (list(found.handles), found.truncated) == (whole, False)
                    for limit in {0, 1, len(whole) - 1, len(whole), len(whole) + 1}:
                        found = reader.reach(start, direction, limit=limit)
                        assert list(found.handles) == whole[: max(1, limit)]
                        assert found.truncated == (max(1, limit) < len(whole))
                    for depth in range(len(levels) + 1):
                        found = reader.reach(start, direction, depth=depth)
                        assert list(found.handles) == list(chain.from_iterable(levels[: depth + 1]))
                        assert not found.truncated

    @pytest.mark.parametrize("seed", range(3))
    def test_paths_are_shortest_and_real(self, store: Store, seed: int) -> None:
        _keep(store, *layered_records(seed, 40))
        with store.reading() as reader:
            handles = [each for kind in NodeKind for each in reader.latest(kind, ALL)]
            for start in handles:
                levels = levels_of(reader, start, Direction.ORIGINS)
                distance = {each: far for far, level in enumerate(levels) for each in level}
                for goal in handles:
                    found = reader.path(start, goal)
                    if goal not in distance:
                        assert found is None
                        continue
                    assert found is not None
                    assert (found[0], found[-1], len(found)) == (start, goal, distance[goal] + 1)
                    for effect, cause in pairwise(found):
                        assert cause in levels_of(reader, effect, Direction.ORIGINS)[1]


def _keep(store: Store, *records: Record) -> list[Appended]:
    with store.writing() as writer:
        return [writer.append(record) for record in records]


def _keep_and_fail(store: Store, *records: Record) -> None:
    with store.writing() as writer:
        for record in records:
            writer.append(record)
        raise ZeroDivisionError


def _handle(reader: Reader, name: str) -> int:
    handle = reader.find(id_of(name))
    assert handle is not None
    return handle


def _ids(reader: Reader, handles: Sequence[int]) -> list[NodeId]:
    return [node.id for node in reader.nodes(handles)]
