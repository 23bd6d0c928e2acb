"""What arrives at a server is read before anybody asks, by the rights of whoever sent it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from importers.openlineage.telling import WAREHOUSE, dataset, event
from serving import served
from whence.errors import ForbiddenError
from whence.importers.openlineage.arriving import arrival_of
from whence.model.identity import new_id
from whence.model.moment import now
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.query.guarded import Guard, GuardedReader
from whence.recording.places import place_of
from whence.server.access.gate import Gate
from whence.server.access.permission import LOCAL, Mode, Principal, Role
from whence.server.door import admit
from whence.server.interpreting import interpret, interpret_all, standing_of
from whence.store.check import check
from whence.store.interface import Store
from whence.store.memory import MemoryStore
from whence.store.sealing import meaning_id
from whence.store.sqlite import SqliteStore

RAW = place_of(WAREHOUSE, "main.raw").id


def sender(**roles: Role) -> Principal:
    return Principal("sender", "service", MappingProxyType(roles))


def arrived(told: Any, project: str = "", roles: Mapping[str, str] | None = None) -> Record:
    return arrival_of(told, now(), project, roles or standing_of(LOCAL).roles)


def keep(store: Store, *records: Record) -> None:
    with store.writing() as writer:
        for each in records:
            writer.append(each)


def types(store: Store) -> list[str]:
    with store.reading() as reader:
        return [each.record.type for each in reader.records() if each.record]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate.open(tmp_path / "gate", Mode.TOKENS)


def test_whoever_was_answered_finds_it_in_the_next_answer(tmp_path: Path) -> None:
    with served(SqliteStore(tmp_path), tmp_path) as client:
        for at in range(40):
            told = event(at, "COMPLETE", f"r{at}", [dataset("main.raw")], [dataset(f"main.t{at}")])
            answer = client.post(
                "/api/v1/lineage",
                content=json.dumps(told),
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code == 201
            if at % 13 == 0:
                found = client.get("/api/v1/trace", params={"ref": f"{WAREHOUSE}#main.t{at}"})
                assert found.status_code == 200
                assert "Whence-Behind" not in found.headers
        assert "\nwhence_arrivals " in client.get("/metrics").text
    assert check(SqliteStore(tmp_path)).ok


def test_what_was_left_is_read_when_the_server_starts_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    keep(store, arrived(event(1, "START", "a", [dataset("main.raw")])))
    with served(store, tmp_path) as client:
        found = client.get("/api/v1/show", params={"ref": f"{WAREHOUSE}#main.raw"})
        assert found.status_code == 200
    assert types(SqliteStore(tmp_path)) == ["arrival", "openlineage-run"]


def test_nothing_is_read_twice(gate: Gate) -> None:
    store = MemoryStore()
    keep(store, arrived(event(1, "START", "a")), arrived(event(2, "COMPLETE", "a")))
    for _ in range(2):
        interpret_all(store, gate)
    assert types(store) == ["arrival"] * 2 + ["openlineage-run"] * 2


def test_what_breaks_a_rule_is_said_to_and_not_tried_again(gate: Gate) -> None:
    store = MemoryStore()
    nonsense = replace(arrived(event(1, "START", "a")), payload='{"event": {"run": {}}}')
    other = replace(arrived(event(2, "START", "b")), type="something-else")
    keep(store, nonsense, other, arrived(event(3, "START", "c")))
    interpret_all(store, gate)
    assert types(store)[3:] == ["arrival-refused", "arrival-refused", "openlineage-run"]
    with store.writing() as writer:
        assert interpret(writer, gate) == (-1, 0)


def test_it_is_read_with_the_eyes_of_its_sender(gate: Gate) -> None:
    store = MemoryStore()
    theirs = arrived(event(1, "START", "a", [dataset("main.raw")]), "theirs")
    mine = sender(mine=Role.CONTRIBUTOR)
    both = sender(mine=Role.CONTRIBUTOR, theirs=Role.READER)
    blind = event(2, "START", "b", [dataset("main.raw")])
    seeing = event(3, "START", "c", [dataset("main.raw")])
    keep(
        store,
        theirs,
        arrived(blind, "mine", standing_of(mine).roles),
        arrived(seeing, "mine", standing_of(both).roles),
    )
    interpret_all(store, gate)
    assert types(store)[3:] == ["openlineage-run", "arrival-refused", "openlineage-run"]
    with store.reading() as reader:
        handle = reader.find(RAW)
        assert handle is not None
        assert reader.projects([handle]) == {handle: frozenset({"theirs"})}
        assert [each.record.project for each in reader.records() if each.record] == [
            "theirs",
            "mine",
            "mine",
        ] * 2


def test_nobody_claims_roles_that_he_has_not() -> None:
    store = MemoryStore()
    mine = sender(mine=Role.CONTRIBUTOR)
    told = event(1, "START", "a")
    with store.reading() as reader:
        admit(arrived(told, "mine", standing_of(mine).roles), mine, reader)
        for roles in ({"*": "admin"}, {"mine": "admin"}, {"theirs": "reader"}):
            with pytest.raises(ForbiddenError):
                admit(arrived(told, "mine", roles), mine, reader)
        with pytest.raises(ForbiddenError):
            admit(arrived(told, "", standing_of(mine).roles), mine, reader, project="mine")


def test_with_whose_eyes_does_not_matter_once_it_is_read() -> None:
    store = MemoryStore()
    mine = sender(mine=Role.CONTRIBUTOR)
    arrival = arrived(event(1, "START", "a"), roles={"*": "admin"})
    keep(store, Record(meaning_id(arrival.id), "openlineage-run", now(), "test"))
    with store.reading() as reader:
        admit(arrival, mine, reader, project="mine")


def test_what_arrived_for_nobody_is_shown_with_what_it_means() -> None:
    store = MemoryStore()
    guard = Guard(lambda projects: projects == {"mine"}, b"key")
    for name, project in (("a", "mine"), ("b", "theirs"), ("c", "")):
        arrival = arrived(event(1, "START", name))
        keep(store, arrival)
        if project:
            node = Node(new_id(), NodeKind.RUN, name)
            told = Record(meaning_id(arrival.id), "openlineage-run", now(), "test", nodes=(node,))
            keep(store, replace(told, project=project))
    with store.reading() as reader:
        seen = [each.record is not None for each in GuardedReader(reader, guard).records()]
    assert seen == [True, True, False, False, False]


def test_whoever_may_not_write_is_told_at_once() -> None:
    for roles in ({"mine": Role.READER}, {"a": Role.CONTRIBUTOR, "b": Role.CONTRIBUTOR}):
        with pytest.raises(ForbiddenError):
            standing_of(sender(**roles))
    assert standing_of(sender(mine=Role.CONTRIBUTOR, other=Role.READER)).project == "mine"
