"""What every store must do so that several of them can tell the same story, and many can ask.

Part of ``StoreContract``: records that travel, nodes that several records name, whose a node is,
and many readers beside a writer.
"""
# ruff: noqa: D102  a test's name is its sentence

import threading
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from whence.errors import InvalidRecordError
from whence.ledger.entry import SALT_BYTES
from whence.model.edge import EdgeKind
from whence.model.record import Record
from whence.store.interface import Reader, Store
from whence.store.sealing import prepare
from whence.testing.records import a_facet, a_node, a_record, an_edge, awkward_records, id_of
from whence.testing.timeline_contract import TimelineContract

READERS = 4


class SharedStoreContract(TimelineContract):
    """The promises that matter where a store is one of several."""

    # -------------------------------------------------------------- travelling

    def test_a_ledger_has_an_id_of_its_own_for_good(self, store: Store, tmp_path: Path) -> None:
        other = self.make_store(tmp_path / "other")
        with store.reading() as reader, other.reading() as elsewhere:
            first = reader.identity()
            assert first != elsewhere.identity()
        assert len(bytes.fromhex(first)) == 16
        assert first == first.lower()
        other.close()
        _keep(store, *awkward_records())
        store.rebuild()
        store.close()
        with store.reading() as reader:
            assert reader.identity() == first

    def test_a_record_that_travels_with_its_salt_is_the_same_leaf(
        self, store: Store, tmp_path: Path
    ) -> None:
        _keep(store, *awkward_records())
        other = self.make_store(tmp_path / "other")
        with store.reading() as reader, other.writing() as writer:
            rows = list(reader.entries())
            for kept, row in zip(reader.records(), rows, strict=True):
                assert kept.record is not None
                assert row.salt is not None
                writer.append(kept.record, salt=row.salt)
            assert list(writer.entries()) == rows
            assert writer.head() == reader.head()
        other.close()

    def test_salts_are_fresh_and_what_is_none_is_refused(self, store: Store) -> None:
        with store.writing() as writer:
            writer.append(a_record("one"))
            writer.append(a_record("two"))
            with pytest.raises(InvalidRecordError):
                writer.append(a_record("three"), salt=b"short")
        with store.reading() as reader:
            salts = {row.salt for row in reader.entries()}
            assert [len(salt or b"") for salt in salts] == [SALT_BYTES] * 2

    def test_entries_come_by_the_range(self, store: Store) -> None:
        _keep(store, *(a_record(f"r{at}") for at in range(5)))
        with store.reading() as reader:
            every = list(reader.audit_rows())
            assert [row.index for row in every] == [0, 1, 2, 3, 4]
            assert list(reader.entries()) == every
            assert list(reader.entries(3)) == every[3:]
            assert list(reader.entries(1, 3)) == every[1:3]
            assert list(reader.entries(2, 2)) == []
            assert list(reader.entries(4, 99)) == every[4:]

    def test_a_record_has_its_place(self, store: Store) -> None:
        _keep(store, *(a_record(f"r{at}") for at in range(3)))
        with store.reading() as reader:
            assert [reader.place(id_of(f"r{at}")) for at in range(4)] == [0, 1, 2, None]
        with store.writing() as writer:
            writer.append(a_record("r3"))
            assert writer.place(id_of("r3")) == 3

    # ---------------------------------------------------- told in another order

    def test_several_records_are_kept_as_one_after_the_other(self, store: Store) -> None:
        _keep(store, a_record("known"))
        several = [a_record(name) for name in ("one", "known", "two", "one")]
        with store.writing() as writer:
            kept = writer.append_all([prepare(each) for each in several])
        assert [(each.index, each.fresh) for each in kept] == [
            (1, True),
            (0, False),
            (2, True),
            (1, False),
        ]
        with store.reading() as reader:
            assert [reader.place(each.id) for each in several] == [1, 0, 2, 1]
            assert reader.head().size == 3

    def test_facets_stand_in_the_order_of_their_times(self, store: Store) -> None:
        facets = [a_facet("a", "tags", x="1"), a_facet("a", "tags", x="2")]
        _keep(
            store,
            a_record("late", nodes=[a_node("a")], facets=facets, second=9),
            a_record("early", facets=facets[:1], second=3),
            *(a_record(name, facets=facets[1:], second=5) for name in ("m", "n", "o")),
        )
        with store.reading() as reader:
            stated = reader.facets(_handle(reader, "a"))
            assert [each.time[17:19] for each in stated] == ["03", "05", "05", "05", "09", "09"]
            assert stated[0].record == id_of("early")
            same_time = [each.record for each in stated[1:4]]
            assert same_time == sorted(id_of(name) for name in ("m", "n", "o"))
            assert [each.facet for each in stated[4:]] == facets
            assert [each.index for each in stated] == [
                1,
                *(2 + ["m", "n", "o"].index(name) for name in sorted("mno", key=id_of)),
                0,
                0,
            ]

    def test_a_node_is_called_what_the_earliest_record_calls_it(
        self, store: Store, tmp_path: Path
    ) -> None:
        def told(name: str, called: str, second: int) -> Record:
            node = replace(a_node("a", called), location=f"file:///{called}")
            return a_record(name, nodes=[node, replace(node, name="again")], second=second)

        tellings = [told("x", "late", 7), told("y", "early", 2), told("z", "as early", 2)]
        wanted = min(tellings, key=lambda each: (each.time, each.id)).nodes[0]
        for number, order in enumerate(permutations(tellings)):
            each = store if number == 0 else self.make_store(tmp_path / f"store {number}")
            _keep(each, a_record("other", nodes=[a_node("b")]))
            with each.writing() as writer:
                for record in order:
                    writer.append(record)
                    handle = _handle(writer, "a")
                    writer.nodes([handle])
                assert writer.nodes([handle]) == [wanted]
                assert [time[17:19] for time in writer.introduced([handle])] == ["02"]
            each.rebuild()
            with each.reading() as reader:
                assert reader.nodes([_handle(reader, "a")]) == [wanted]
                assert reader.named(wanted.name) == [_handle(reader, "a")]
                both = [_handle(reader, name) for name in "ba"]
                assert [time[17:19] for time in reader.introduced(both)] == ["00", "02"]
                assert reader.introduced([]) == []
                for called in {"late", "early", "as early"} - {wanted.name}:
                    assert reader.named(called) == []
            each.close()

    # ----------------------------------------------------------------- projects

    def test_a_node_belongs_to_the_projects_that_name_it(self, store: Store) -> None:
        _keep(
            store,
            a_record("one", nodes=[a_node("a"), a_node("b")]),
            a_record("two", nodes=[a_node("c")], project="flights"),
            a_record("three", nodes=[a_node("c"), a_node("d")], project="Flüge"),
            a_record(
                "four",
                edges=[an_edge("d", "b", EdgeKind.DERIVED_FROM)],
                facets=[a_facet("a", "tags", x="1")],
                project="elsewhere",
            ),
            a_record(
                "five",
                facets=[
                    a_facet("b", "project", flights=True, other=True, no=False, odd="true"),
                    a_facet("c", "project", flights=True),
                ],
            ),
        )
        store.rebuild()
        with store.reading() as reader:
            handles = {name: _handle(reader, name) for name in "abcd"}
            found = reader.projects(list(handles.values()))
            assert {name: found[handle] for name, handle in handles.items()} == {
                "a": {""},
                "b": {"flights", "other"},
                "c": {"flights", "Flüge"},
                "d": {"Flüge"},
            }
            assert reader.projects([]) == {}
            assert [each.record.project for each in reader.records() if each.record] == [
                "",
                "flights",
                "Flüge",
                "elsewhere",
                "",
            ]

    def test_a_writer_sees_whose_its_nodes_are(self, store: Store) -> None:
        with store.writing() as writer:
            writer.append(a_record("one", nodes=[a_node("a")], project="flights"))
            handle = _handle(writer, "a")
            assert writer.projects([handle]) == {handle: {"flights"}}

    @pytest.mark.parametrize(
        "record",
        [
            a_record("x", nodes=[a_node("n", "a\0b")]),
            a_record("x", nodes=[replace(a_node("n"), location="file:///\0")]),
            a_record("x", nodes=[a_node("n")], project="p\0"),
            a_record("x", nodes=[a_node("n", "a\ud800b")]),
            a_record("x", nodes=[a_node("n")], facets=[a_facet("n", "tags", a="\udfff")]),
            a_record("x", nodes=[a_node("n")], facets=[a_facet("n", "tags", a=2**70)]),
            a_record("x", nodes=[a_node("n")], facets=[a_facet("n", "tags", a=float("inf"))]),
        ],
    )
    def test_what_one_database_would_keep_and_another_not_is_refused(
        self, store: Store, record: Record
    ) -> None:
        with store.writing() as writer:
            with pytest.raises(InvalidRecordError):
                writer.append(record)
            writer.append(a_record("well"))
        with store.reading() as reader:
            assert reader.head().size == 1
            assert reader.size() == (0, 0)

    # ------------------------------------------------------------- many at once

    def test_many_read_while_one_writes(self, store: Store) -> None:
        _keep(store, a_record("first", nodes=[a_node("first")]))
        failed: list[BaseException] = []
        done = threading.Event()

        def read() -> None:
            try:
                seen = 0
                while not done.is_set():
                    with store.reading() as reader:
                        size = reader.head().size
                        assert len(list(reader.records())) == size
                        assert reader.size() == (size, size - 1)
                        assert size >= seen
                        seen = size
            except BaseException as error:  # noqa: BLE001  told to the test
                failed.append(error)

        readers = [threading.Thread(target=read) for _ in range(READERS)]
        for each in readers:
            each.start()
        last = "first"
        for number in range(15):
            name = f"n{number}"
            edge = an_edge(name, last, EdgeKind.DERIVED_FROM)
            _keep(store, a_record(name, nodes=[a_node(name)], edges=[edge]))
            last = name
        done.set()
        for each in readers:
            each.join()
        assert not failed
        with store.reading() as reader:
            assert reader.head().size == 16

    def test_readers_do_not_wait_for_each_other(self, store: Store) -> None:
        if not self.readers_meet:
            pytest.skip("readers of this store take turns")
        _keep(store, a_record("first", nodes=[a_node("first")]))
        meeting = threading.Barrier(READERS, timeout=20)
        sizes = []

        def read() -> None:
            with store.reading() as reader:
                meeting.wait()  # all of them are inside
                sizes.append(reader.head().size)

        readers = [threading.Thread(target=read) for _ in range(READERS)]
        for each in readers:
            each.start()
        for each in readers:
            each.join()
        assert sizes == [1] * READERS

    readers_meet = True
    """Whether several readers may be inside at once."""


def _keep(store: Store, *records: Record) -> None:
    with store.writing() as writer:
        for record in records:
            writer.append(record)


def _handle(reader: Reader, name: str) -> int:
    handle = reader.find(id_of(name))
    assert handle is not None
    return handle
