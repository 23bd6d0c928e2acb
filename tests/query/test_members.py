"""A system is as good as its models: what is asked of one is asked of them."""

import pytest

from whence.model.identity import NodeId
from whence.query.gaps import gaps_json
from whence.query.members import models_in
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.assembly import Assembly, Part, ToolSeen
from whence.recording.registry.registration import Registration
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    model = id_of(store, "models/delay.joblib")
    Recorder(store).record([Registration("delay", model, ADA, "tests").compose])
    inner = [Part("m", "model", id_of(store, "delay@1"), "delay@1")]
    Recorder(store).record([Assembly("inner", inner, ADA, "tests").compose])
    outer = [
        Part("inner", "system", id_of(store, "inner@1"), "inner@1"),
        Part("file", "model", model, "models/delay.joblib"),
        Part("search", "tool", ToolSeen("search"), "search"),
    ]
    Recorder(store).record([Assembly("outer", outer, ADA, "tests").compose])
    return store


def id_of(store: MemoryStore, name: str) -> NodeId:
    return store.nodes(store.named(name)[:1])[0].id


def test_models_are_found_through_versions_and_systems_once(store: MemoryStore) -> None:
    model = store.named("models/delay.joblib")
    for system in ("inner@1", "outer@1"):
        assert models_in(store, store.named(system)[0]) == model


def test_what_is_known_of_a_system_is_what_is_known_of_its_models(store: MemoryStore) -> None:
    told = {
        name: gaps_json(store, store.named(name)[0])["completeness"]["layers"]["evaluation"]
        for name in ("delay@1", "outer@1")
    }
    assert told["outer@1"] == told["delay@1"]
