from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving import served
from whence.errors import UsageError
from whence.recording.recorder import Recorder
from whence.server.access.permission import Permission
from whence.server.api import all_routes
from whence.server.app import build
from whence.server.routing import Call, Reply, Route
from whence.server.service import Service
from whence.store.memory import MemoryStore
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import Version, pipeline


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    store = SqliteStore(tmp_path / ".whence")
    Recorder(store).record_runs(pipeline())
    with served(store, tmp_path) as each:
        yield each


def test_what_the_command_line_prints_comes_over_http(client: TestClient) -> None:
    told = client.get("/api/v1/trace", params={"ref": "models/delay.joblib"}).json()
    assert told["direction"] == "upstream"
    assert {node["name"] for node in told["nodes"]} >= {"models/delay.joblib", "train.py"}


def test_a_path_in_a_ref_is_never_looked_for_on_the_servers_disk(client: TestClient) -> None:
    assert client.get("/api/v1/show", params={"ref": __file__}).status_code == 404


def test_an_answer_is_not_sent_again_until_the_record_grows(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    Recorder(store).record_runs(pipeline())
    with served(store, tmp_path) as client:
        first = client.get("/api/v1/show")
        again = {"If-None-Match": first.headers["etag"]}
        same = client.get("/api/v1/show", headers=again)
        other = client.get("/api/v1/show?ref=train", headers=again)
        Recorder(store).record_runs(pipeline(Version(2)))
        grown = client.get("/api/v1/show", headers=again)
    assert (same.status_code, same.content) == (304, b"")
    assert other.status_code == grown.status_code == 200
    assert grown.json() != first.json()


def test_an_answer_comes_packed_if_that_is_understood(client: TestClient) -> None:
    plain = client.get("/api/v1/trace?ref=last", headers={"Accept-Encoding": "identity"})
    packed = client.get("/api/v1/trace?ref=last", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("GET", "/api/v1/trace", 400, "`ref`"),
        ("GET", "/api/v1/trace?ref=last&limit=0", 400, "limit"),
        ("GET", f"/api/v1/ledger/inclusion?index={2**70}", 400, "index"),
        ("GET", "/api/v1/trace?ref=last&ref=last", 400, "twice"),
        ("GET", "/api/v1/trace?ref=last&colour=red", 400, "colour"),
        ("GET", "/api/v1/ledger/entries?stop=null", 400, "stop"),
        ("GET", "/api/v1/trace?ref=%00", 400, "NUL"),
        ("GET", "/api/v1/trace?ref=%ff", 400, "query"),
        ("GET", "/api/v1/show?ref=nowhere", 404, "nowhere"),
        ("GET", "/healthz?x=1", 400, "question mark"),
        ("GET", "/nowhere", 404, "address"),
        ("DELETE", "/healthz", 405, "DELETE"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(
    client: TestClient, method: str, path: str, status: int, told: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert told in problem["detail"]


def test_what_a_path_allows_is_told(client: TestClient) -> None:
    assert client.post("/healthz").headers["allow"] == "GET, HEAD"


def test_head_is_get_without_its_body(client: TestClient) -> None:
    answer = client.head("/api/v1/show")
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 0


def test_a_route_that_does_not_say_what_it_needs_is_never_served(tmp_path: Path) -> None:
    service = Service(MemoryStore(), tmp_path)
    open_door = Route("GET", "/open", lambda _: Reply(), None)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="does not say what it needs"):
        build(service, [open_door])
    service.close()


def test_what_fails_inside_is_not_told_outside(tmp_path: Path) -> None:
    def fails(_: Call) -> Reply:
        raise RuntimeError("the secret of /etc/shadow")

    routes = (Route("GET", "/fails", fails, Permission.PUBLIC),)
    with served(MemoryStore(), tmp_path, routes) as client:
        answer = client.get("/fails")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_health_needs_no_record(tmp_path: Path) -> None:
    with served(MemoryStore(), tmp_path) as client:
        assert client.get("/healthz").json()["status"] == "ok"
        assert client.get("/readyz").json() == {"status": "ready", "queue": 0, "entries": 0}
        client.get("/nowhere")
        figures = client.get("/metrics")
    assert figures.headers["content-type"].startswith("application/openmetrics-text")
    assert 'whence_requests_total{method="GET",route="/healthz",status="200"} 1.0' in figures.text
    assert figures.text.endswith("# EOF\n")


def test_every_route_says_what_it_is_for() -> None:
    assert [each.path for each in all_routes() if not (each.endpoint.__doc__ or "").strip()] == []
