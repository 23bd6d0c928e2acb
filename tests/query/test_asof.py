"""What was is what a store would say that had been told no more by then."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from whence.errors import NotFoundError
from whence.model.edge import EdgeKind
from whence.model.identity import NodeId
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.query.account import describe
from whence.query.asof import AsOfReader
from whence.query.lineage import lineage_json, read_lineage
from whence.query.refs import resolve_ref
from whence.recording.compose import RunComposer
from whence.recording.observation import ActorSeen, RunSeen
from whence.recording.recorder import Composer
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.derivation import Derivation, outside_model
from whence.recording.registry.registration import Registration
from whence.recording.registry.retirement import Retirement
from whence.recording.registry.words import Words
from whence.store.interface import Direction, Reader
from whence.store.memory import MemoryStore
from whence.testing.records import a_node, a_record, an_edge, id_of
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")
HUB = outside_model("hf:org/name@" + "a" * 40)


def minute(number: int) -> str:
    return f"2026-03-03T14:{number:02}:00.000Z"


def composers() -> Iterator[Composer]:
    for run in pipeline():
        yield _of(run)
    for _ in range(2):
        yield lambda reader, time: Registration("delay", _model(reader), ADA, "tests").compose(
            reader, time
        )
    yield AliasMove("delay", 1, "production", ADA, "tests").compose
    yield AliasMove("delay", 2, "production", ADA, "tests").compose
    yield lambda reader, time: Words(_model(reader), ADA, "tests", tags={"core": ""}).compose(
        reader, time
    )
    yield lambda reader, time: Registration(
        "other", _model(reader), ADA, "tests", derived=[_derived()]
    ).compose(reader, time)
    yield lambda reader, time: Retirement(
        reader.nodes(reader.named("delay@1"))[0].id, ADA, "tests", "old"
    ).compose(reader, time)
    yield AliasMove("delay", None, "production", ADA, "tests").compose


def _of(run: RunSeen) -> Composer:
    return lambda reader, time: RunComposer(run, reader).compose(time)


def _derived() -> Derivation:
    assert HUB is not None
    return Derivation("fine-tuned", HUB)


def _model(reader: Reader) -> NodeId:
    return reader.nodes(reader.named("models/delay.joblib")[-1:])[0].id


@cache
def records() -> tuple[Record, ...]:
    store, told = MemoryStore(), []
    for number, compose in enumerate(composers()):
        record = compose(store, minute(number))
        store.append(record)
        told.append(record)
    return tuple(told)


@cache
def whole() -> MemoryStore:
    store = MemoryStore()
    for record in records():
        store.append(record)
    return store


def until(number: int) -> MemoryStore:
    store = MemoryStore()
    for record in records()[: number + 1]:
        store.append(record)
    return store


MOMENTS = range(len(records()))


@pytest.mark.parametrize("number", MOMENTS)
def test_every_answer_is_what_it_was(number: int) -> None:
    then, now = until(number), AsOfReader(whole(), minute(number))
    ids = {node.id for record in records() for node in record.nodes}
    for each in ids:
        before, handle = then.find(each), now.find(each)
        assert (before is None) == (handle is None)
        if before is None or handle is None:
            continue
        assert describe(now, handle) == describe(then, before)
        for direction in Direction:
            told, was = (
                lineage_json(read_lineage(reader, at, direction))
                for reader, at in ((now, handle), (then, before))
            )
            assert told == was
    for kind in NodeKind:
        assert _ids(now, now.latest(kind, 100)) == _ids(then, then.latest(kind, 100))
    for text in ("delay", "a", "data"):
        assert now.names_like(text, 3) == then.names_like(text, 3)


@pytest.mark.parametrize("number", MOMENTS)
def test_paths_go_through_what_was_there(number: int) -> None:
    then, now = until(number), AsOfReader(whole(), minute(number))
    for text in ("delay@1", "models/delay.joblib", "reports/metrics.json"):
        for goal in ("data/flights.csv", "hf://org/name@" + "a" * 40):
            ways = [
                None
                if not reader.named(text) or not reader.named(goal)
                else reader.path(reader.named(text)[0], reader.named(goal)[0])
                for reader in (now, then)
            ]
            told = [None if way is None else len(way) for way in ways]
            assert told[0] == told[1]


def test_an_alias_names_what_it_named_then() -> None:
    moved = len(pipeline()) + 2
    for number, version in ((moved, "delay@1"), (moved + 1, "delay@2")):
        reader = AsOfReader(whole(), minute(number))
        found = resolve_ref(reader, "delay@production", lambda _: None)
        assert reader.nodes([found.handle])[0].name == version
    for number in (moved - 1, MOMENTS[-1]):
        with pytest.raises(NotFoundError, match="no version or alias 'production'"):
            resolve_ref(AsOfReader(whole(), minute(number)), "delay@production", lambda _: None)


def test_what_arrived_late_counts_from_when_it_was_said() -> None:
    moved = len(pipeline()) + 2
    late = MemoryStore()
    for number in (*range(moved), moved + 1, moved):
        late.append(records()[number])
    for number, version in ((moved, "delay@1"), (moved + 1, "delay@2")):
        reader = AsOfReader(late, minute(number))
        found = resolve_ref(reader, "delay@production", lambda _: None)
        assert reader.nodes([found.handle])[0].name == version


def test_what_was_made_and_read_later_had_not_been() -> None:
    store = MemoryStore()
    for second in range(4):
        made, run = a_node(f"v{second}"), a_node(f"r{second}", kind=NodeKind.RUN)
        made = replace(made, location="here")
        moment = {"made": f"2026-11-20T09:30:0{9 - second}.000000Z"}
        edges = [replace(an_edge(f"v{second}", f"r{second}", EdgeKind.GENERATED_BY), detail=moment)]
        if second:
            read = {"at": f"2026-11-20T09:30:0{second}.000000Z"}
            edges.append(replace(an_edge(f"r{second}", "v0", EdgeKind.USED), detail=read))
        store.append(a_record(f"{second}", [made, run], edges, second=second))
    for second in range(4):
        reader = AsOfReader(store, f"2026-11-20T09:30:0{second}.000Z")
        found = reader.made_at("here", "~", 9)
        assert _ids(reader, [each.handle for each in found]) == [
            id_of(f"v{each}") for each in range(second + 1)
        ]
        at = reader.find(id_of("v0"))
        assert at is not None
        read_by = [link.origin for link in reader.readings(at, "", "~")]
        assert _ids(reader, read_by) == [id_of(f"r{each}") for each in range(1, second + 1)]


def test_walks_end_where_they_are_told_to() -> None:
    reader = AsOfReader(whole(), minute(60 - 1))
    (start,) = reader.named("delay@1")
    full = whole().reach(start, Direction.ORIGINS)
    assert list(reader.reach(start, Direction.ORIGINS).handles) == list(full.handles)
    assert reader.reach(start, Direction.ORIGINS, limit=3) == whole().reach(
        start, Direction.ORIGINS, limit=3
    )
    assert reader.reach(start, Direction.ORIGINS, depth=1) == whole().reach(
        start, Direction.ORIGINS, depth=1
    )


def _ids(reader: Reader, handles: list[int]) -> list[str]:
    return [node.id for node in reader.nodes(handles)]
