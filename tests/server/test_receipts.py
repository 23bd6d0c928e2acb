import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from serving import served
from whence.errors import NotFoundError
from whence.receipts.reading import Wanted, list_receipts
from whence.receipts.recorder import Recorder as Receipts
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.registration import Registration
from whence.server.access.gate import Gate
from whence.server.access.permission import LOCAL, Mode, Principal, Role
from whence.server.api.receipts import receipt as tell
from whence.server.routing import Call
from whence.server.service import Service
from whence.settings.configuration import put
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import pipeline
from whence.wire.schema import load_schema

KIND = "org.kubeflow.serving.inference."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".whence"


@pytest.fixture
def client(tmp_path: Path, folder: Path) -> Iterator[TestClient]:
    store = SqliteStore(folder)
    recorder = Recorder(store)
    recorder.record_runs(pipeline())
    with store.reading() as reader:
        (model,) = reader.nodes(reader.named("models/delay.joblib")[:1])
    for _ in range(2):
        who = ActorSeen("ada", "person")
        recorder.record([Registration("delay", model.id, who, "tests").compose])
    put(folder, "receipts.folder", str(tmp_path / "elsewhere"))
    with served(store, folder) as each:
        answer = each.post(
            "/api/v1/deploy", json={"ref": "delay@1", "to": "eu", "kserve": "shop/churn"}
        )
        assert answer.status_code == 201
        yield each


def headers(which: str, event: str = "e-1", **more: str) -> dict[str, str]:
    """What the Go agent sends beside a body (KServe 0.21, pkg/logger/worker.go)."""
    told = {
        "ce-specversion": "1.0",
        "ce-id": event,
        "ce-source": "http://localhost:9081/",
        "ce-type": KIND + which,
        "ce-inferenceservicename": "churn",
        "ce-namespace": "shop",
        "ce-component": "predictor",
        "ce-endpoint": "",
        "content-type": "application/json",
    }
    return told | {f"ce-{name}": text for name, text in more.items()}


def send(client: TestClient, body: bytes, told: dict[str, str]) -> Any:
    answer = client.post("/api/v1/cloudevents", content=body, headers=told)
    assert answer.status_code == 200, answer.text
    return answer.json()


def kept(folder: Path) -> list[Any]:
    return list_receipts([folder / "receipts"], Wanted(), 100)


def test_a_receipt_is_told_with_what_gave_it(client: TestClient, folder: Path) -> None:
    with Receipts("delay@1", deployment="eu", folder=folder / "receipts", resolver=None) as its:
        receipt = its.receipt({"a": 1})
    told = client.get(f"/api/v1/receipts/{receipt}").json()
    Draft202012Validator(load_schema("receipt-1")).validate(told)
    assert told["gave"]["version"]["name"] == "delay@1"
    assert told["gave"]["deployment"]["environment"] == "eu"


def test_receipts_in_a_folder_that_is_set_are_found_too(client: TestClient, tmp_path: Path) -> None:
    with Receipts("delay@2", folder=tmp_path / "elsewhere", resolver=None) as its:
        receipt = its.receipt({"a": 1})
    assert client.get(f"/api/v1/receipts/{receipt}").json()["gave"]["version"]["name"] == "delay@2"


@pytest.mark.parametrize("name", ["last", "..%2f..%2fetc", "rcp_" + "0" * 32, "rcp_"])
def test_what_is_not_there_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/api/v1/receipts/{name}").status_code == 404


@pytest.mark.parametrize("order", [("request", "response"), ("response", "request")])
def test_a_request_and_its_answer_become_a_receipt(
    client: TestClient, folder: Path, order: tuple[str, str]
) -> None:
    bodies = {"request": b'{"instances": [[1, 2]]}', "response": b'{"predictions": [0]}'}
    first = send(client, bodies[order[0]], headers(order[0], time="2026-11-21T10:00:00.250Z"))
    assert first == {"received": 1, "receipts": 0, "waiting": 1, "ignored": 0}
    second = send(client, bodies[order[1]], headers(order[1], time="2026-11-21T10:00:00.750Z"))
    assert second == {"received": 1, "receipts": 1, "waiting": 0, "ignored": 0}
    again = send(client, bodies[order[0]], headers(order[0], time="2026-11-21T10:00:00.250Z"))
    assert again["ignored"] == 1
    (receipt,) = kept(folder)
    assert (receipt.model, receipt.request) == ("kserve:shop/churn", "e-1")
    assert receipt.input_form == receipt.output_form == "json"
    # It was before the deployment was recorded: nobody knows what served then.
    assert client.get(f"/api/v1/receipts/{receipt.id}").status_code == 404


def test_the_deployment_of_the_service_at_that_moment_counts(
    client: TestClient, folder: Path
) -> None:
    for which in ("request", "response"):
        send(client, b"{}", headers(which))
    (receipt,) = kept(folder)
    assert receipt.version_name == "delay@1"
    client.post("/api/v1/deploy", json={"ref": "delay@2", "to": "eu", "kserve": "shop/churn"})
    told = client.get(f"/api/v1/receipts/{receipt.id}").json()
    assert told["gave"]["version"]["name"] == "delay@1"
    assert told["gave"]["deployment"]["state"] == "ended"


def test_an_annotation_says_which_version_it_was(client: TestClient, folder: Path) -> None:
    more = {
        "annotations": json.dumps({"whence/version": "delay@2"}),
        "metadata": json.dumps({"X-Request-Id": ["q-7"]}),
    }
    for which in ("request", "response"):
        send(client, b"{}", headers(which, **more))
    (receipt,) = kept(folder)
    assert (receipt.model, receipt.request) == ("delay@2", "q-7")
    told = client.get(f"/api/v1/receipts/{receipt.id}").json()
    assert told["gave"]["version"]["name"] == "delay@2"


def test_structured_events_and_batches_are_taken(client: TestClient, folder: Path) -> None:
    told = headers("request", "e-2")
    event = {name.removeprefix("ce-"): text for name, text in told.items() if name[:3] == "ce-"}
    request = event | {"data": {"instances": [[1, 2]]}}
    answer = event | {
        "type": f"{KIND}response",
        "data_base64": base64.b64encode(b'{"predictions": [0]}').decode(),
    }
    one = {"content-type": "application/cloudevents+json"}
    assert send(client, json.dumps(request).encode(), one)["waiting"] == 1
    many = {"content-type": "application/cloudevents-batch+json; charset=utf-8"}
    other = [answer, event | {"id": "e-3"}, event | {"id": "e-4", "component": "transformer"}]
    assert send(client, json.dumps(other).encode(), many) == {
        "received": 3,
        "receipts": 1,
        "waiting": 1,
        "ignored": 1,
    }
    (receipt,) = kept(folder)
    assert receipt.output_form == "json"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{}", {"content-type": "application/json"}),
        (b"{}", headers("request") | {"ce-specversion": "2.0"}),
        (b"{}", headers("request") | {"ce-id": ""}),
        (b"{}", headers("request") | {"ce-id": "x" * 2000}),
        (b"[1]", {"content-type": "application/cloudevents-batch+json"}),
        (b"{", {"content-type": "application/cloudevents+json"}),
        (b"{}", {"content-type": "application/cloudevents+avro"}),
    ],
)
def test_what_is_no_event_is_refused(
    client: TestClient, folder: Path, body: bytes, told: dict[str, str]
) -> None:
    answer = client.post("/api/v1/cloudevents", content=body, headers=told)
    assert answer.status_code == 400, answer.text
    assert kept(folder) == []


def test_events_of_any_kind_of_body_are_taken(client: TestClient, folder: Path) -> None:
    for which in ("request", "response"):
        told = headers(which) | {"content-type": "text/csv; charset=latin-1"}
        send(client, b"\xff\x00,1", told)
    (receipt,) = kept(folder)
    assert receipt.input_form == "bytes"


def test_a_request_that_is_alone_has_its_receipt_when_the_server_stops(
    tmp_path: Path,
) -> None:
    folder = tmp_path / ".whence"
    with served(SqliteStore(folder), folder) as client:
        send(client, b"{}", headers("request"))
        send(client, b"{}", headers("response", "another"))
        assert kept(folder) == []
    (receipt,) = kept(folder)
    assert (receipt.input_form, receipt.output_form) == ("json", "")


def test_what_somebody_may_not_see_has_no_receipts(tmp_path: Path) -> None:
    folder = tmp_path / ".whence"
    store = SqliteStore(folder)
    recorder = Recorder(store)
    recorder.record_runs(pipeline())
    with store.reading() as reader:
        (model,) = reader.nodes(reader.named("models/delay.joblib")[:1])
    its = Registration("delay", model.id, ActorSeen("ada", "person"), "tests")
    recorder.record([lambda reader, time: replace(its.compose(reader, time), project="secret")])
    service = Service(store, folder, Gate.open(folder, Mode.TOKENS))
    with Receipts("delay@1", folder=folder / "receipts", resolver=None) as receipts:
        known = receipts.receipt(1)
    with Receipts("unknown@1", folder=folder / "receipts", resolver=None) as receipts:
        unknown = receipts.receipt(1)
    reader_of_shared = Principal("bob", "person", {"other": Role.READER})
    for receipt in (known, unknown):
        with pytest.raises(NotFoundError, match=f"there is no receipt {receipt}") as told:
            tell(Call(service, reader_of_shared, path={"id": receipt}))
        assert "@1" not in told.value.message + told.value.hint
    answer = tell(Call(service, LOCAL, path={"id": known}))
    assert answer.body["gave"]["version"]["name"] == "delay@1"
    service.close()
