"""The register over HTTP: the same answers as on the command line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving import served
from whence.recording.recorder import Recorder
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import pipeline

HUB = "hf:org/name@" + "a" * 40


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    store = SqliteStore(tmp_path / ".whence")
    Recorder(store).record_runs(pipeline())
    with served(store, tmp_path / ".whence") as each:
        for _ in range(2):
            told = each.post(
                "/api/v1/register",
                json={
                    "ref": "train",
                    "model": "delay",
                    "owners": {"ada": "maker"},
                    "derived": [{"relation": "fine-tuned", "ref": HUB}],
                },
            )
            assert told.status_code == 201, told.text
        yield each


def test_a_model_is_told_version_by_version(client: TestClient) -> None:
    client.post("/api/v1/alias", json={"model": "delay", "version": 2, "alias": "production"})
    (short,) = client.get("/api/v1/models").json()["models"]
    assert (short["name"], short["aliases"]) == ("delay", {"production": 2})
    told = client.get("/api/v1/models/delay").json()
    second, _ = told["versions"]
    assert second["owners"] == {"ada": "maker"}
    assert second["derived_from"][0]["name"] == HUB.replace("hf:", "hf://")
    assert [row["what"] for row in told["history"]] == ["alias", "registered", "registered"]
    assert {row["by"] for row in told["history"]} == {"local"}
    moves = client.get("/api/v1/alias", params={"model": "delay"}).json()
    assert moves["aliases"] == {"production": 2}
    gone = {"model": "delay", "version": None, "alias": "production"}
    assert client.post("/api/v1/alias", json=gone).status_code == 201
    assert client.get("/api/v1/models/delay").json()["aliases"] == {}
    assert client.get("/api/v1/models/ghost").status_code == 404


def test_what_was_is_told_as_it_was(client: TestClient) -> None:
    before = {"as_of": "2020-01-01"}
    assert client.get("/api/v1/models", params=before).json() == {"models": []}
    answer = client.get("/api/v1/show", params={"ref": "delay@1", **before})
    assert answer.status_code == 404
    assert "as of 2020-01-01T23:59:59.999Z" in answer.json()["detail"]
    assert client.get("/api/v1/trace", params={"ref": "delay@1", **before}).status_code == 404
    later = {"ref": "delay@1", "as_of": "2999-01-01T00:00Z"}
    assert client.get("/api/v1/trace", params=later).status_code == 200
    assert client.get("/api/v1/models", params={"as_of": "soon"}).status_code == 400


def test_words_are_said_and_taken_back(client: TestClient) -> None:
    said = {"ref": "delay", "tags": {"core": ""}, "description": "delays", "licence": "MIT"}
    told = client.post("/api/v1/describe", json=said).json()
    assert (told["kind"], told["licence"]) == ("registered_model", "MIT")
    back = {"ref": "delay", "tags": {"core": None}, "licence": None}
    told = client.post("/api/v1/describe", json=back).json()
    assert (told["tags"], told["description"], told["licence"]) == ({}, "delays", None)
    assert client.post("/api/v1/describe", json={"ref": "delay"}).status_code == 400


def test_versions_are_retired_and_come_back(client: TestClient) -> None:
    retired = {"ref": "delay@1", "reason": "old"}
    assert client.post("/api/v1/retire", json=retired).json()["retired"] is True
    alias = {"model": "delay", "version": 1, "alias": "production"}
    assert client.post("/api/v1/alias", json=alias).status_code == 400
    assert client.post("/api/v1/alias", json=alias | {"force": True}).status_code == 201
    back = client.post("/api/v1/retire", json={**retired, "restore": True}).json()
    assert back["pointing"] == ["delay@production still points to it"]
    assert client.post("/api/v1/retire", json={**retired, "restore": True}).status_code == 400
    assert client.post("/api/v1/retire", json={**retired, "ref": "train"}).status_code == 400


def test_a_system_is_made_of_parts_and_compared(client: TestClient) -> None:
    parts: list[dict[str, Any]] = [
        {"name": "answer", "as": "model", "ref": "delay@1"},
        {
            "name": "rules",
            "as": "prompt",
            "content": {"name": "prompts/a.txt", "sha256": "a" * 64, "size": 30},
        },
        {"name": "search", "as": "tool", "ref": "https://search.example/v2"},
    ]
    asked = {"name": "helpdesk", "parts": parts, "wires": [["search", "answer"]]}
    made = client.post("/api/v1/systems", json=asked)
    assert (made.status_code, made.json()["name"]) == (201, "helpdesk@1")
    again = client.post("/api/v1/systems", json=asked)
    assert (again.status_code, again.json()["name"]) == (200, "helpdesk@1")
    parts[0]["ref"] = "delay@2"
    assert client.post("/api/v1/systems", json=asked).json()["name"] == "helpdesk@2"
    told = client.get("/api/v1/parts", params={"a": "helpdesk@1", "b": "helpdesk@2"}).json()
    assert [row["name"] for row in told["parts"] if row["what"] == "changed"] == ["answer"]
    assert client.get("/api/v1/systems").json()["systems"][0]["version_count"] == 2
    assert len(client.get("/api/v1/systems/helpdesk").json()["versions"]) == 2
    one = client.get("/api/v1/systems/helpdesk@1").json()
    assert one["wires"] == [["search", "answer"]]
    assert client.get("/api/v1/systems/delay@1").status_code == 404
    assert client.get("/api/v1/systems/ghost").status_code == 404
    bad: list[dict[str, Any]] = [
        {"parts": []},
        {"parts": [{"name": "a", "as": "ghost", "ref": "delay@1"}]},
        {"parts": [{"name": "a", "as": "model"}]},
        {"name": "delay"},
    ]
    for wrong in bad:
        assert client.post("/api/v1/systems", json=asked | wrong).status_code == 400
