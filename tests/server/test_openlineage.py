import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from importers.openlineage.telling import dataset, event
from serving import served
from whence.store.memory import MemoryStore

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with served(MemoryStore(), tmp_path) as client:
        yield client


def post(client: TestClient, told: Any, path: str = "", **headers: str) -> Any:
    return client.post(
        f"/api/v1/lineage{path}", content=json.dumps(told), headers={**JSON, **headers}
    )


def test_an_event_is_taken_and_the_same_again_is_known(client: TestClient) -> None:
    told = event(1, "START", "a", [dataset("shop.main.raw")])
    first, again = post(client, told), post(client, told)
    assert (first.status_code, first.json()) == (201, {"index": 0, "fresh": True})
    assert (again.status_code, again.json()) == (200, {"index": 0, "fresh": False})


def test_a_packed_event_is_taken(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/lineage",
        content=gzip.compress(json.dumps(event(1, "START", "a")).encode()),
        headers={**JSON, "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"eventType": "DONE"}, "/eventType: "),
        ({"run": {}}, "/run: "),
        ({"run": {"runId": "seven"}}, "/run/runId: 'seven' is not a UUID"),
        ({"eventTime": "yesterday"}, "/eventTime: 'yesterday' is not a time"),
        ({"inputs": {}}, "/inputs: "),
        ({"job": {"namespace": "n"}}, '/job: "name"'),
        ({"run": {"runId": 7}}, "/run/runId: "),
        (
            {"job": {"namespace": "n", "name": "n", "facets": {"sql": {"dialect": "x"}}}},
            "/job/facets/sql: ",
        ),
    ],
)
def test_what_is_wrong_is_said_and_where(
    client: TestClient, change: dict[str, Any], said: str
) -> None:
    answer = post(client, {**event(1, "START", "a"), **change})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("told", [[], 7, {}, None, "event"])
def test_what_is_no_event_is_refused(client: TestClient, told: Any) -> None:
    assert post(client, told).status_code == 400


def test_a_batch_keeps_what_it_can_and_tells_of_the_rest(client: TestClient) -> None:
    good = event(1, "START", "a")
    bad = {**good, "eventType": "DONE"}
    answer = post(client, [good, bad, event(2, "COMPLETE", "a")], "/batch")
    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == "partial_success"
    assert told["summary"] == {
        "received": 3,
        "successful": 2,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    }
    assert told["failed_events"][0]["index"] == 1
    assert post(client, [bad], "/batch").status_code == 400
    assert post(client, good, "/batch").status_code == 400


def test_the_record_answers_for_what_came(client: TestClient) -> None:
    raw, orders = dataset("shop.main.raw"), dataset("shop.main.orders")
    post(client, event(1, "START", "a", [raw], [orders]))
    post(client, event(2, "COMPLETE", "a", [raw], [orders]))
    name = "duckdb:///srv/shop/warehouse.duckdb#main.orders"
    answer = client.get("/api/v1/trace", params={"ref": name})
    assert [each["kind"] for each in answer.json()["nodes"]] == ["dataset", "run", "dataset"]
