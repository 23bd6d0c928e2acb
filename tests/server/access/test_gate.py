from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from doors import bad_tokens, bearer, filled, guarded_server, token_of, user_token
from whence.errors import UsageError
from whence.recording.recorder import Recorder
from whence.server.access.gate import SESSION_COOKIE, Gate
from whence.server.access.limiter import FAILURES
from whence.server.access.permission import Mode, Permission, Role
from whence.server.api import all_routes
from whence.server.app import build
from whence.server.routing import Call, Reply, Route
from whence.server.service import Service
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

Opened = tuple[TestClient, Service]

ALLOWED = {
    Role.READER: {Permission.READ},
    Role.CONTRIBUTOR: {Permission.READ, Permission.WRITE},
    Role.APPROVER: {Permission.READ, Permission.WRITE, Permission.APPROVE},
    Role.AUDITOR: {Permission.READ, Permission.AUDIT},
    Role.ADMIN: set(Permission),
}
PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/openapi.json"),
    ("GET", "/login"),
    ("GET", "/login/callback"),
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
}
"""All that anybody may ask. Whoever adds to it has thought about it."""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    with guarded_server(store, tmp_path) as both:
        yield both


def test_what_is_open_to_all_is_listed_here() -> None:
    found = {(each.method, each.path) for each in all_routes() if each.needs is Permission.PUBLIC}
    assert found <= PUBLIC


def test_nobody_gets_past_any_route_with_what_does_not_hold(opened: Opened) -> None:
    client, service = opened
    tokens = bad_tokens(service)
    for route in all_routes():
        for kind, header in tokens.items():
            headers = {"Authorization": header} if header else {}
            answer = client.request(route.method, filled(route), headers=headers, content=b"{}")
            told = f"{route.method} {route.path} with {kind}"
            if route.needs is Permission.PUBLIC:
                assert answer.status_code != 401, told
            else:
                assert answer.status_code == 401, told
                assert answer.headers["www-authenticate"].startswith("Bearer"), told


@pytest.mark.parametrize("role", Role)
def test_every_route_asks_for_the_role_that_it_needs(opened: Opened, role: Role) -> None:
    client, service = opened
    token = user_token(service, "ann", {"*": role})
    for route in all_routes():
        if (route.method, route.path) == ("DELETE", "/api/v1/session"):
            continue  # it would revoke the very token
        answer = client.request(
            route.method, filled(route), headers=bearer(token), content=b"\xff not json"
        )
        told = f"{route.method} {route.path} as {role.value}: {answer.text[:200]}"
        if route.needs in ALLOWED[role] | {Permission.PUBLIC}:
            assert answer.status_code != 401, told
            assert answer.status_code != 403 or "ann may not do this" not in answer.text, told
        else:
            assert answer.status_code == 403, told


def test_an_auditor_changes_nothing_by_any_method_of_any_route(opened: Opened) -> None:
    client, service = opened
    token = token_of(service, "aud", {"*": Role.AUDITOR})
    register = service.gate.register

    def state() -> tuple[object, ...]:
        with service.store.reading() as reader:
            return reader.head(), register.users(), len(register.tokens()), register.protected()

    before = state()
    for route in all_routes():
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"):
            answer = client.request(method, filled(route), headers=bearer(token), content=b"{}")
            assert answer.status_code != 401
            assert answer.status_code < 500, f"{method} {route.path}: {answer.text}"
    assert state() == before


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR, Role.APPROVER])
def test_a_role_in_one_project_opens_no_route_that_needs_more(opened: Opened, role: Role) -> None:
    client, service = opened
    token = token_of(service, "bot", {"churn": role})
    for route in all_routes():
        if route.needs in {Permission.ADMIN, Permission.AUDIT}:
            answer = client.request(
                route.method, filled(route), headers=bearer(token), content=b"{}"
            )
            assert answer.status_code == 403, route.path


ODD = [
    "/api/v1/log;x",
    "/api/v1/log/",
    "/api/v1//log",
    "//api/v1/log",
    "/api/v1/./log",
    "/api/v1/x/../log",
    "/api/v1/%2e%2e/v1/log",
    "/api/v1/%6cog",
    "/API/v1/log",
    "/api/v1/log%00",
    "/api/v1/log%2f",
    "/healthz/../api/v1/log",
    "/healthz;/api/v1/log",
    "/healthz%2f..%2fapi%2fv1%2flog",
    "/healthz/api/v1/log",
    "/api/v1/log?x=/healthz",
    "/api/v1/log#/healthz",
    "/api/v1/tokens;.css",
    "/login/../api/v1/users",
    "/login/callback/../../api/v1/users",
]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_no_spelling_of_a_path_gets_past(opened: Opened, method: str) -> None:
    client, _ = opened
    for path in ODD:
        assert client.request(method, path, content=b"{}").status_code == 401, path


def test_a_route_that_says_nothing_is_never_served(tmp_path: Path) -> None:
    def endpoint(call: Call) -> Reply:
        return Reply(call.principal.name)

    service = Service(MemoryStore(), tmp_path)
    try:
        silent = Route("GET", "/x", endpoint, None)  # type: ignore[arg-type]  # that is the point
        with pytest.raises(UsageError, match="does not say what it needs"):
            build(service, [*all_routes(), silent])
    finally:
        service.close()


def test_who_shows_too_much_that_does_not_hold_waits(tmp_path: Path) -> None:
    service = Service(MemoryStore(), tmp_path, Gate.open(tmp_path, Mode.TOKENS))
    try:
        client = TestClient(build(service, all_routes()), base_url="http://127.0.0.1")
        good = token_of(service, "good", {"*": Role.AUDITOR})
        tried = [
            client.get("/api/v1/log", headers=bearer(f"whn_{at:043}")) for at in range(FAILURES + 5)
        ]
        assert [each.status_code for each in tried] == [401] * FAILURES + [429] * 5
        assert int(tried[-1].headers["retry-after"]) > 0
        assert client.get("/api/v1/log", headers=bearer(good)).status_code == 200
        kinds = [each.event.kind for each in service.gate.log.latest(100)]
        assert kinds.count("limited") == 1
        assert kinds.count("denied") == FAILURES
    finally:
        service.close()


def test_every_denied_try_is_written_down_and_no_secret_with_it(opened: Opened) -> None:
    client, service = opened
    bot = token_of(service, "bot", {"churn": Role.READER})
    client.get("/api/v1/log?x=hidden-question", headers=bearer("whn_" + "s" * 43))
    client.post("/api/v1/users", json={"name": "eve", "roles": {"*": "admin"}}, headers=bearer(bot))
    client.get("/api/v1/log", headers={"Host": "evil.example"})
    client.delete("/api/v1/session", headers={"Origin": "http://evil.example"})
    events = service.gate.log.latest(10)
    found = [(each.event.who, each.event.route, each.event.detail["status"]) for each in events][
        ::-1
    ]
    assert found == [
        ("nobody", "GET /api/v1/log", 401),
        ("bot", "POST /api/v1/users", 403),
        ("nobody", "GET /api/v1/log", 421),
        ("nobody", "DELETE /api/v1/session", 403),
    ]
    assert {each.event.address for each in events} == {"testclient"}
    told = str([each.as_json() for each in events])
    assert "ssss" not in told
    assert "hidden-question" not in told
    assert bot not in told
    assert service.gate.log.verify().finding is None


def test_a_browser_is_known_by_its_cookie_and_changes_things_only_with_its_token(
    opened: Opened,
) -> None:
    client, service = opened
    service.gate.register.add_user("ann", {"*": Role.ADMIN})
    _, secret = service.gate.register.open_session("ann")
    client.cookies.set(SESSION_COOKIE, secret)
    told = client.get("/api/v1/session").json()
    assert (told["name"], told["kind"], told["roles"]) == ("ann", "person", {"*": "admin"})
    body = {"name": "bob", "roles": {"*": "reader"}}
    assert client.post("/api/v1/users", json=body).status_code == 403
    wrong = {"X-Whence-CSRF": "x"}
    assert client.post("/api/v1/users", json=body, headers=wrong).status_code == 403
    right = {"X-Whence-CSRF": told["csrf"]}
    assert client.post("/api/v1/users", json=body, headers=right).status_code == 201
    assert client.delete("/api/v1/session", headers=right).status_code == 204
    assert client.get("/api/v1/users").status_code == 401


def test_without_sign_in_whoever_is_here_may_do_everything(tmp_path: Path) -> None:
    with guarded_server(MemoryStore(), tmp_path, Mode.NONE) as (client, _):
        assert client.get("/api/v1/session").json()["name"] == "local"
        assert client.get("/api/v1/users").json() == {"users": []}
        assert client.get("/api/v1/users", headers={"Host": "evil.example"}).status_code == 421
