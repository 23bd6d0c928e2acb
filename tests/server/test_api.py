import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving import served
from whence.ledger.checkpoint import Checkpoint
from whence.ledger.merkle import verify_consistency, verify_inclusion
from whence.model.record import Record
from whence.recording.observed import encode_runs
from whence.recording.recorder import Recorder
from whence.server.limits import limit
from whence.store.sqlite import SqliteStore
from whence.testing.records import a_node, a_record
from whence.testing.worlds import Version, pipeline
from whence.wire.codec import encode


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / ".whence")


@pytest.fixture
def client(store: SqliteStore, tmp_path: Path) -> Iterator[TestClient]:
    with served(store, tmp_path / ".whence") as each:
        yield each


def json_of(record: Record) -> dict[str, Any]:
    return encode(record)


def test_runs_come_page_by_page_though_others_write(client: TestClient, store: SqliteStore) -> None:
    for number in range(1, 5):
        Recorder(store).record_runs(pipeline(Version(number)))
    whole = [each["id"] for each in client.get("/api/v1/log?limit=100").json()["runs"]]
    seen: list[str] = []
    cursor = ""
    for number in range(5, 20):
        page = client.get(f"/api/v1/log?limit=5{cursor}").json()
        seen += [each["id"] for each in page["runs"]]
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"
        Recorder(store).record_runs(pipeline(Version(number)))
    assert seen == whole
    assert client.get("/api/v1/log?cursor=AAAA").status_code == 400
    jobs = client.get("/api/v1/log?job=train&limit=2").json()
    assert [each["job"] for each in jobs["runs"]] == ["train", "train"]


def test_an_observation_becomes_a_record_once(client: TestClient, store: SqliteStore) -> None:
    told = json.dumps(encode_runs(pipeline())).encode()
    kind = {"Content-Type": "application/json"}
    first = client.post("/api/v1/runs", content=told, headers=kind)
    packed = client.post(
        "/api/v1/runs", content=gzip.compress(told), headers=kind | {"Content-Encoding": "gzip"}
    )
    assert (first.status_code, packed.status_code) == (201, 200)
    assert [each["fresh"] for each in first.json()["kept"]] == [True] * len(pipeline())
    assert [each["fresh"] for each in packed.json()["kept"]] == [False] * len(pipeline())
    with store.reading() as reader:
        assert reader.head().size == len(pipeline())


@pytest.mark.parametrize("form", ["array", "lines"])
def test_records_come_whole_all_or_none(client: TestClient, store: SqliteStore, form: str) -> None:
    def send(*records: dict[str, Any]) -> Any:
        if form == "array":
            return client.post("/api/v1/records", json=list(records))
        lines = "\n".join(map(json.dumps, records))
        return client.post(
            "/api/v1/records", content=lines, headers={"Content-Type": "application/x-ndjson"}
        )

    good = json_of(a_record("good", [a_node("n")]))
    bad = json_of(a_record("bad")) | {"time": "yesterday"}
    assert send(good, bad).status_code == 422
    assert send(good, good | {"colour": "red"}).json()["detail"].startswith("record 1:")
    with store.reading() as reader:
        assert reader.head().size == 0
    assert send(good).json() == {"kept": [{"index": 0, "fresh": True}]}
    assert send(good).json() == {"kept": [{"index": 0, "fresh": False}]}
    assert send().status_code == 400


def test_an_id_never_gets_another_content(client: TestClient, store: SqliteStore) -> None:
    one = json_of(a_record("one", [a_node("n")]))
    client.post("/api/v1/records", json=[one])
    fresh = json_of(a_record("two", [a_node("m")]))
    answer = client.post("/api/v1/records", json=[fresh, one | {"source": "somebody else"}])
    assert answer.status_code == 409
    assert answer.json()["detail"].count("sha256:") == 2
    with store.reading() as reader:
        assert reader.head().size == 1


def test_a_batch_has_an_end(client: TestClient) -> None:
    lines = "{}\n" * (limit("batch") + 1)
    answer = client.post(
        "/api/v1/records", content=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code == 413


def test_models_get_numbers_and_names(client: TestClient, store: SqliteStore) -> None:
    Recorder(store).record_runs(pipeline())
    made = client.post("/api/v1/register", json={"ref": "train", "model": "delay"})
    assert (made.status_code, made.json()["name"]) == (201, "delay@1")
    moved = {"model": "delay", "version": 1, "alias": "production"}
    assert client.post("/api/v1/alias", json=moved).json() == moved
    shown = client.get("/api/v1/show", params={"ref": "delay@production"}).json()
    assert shown["name"] == "delay@1"
    assert client.post("/api/v1/alias", json=moved | {"version": 2}).status_code == 404
    assert client.post("/api/v1/register", json={"ref": "train.py"}).status_code == 400


def test_things_are_held_and_released(client: TestClient, store: SqliteStore) -> None:
    Recorder(store).record_runs(pipeline())
    held = client.post("/api/v1/hold", json={"ref": "train", "reason": "audit"})
    assert [each["reason"] for each in held.json()["held"]] == ["audit"]
    assert client.get("/api/v1/hold").json() == held.json()
    assert client.post("/api/v1/hold", json={"ref": "train"}).status_code == 400
    assert client.post("/api/v1/hold", json={"ref": "train", "release": True}).json() == {
        "held": []
    }
    assert client.post("/api/v1/hold", json={"ref": "train", "release": True}).status_code == 400


def test_differences_say_what_only_another_machine_can_tell(
    client: TestClient, store: SqliteStore
) -> None:
    Recorder(store).record_runs(pipeline())
    Recorder(store).record_runs(pipeline(Version(2, data="fewer flights", leaves=63)))
    told = client.get("/api/v1/diff?a=train&b=train").json()
    assert told["status"] == "same"
    ends = {"a": "models/delay.joblib@1", "b": "models/delay.joblib@2"}
    told = client.get("/api/v1/diff", params=ends).json()
    assert told["layers"]["parameters"]["status"] == "changed"
    assert "on the machine that has them" in json.dumps(told["layers"]["data"])
    assert client.get("/api/v1/gaps?ref=train").json()["completeness"]


def test_the_ledger_proves_what_it_says(client: TestClient, store: SqliteStore) -> None:
    Recorder(store).record_runs(pipeline())
    old = Checkpoint.parse(client.get("/api/v1/ledger/checkpoint").content)
    Recorder(store).record_runs(pipeline(Version(2)))
    new = Checkpoint.parse(client.get("/api/v1/ledger/checkpoint").content)
    grown = client.get("/api/v1/ledger/consistency", params={"old": old.size}).json()
    hashes = [base64.b64decode(each) for each in grown["hashes"]]
    verify_consistency(old.size, old.root, new.size, new.root, hashes)
    with store.reading() as reader:
        leaf = next(iter(reader.audit_rows())).leaf
    proof = client.get("/api/v1/ledger/inclusion?index=0").json()
    path = [base64.b64decode(each) for each in proof["hashes"]]
    verify_inclusion(leaf, 0, new.size, path, new.root)
    assert client.get("/api/v1/ledger/inclusion?index=99").status_code == 404
    assert client.get("/api/v1/ledger/consistency?old=99").status_code == 404
    assert client.get("/api/v1/ledger").json()["size"] == new.size


def test_what_a_path_leads_over_is_told(client: TestClient, store: SqliteStore) -> None:
    Recorder(store).record_runs(pipeline())
    told = client.get("/api/v1/path", params={"a": "train.py", "b": "models/delay.joblib"}).json()
    assert told["nodes"][0]["kind"] == "model"
