"""The register tells the same in every store that received the same records."""

from itertools import permutations
from typing import Any

import pytest

from whence.errors import AmbiguousError
from whence.model.moment import now
from whence.model.record import Record
from whence.query.lines import line_called
from whence.query.models import line_json, lines_json
from whence.query.refs import resolve_ref
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.registration import Registration
from whence.recording.registry.retirement import Retirement
from whence.recording.registry.words import Words
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA, BOB = ActorSeen("ada", "person"), ActorSeen("bob", "person")


def started() -> list[Record]:
    """What two laptops have in common."""
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return [kept.record for kept in store.records() if kept.record is not None]


COMMON = started()


def laptop(actor: ActorSeen, tag: str) -> list[Record]:
    """What one of them records by itself: its own delay@1, which production points to."""
    store = MemoryStore()
    for record in COMMON:
        store.append(record)
    model = store.nodes(store.named("models/delay.joblib")[:1])[0].id
    register = Registration("delay", model, actor, "tests")
    Recorder(store).record([register.compose])
    Recorder(store).record(
        [
            AliasMove("delay", 1, "production", actor, "tests").compose,
            Words(register.version, actor, "tests", tags={tag: ""}).compose,
            Retirement(register.version, actor, "tests", "old").compose,
        ]
    )
    return [kept.record for kept in store.records(len(COMMON)) if kept.record is not None]


def merged(*parts: list[Record]) -> MemoryStore:
    store = MemoryStore()
    for record in (*COMMON, *(each for part in parts for each in part)):
        store.append(record)
    return store


def told(store: MemoryStore) -> Any:
    (handle,) = store.named("delay")
    return line_json(store, handle), lines_json(store)


def test_two_laptops_that_met_tell_the_same_in_either_order() -> None:
    parts = [laptop(ADA, "a"), laptop(BOB, "b")]
    one, other = (merged(*order) for order in permutations(parts))
    assert told(one) == told(other)
    line, _ = told(one)
    assert [version["version"] for version in line["versions"]] == [1, 1]
    assert {row["by"] for row in line["history"]} == {"ada", "bob"}


def test_a_number_given_twice_is_ambiguous_and_the_alias_is_not() -> None:
    store = merged(laptop(ADA, "a"), laptop(BOB, "b"))
    with pytest.raises(AmbiguousError, match="more than one"):
        resolve_ref(store, "delay@1", lambda _: None)
    found = resolve_ref(store, "delay@production", lambda _: None)
    latest = max(told(store)[0]["history"], key=lambda row: (row["what"] == "alias", row["at"]))
    assert store.nodes([found.handle])[0].id == latest["version"]
    model = store.nodes(store.named("models/delay.joblib")[:1])[0].id
    third = Registration("delay", model, ADA, "tests").compose(store, now())
    assert "delay@2" in [node.name for node in third.nodes]


def test_a_name_that_nobody_said_would_be_a_model() -> None:
    assert line_called(MemoryStore(), "delay").called == "model"
