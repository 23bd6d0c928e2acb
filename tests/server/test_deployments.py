from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from serving import served
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.registration import Registration
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import pipeline
from whence.wire.schema import load_schema

EU = "production-eu"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path / ".whence"
    store = SqliteStore(folder)
    recorder = Recorder(store)
    recorder.record_runs(pipeline())
    with store.reading() as reader:
        (model,) = reader.nodes(reader.named("models/delay.joblib")[:1])
    for _ in range(3):
        who = ActorSeen("ada", "person")
        recorder.record([Registration("delay", model.id, who, "tests").compose])
    with served(store, folder) as each:
        yield each


def post(client: TestClient, path: str, **body: Any) -> Any:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    Draft202012Validator(load_schema("deployed-1")).validate(answer.json())
    return answer.json()["changes"]


def get(client: TestClient, query: str = "") -> Any:
    answer = client.get(f"/api/v1/deployments{query}")
    assert answer.status_code == 200, answer.text
    Draft202012Validator(load_schema("deployments-1")).validate(answer.json())
    return [each["version"]["name"] for each in answer.json()["deployments"]]


def test_what_serves_is_said_and_asked_over_http(client: TestClient) -> None:
    post(client, "deploy", ref="delay@1", to=EU, tags={"team": "a"})
    told = post(client, "deploy", ref="delay@2", to=EU, traffic=20)
    assert [(each["version"], each["after"]) for each in told] == [("delay@2", 20), ("delay@1", 80)]
    told = post(client, "undeploy", ref="delay@1", env=EU, reason="roll-back")
    assert [each["what"] for each in told] == ["ended"]
    assert get(client) == ["delay@2", "delay@1"]
    assert get(client, "?live=true") == ["delay@2"]
    assert get(client, "?env=nowhere") == []
    assert get(client, "?ref=data/flights.csv&live=true") == ["delay@2"]
    assert get(client, "?ref=reports/metrics.json&live=true") == []
    assert get(client, "?as_of=2020-01-01T00:00:00.000Z") == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("deploy", {"ref": "delay@9", "to": EU}, 404),
        ("deploy", {"ref": "delay@1", "to": "a b"}, 400),
        ("deploy", {"ref": "delay@1", "to": EU, "traffic": 101}, 400),
        ("deploy", {"ref": "models/delay.joblib", "to": EU}, 400),
        ("deploy", {"ref": "delay@1", "to": EU, "at": "2999-01-01T00:00:00.000Z"}, 400),
        ("undeploy", {"ref": "delay@1"}, 404),
        ("undeploy", {"ref": "data/flights.csv"}, 400),
    ],
)
def test_what_cannot_be_is_refused(
    client: TestClient, path: str, body: dict[str, Any], status: int
) -> None:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert get(client) == []
