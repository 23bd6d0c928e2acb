import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from importers.openlineage.telling import WAREHOUSE, dataset, event, facet, tell
from whence.errors import UsageError
from whence.exporters.openlineage.facets import SCHEMAS
from whence.exporters.openlineage.mapping import run_events
from whence.exporters.openlineage.naming import DatasetName, dataset_name
from whence.exporters.openlineage.sending import sender_to
from whence.importers.openlineage.files import read_events
from whence.importers.openlineage.validation import check_event, standard_facets
from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.query.account import account_for, describe
from whence.query.lineage import read_lineage
from whence.recording.places import place_at, place_of
from whence.recording.recorder import Recorder
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline
from whence.wire.schema import load_schema

INSTANCE = "whence://flights"


def exported(store: MemoryStore) -> list[dict[str, Any]]:
    with store.reading() as reader:
        handles = reader.latest(NodeKind.RUN, 1_000)
        return [each for handle in handles[::-1] for each in run_events(reader, handle, INSTANCE)]


@pytest.fixture
def flights() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return store


def test_every_event_keeps_to_the_specification(flights: MemoryStore) -> None:
    events = exported(flights)
    assert [each["eventType"] for each in events] == ["START", "COMPLETE"] * 3
    for each in events:
        assert check_event(each) == ()


def test_the_addresses_of_schemas_are_those_of_the_specification() -> None:
    published = {address.partition("#")[0] for address in standard_facets().values()}
    for path in SCHEMAS.values():
        assert f"https://openlineage.io/spec/facets/{path}.json" in published


def test_our_own_facets_are_what_their_schema_says(flights: MemoryStore) -> None:
    schema = load_schema("openlineage-1")
    found = set()
    for each in exported(flights):
        facets = dict(each["run"]["facets"])
        for side in ("inputs", "outputs"):
            for told in each[side]:
                facets |= told["facets"]
        for key in ("whence_run", "whence_artifact"):
            Draft202012Validator({**schema, "$ref": f"#/$defs/{key}"}).validate(facets[key])
            found.add(facets[key]["_schemaURL"])
    assert found == {f"{schema['$id']}#/$defs/{key}" for key in ("whence_run", "whence_artifact")}


def test_telling_twice_tells_the_same(flights: MemoryStore) -> None:
    assert exported(flights) == exported(flights)


def test_what_goes_out_and_comes_in_again_is_the_same_lineage(flights: MemoryStore) -> None:
    other = MemoryStore()
    tell(other, exported(flights))
    for run in pipeline():
        shown = []
        for store in (flights, other):
            with store.reading() as reader:
                handle = reader.find(run.id)
                assert handle is not None
                told = describe(reader, handle)
                lineage = read_lineage(reader, handle, Direction.ORIGINS)
                kinds = {NodeKind.RUN, NodeKind.DATASET, NodeKind.MODEL, NodeKind.CONFIG}
                things = sorted(
                    (each.node.kind.value, each.node.location or each.node.name)
                    for each in lineage.nodes
                    if each.node.kind in kinds
                )
                values = (told["parameters"], told["metrics"])
                shown.append((told["state"], told["started_at"], told["job"], things, values))
        assert shown[0] == shown[1]


def test_what_other_tools_told_goes_out_as_it_came() -> None:
    store = MemoryStore()
    custom = facet(anything={"deep": [1, 2]})
    schema = facet(fields=[{"name": "id", "type": "INTEGER"}])
    raw, made = dataset("w.main.raw"), dataset("w.main.made", schema=schema, shop=custom)
    told = [
        event(1, "START", "a", [raw], [made], run_facets={"airflow": custom}),
        event(2, "COMPLETE", "a", [raw], [made], run_facets={"airflow": custom}),
    ]
    tell(store, told)
    again = exported(store)
    for was, now in zip(told, again, strict=True):
        assert now["run"]["runId"] == was["run"]["runId"]
        assert now["run"]["facets"]["airflow"] == custom
        assert (now["job"]["namespace"], now["job"]["name"]) == ("shop", "a")
        assert [(each["namespace"], each["name"]) for each in now["outputs"]] == [
            (WAREHOUSE, "w.main.made")
        ]
        assert now["outputs"][0]["facets"]["shop"] == custom
        assert now["outputs"][0]["facets"]["schema"] == schema


def test_a_content_that_was_told_is_known_by_its_digest(flights: MemoryStore) -> None:
    other = MemoryStore()
    tell(other, exported(flights))
    made = next(each for run in pipeline() for each in run.generated)
    with other.reading() as reader:
        (handle,) = reader.with_digest(made.sha256 or "")
        assert account_for(reader, handle).node.location == made.location


@pytest.mark.parametrize(
    "location",
    [
        "file:///data/a%20b.csv",
        "s3://bucket/a/b.parquet",
        "postgresql://db:5432/shop#public.orders",
        "duckdb:///srv/w.duckdb#main.orders",
        "snowflake://acme/SHOP#PUBLIC.ORDERS",
        "bigquery://project/shop#orders",
        "kafka://broker:9092/orders",
        "https://example.org/data/a.csv",
    ],
)
def test_a_name_leads_back_to_its_place(location: str) -> None:
    name = dataset_name("called", location, INSTANCE)
    assert place_of(name.namespace, name.name).id == place_at(location).id


def test_what_lies_nowhere_is_named_by_the_project() -> None:
    assert dataset_name("a.csv", None, INSTANCE) == DatasetName(INSTANCE, "a.csv")


def test_a_file_holds_a_line_for_each_event(flights: MemoryStore, tmp_path: Path) -> None:
    events = exported(flights)
    with sender_to(str(tmp_path / "events.jsonl")) as sender:
        for each in events:
            sender.send(each)
    content = (tmp_path / "events.jsonl").read_bytes()
    assert [told for _, told in read_events(content)] == events
    assert [told for _, told in read_events(json.dumps(events).encode())] == events


@pytest.mark.parametrize("target", ["ftp://example.org/x", "kafka://broker:9092", "kafka:///topic"])
def test_a_target_that_is_none_is_refused(target: str) -> None:
    with pytest.raises(UsageError):
        sender_to(target)


def test_each_event_goes_to_kafka_under_the_key_of_its_job(
    flights: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openlineage.client.transport.kafka import KafkaTransport

    class Producer:
        def __init__(self) -> None:
            self.sent: list[tuple[str, str, bytes]] = []

        def produce(self, topic: str, key: str, value: bytes, on_delivery: object) -> None:
            self.sent.append((topic, key, value))

        def flush(self, timeout: float) -> int:
            return 0

    producer = Producer()
    configs = []

    def set_up(self: Any, config: dict[str, str]) -> None:
        configs.append(config)
        self.producer = producer

    monkeypatch.setattr(KafkaTransport, "_setup_producer", set_up)
    target = "kafka://broker:9092/events?acks=all"
    with sender_to(target, settings={"linger.ms": "5"}) as sender:
        for each in exported(flights):
            sender.send(each)
    assert configs == [{"bootstrap.servers": "broker:9092", "acks": "all", "linger.ms": "5"}]
    assert {(topic, key) for topic, key, _ in producer.sent} == {
        ("events", f"run:{INSTANCE}/{job}") for job in ("prepare", "train", "evaluate")
    }
    assert [json.loads(value)["eventType"] for *_, value in producer.sent[:2]] == [
        "START",
        "COMPLETE",
    ]


def test_the_id_of_a_place_is_made_alike_here_and_there() -> None:
    assert derived_id("place", "s3://b/k") == place_at("s3://b/k").id
