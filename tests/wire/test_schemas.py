import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from whence.model.edge import EDGE_RULES, Basis
from whence.model.node import NodeKind
from whence.query.account import describe
from whence.query.gaps import gaps_json
from whence.query.history import runs
from whence.query.lineage import lineage_json, read_lineage
from whence.query.route import route
from whence.recording.compose import RunComposer
from whence.recording.recorder import Recorder
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline
from whence.wire.codec import encode
from whence.wire.schema import load_schema, schema_names


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return store


def valid(value: object, name: str) -> None:
    Draft202012Validator(load_schema(name)).validate(value)


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_one_and_has_its_own_address(name: str) -> None:
    schema = load_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"https://w3id.org/whence/schema/{name}.json"


def test_records_are_what_their_schema_says() -> None:
    for run in pipeline():
        record = RunComposer(run, MemoryStore()).compose("2026-11-21T10:00:00.000Z")
        valid(encode(record), "record-1")


def test_the_record_schema_knows_the_whole_vocabulary() -> None:
    properties = load_schema("record-1")["properties"]
    node = properties["nodes"]["items"]["properties"]
    edge = properties["edges"]["items"]["properties"]
    assert set(node["kind"]["enum"]) == {kind.value for kind in NodeKind}
    assert set(edge["kind"]["enum"]) == {kind.value for kind in EDGE_RULES}
    assert set(edge["basis"]["enum"]) == {basis.value for basis in Basis}


def test_answers_are_what_their_schemas_say(store: MemoryStore) -> None:
    for handle in range(store.size()[0]):
        told = describe(store, handle)
        valid(told, "run-1" if store.nodes([handle])[0].kind is NodeKind.RUN else "thing-1")
        for direction in Direction:
            valid(lineage_json(read_lineage(store, handle, direction)), "lineage-1")
        valid(gaps_json(store, handle), "gaps-1")
        valid(route(store, handle, 0), "route-1")
    valid({"runs": runs(store, limit=10)}, "history-1")


def test_schemas_lie_in_the_package() -> None:
    found = {each.name for each in files("whence.wire").joinpath("schemas").iterdir()}
    assert {f"{name}.json" for name in schema_names()} <= found
    json.loads(files("whence.wire").joinpath("schemas/run-1.json").read_text())
