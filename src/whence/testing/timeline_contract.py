"""What every store must know of times: what lay where and when, who read it, what came later.

Part of ``StoreContract``.
"""
# ruff: noqa: D102  a test's name is its sentence

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from whence.model.edge import Edge, EdgeKind
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.store.interface import Direction, Made, Reader, Store
from whence.testing.records import a_node, a_record, an_edge, id_of

_EVER = "~"


class TimelineContract(ABC):
    """The promises about moments that edges tell."""

    @abstractmethod
    def make_store(self, folder: Path) -> Store:
        """A new, empty store; the folder is its own."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """The store under test."""
        store = self.make_store(tmp_path / "store")
        yield store
        store.close()

    def test_what_was_made_somewhere_is_found_by_when(self, store: Store) -> None:
        made = {name: second for second, name in enumerate("abcde")}
        _keep(store, *(_making(name, second) for name, second in made.items()))
        _keep(store, _making("elsewhere", 3, "there"), a_record("r", [_thing("untold", "here")]))
        with store.reading() as reader:
            assert _made(reader, reader.made_at("here", _EVER, 9)) == list("edcba")
            assert _made(reader, reader.made_at("here", _EVER, 2)) == list("ed")
            assert _made(reader, reader.made_at("here", _moment(2), 9)) == list("ba")
            assert _made(reader, reader.made_at("here", f"{_moment(2)} ~", 1)) == ["c"]
            assert _made(reader, reader.made_at("here", "", 9)) == []
            assert _made(reader, reader.made_at("here", "", 2, later=True)) == list("ab")
            exact = f"{_moment(2)} {id_of('c')}"
            assert _made(reader, reader.made_at("here", exact, 1)) == ["b"]
            assert _made(reader, reader.made_at("here", exact, 1, later=True)) == ["d"]
            assert _made(reader, reader.made_at("here", exact, 0)) == []
            assert _made(reader, reader.made_at("nowhere", _EVER, 9)) == []
            assert [at.moment for at in reader.made_at("here", exact, 1)] == [
                f"{_moment(1)} {id_of('b')}"
            ]

    def test_what_was_made_at_one_moment_goes_by_id(self, store: Store) -> None:
        _keep(store, *(_making(name, 1) for name in "abcdef"))
        by_id = sorted("abcdef", key=id_of)
        with store.reading() as reader:
            assert _made(reader, reader.made_at("here", _EVER, 9)) == by_id[::-1]
            at = f"{_moment(1)} {id_of(by_id[2])}"
            assert _made(reader, reader.made_at("here", at, 9, later=True)) == by_id[3:]
            assert _made(reader, reader.made_at("here", at, 9)) == by_id[1::-1]

    def test_the_earliest_time_told_of_a_thing_counts(self, store: Store) -> None:
        for order in permutations([(5, "one"), (2, "two"), (7, "three")]):
            name = "-".join(each for _, each in order)
            for second, maker in order:
                _keep(store, _making(name, second, name, maker=f"{name} {maker}"))
            with store.reading() as reader:
                (made,) = reader.made_at(name, _EVER, 9)
                assert made.moment == f"{_moment(2)} {id_of(name)}"
                assert reader.made_at(name, _moment(4), 9, later=True) == []
        store.rebuild()
        with store.reading() as reader:
            (made,) = reader.made_at(name, _EVER, 9)
            assert made.moment.startswith(_moment(2))

    @pytest.mark.parametrize(
        "detail",
        [
            {"made": "soon"},
            {"made": ""},
            {"made": "2026-11-20T09:30:01Z"},
            {"made": "2026-11-20T09:30:01.000000Z", "at": "2026-11-20T09:30:01.000000Z"},
            {"made": "2026-11-20T09:30:01.000000Z "},
            {"made": "2026-11-20T09:30:01.00000٣Z"},
        ],
    )
    def test_what_is_no_time_of_making_makes_nothing(
        self, store: Store, detail: dict[str, str]
    ) -> None:
        record = _making("a", 1)
        _keep(store, replace(record, edges=(replace(record.edges[0], detail=detail),)))
        with store.reading() as reader:
            assert reader.made_at("here", _EVER, 9) == []

    def test_where_it_lies_is_what_the_earliest_record_says(self, store: Store) -> None:
        late = replace(_making("a", 1, "there"), time="2026-11-20T09:31:00.000Z")
        _keep(store, late, a_record("early", [_thing("a", "here")]))
        with store.writing() as writer:
            assert _made(writer, writer.made_at("here", _EVER, 9)) == ["a"]
            assert writer.made_at("there", _EVER, 9) == []

    def test_readings_are_found_by_when(self, store: Store) -> None:
        _keep(store, a_record("place", [_thing("p", "here"), _thing("q", "here")]))
        _keep(store, *(_reading(f"r{second}", "p", second) for second in (3, 1, 2)))
        _keep(store, _reading("r4", "q", 2), _reading("r5", "p", 2))
        used = a_record("u", [a_node("u", kind=NodeKind.RUN)], [an_edge("u", "p", EdgeKind.USED)])
        _keep(store, used)
        with store.reading() as reader:
            at = reader.find(id_of("p"))
            assert at is not None

            def read(since: str, until: str) -> list[str]:
                links = reader.readings(at, since, until)
                assert all(link in reader.links([at], Direction.EFFECTS) for link in links)
                return [node.name for node in reader.nodes([link.origin for link in links])]

            assert read("", _EVER) == ["r1", "r2", "r5", "r3"]
            assert read(_moment(2), _moment(2)) == ["r2", "r5"]
            assert read(_moment(2), _EVER) == ["r2", "r5", "r3"]
            assert read("", _moment(1)) == ["r1"]
            assert read(_moment(4), _EVER) == []

    def test_no_effect_is_earlier_than_its_cause(self, store: Store) -> None:
        chain = [a_node(name, kind=NodeKind.MODEL) for name in "abcd"]
        links = [an_edge(one, other, EdgeKind.DERIVED_FROM) for one, other in ("ba", "cb", "dc")]
        _keep(store, a_record("chain", chain, links))
        assert _moments(store, "abcd") == ["", "", "", ""]
        _keep(store, _more("m", "b", 4))
        assert _moments(store, "abcd") == ["", _moment(4), _moment(4), _moment(4)]
        _keep(store, _more("n", "c", 2), _more("o", "d", 6))
        assert _moments(store, "abcd") == ["", _moment(4), _moment(4), _moment(6)]
        _keep(store, _more("p", "a", 5))
        assert _moments(store, "abcd") == [_moment(5), _moment(5), _moment(5), _moment(6)]
        store.rebuild()
        assert _moments(store, "abcd") == [_moment(5), _moment(5), _moment(5), _moment(6)]

    def test_a_writer_sees_the_times_that_it_wrote(self, store: Store) -> None:
        with store.writing() as writer:
            for second in range(40):
                writer.append(_making(f"v{second}", second))
                (made,) = writer.made_at("here", _EVER, 1)
                assert _made(writer, [made]) == [f"v{second}"]
                assert writer.moments([made.handle]) == [_moment(second)]
            writer.append(_reading("r", "v7", 50))
            assert len(writer.made_at("here", _EVER, 99)) == 40
        with store.writing() as writer:
            assert _made(writer, writer.made_at("here", f"{_moment(8)} ", 2)) == ["v7", "v6"]
            writer.append(_making("w", 7, maker="w's maker"))
            near = writer.made_at("here", f"{_moment(7)} ", 2, later=True)
            assert set(_made(writer, near)) == {"v7", "w"}
            at = writer.find(id_of("v7"))
            assert at is not None
            (link,) = writer.readings(at, _moment(50), _moment(50))
            assert writer.moments([link.origin, at]) == [_moment(50), _moment(7)]


def _keep(store: Store, *records: Record) -> None:
    with store.writing() as writer:
        for record in records:
            writer.append(record)


def _moment(second: int) -> str:
    return f"2026-11-20T09:30:{second:02}.000000Z"


def _thing(name: str, location: str) -> Node:
    return replace(a_node(name), location=location)


def _making(name: str, second: int, location: str = "here", *, maker: str = "") -> Record:
    maker = maker or f"maker of {name}"
    detail = {"made": _moment(second)}
    edge = replace(an_edge(name, maker, EdgeKind.GENERATED_BY), detail=detail)
    nodes = [_thing(name, location), a_node(maker, kind=NodeKind.RUN)]
    return a_record(f"{maker} {second}", nodes, [edge])


def _reading(name: str, target: str, second: int) -> Record:
    edge = replace(an_edge(name, target, EdgeKind.USED), detail={"at": _moment(second)})
    return a_record(f"reading {name}", [a_node(name, kind=NodeKind.RUN)], [edge])


def _more(record: str, name: str, second: int) -> Record:
    """More told of a thing: that it was made, by a run of its own."""
    made = {"made": _moment(second)}
    edge: Edge = replace(an_edge(name, record, EdgeKind.GENERATED_BY), detail=made)
    return a_record(f"{record} made", [a_node(record, kind=NodeKind.RUN)], [edge])


def _made(reader: Reader, made: list[Made]) -> list[str]:
    return [node.name for node in reader.nodes([each.handle for each in made])]


def _moments(store: Store, names: str) -> list[str]:
    with store.reading() as reader:
        handles = [at for name in names if (at := reader.find(id_of(name))) is not None]
        return reader.moments(handles)
