"""Signing in, whole, with a real OpenID provider: oidc-provider-mock, over HTTP."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from doors import bearer
from whence.errors import ForbiddenError, UsageError
from whence.server.access.claims import ClaimRule, ProviderSettings
from whence.server.access.gate import Gate
from whence.server.access.oidc import Provider, SignInError, challenge_of
from whence.server.access.permission import Mode, Role
from whence.server.access.signin import Offers, recognise
from whence.server.api import all_routes
from whence.server.app import build
from whence.server.service import Service
from whence.store.memory import MemoryStore

# The provider uses what its own libraries are going to drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

RULES = (
    ClaimRule("groups", "ml", "*", Role.READER),
    ClaimRule("groups", "leads", "churn", Role.APPROVER),
)
PEOPLE: dict[str, dict[str, Any]] = {
    "1": {"email": "ann@example.org", "email_verified": True, "groups": ["ml", "leads"]},
    "2": {"email": "bob@example.org", "email_verified": True, "groups": ["cooks"]},
    "3": {"email": "eve@example.org", "email_verified": False, "groups": ["ml"]},
}


@contextmanager
def opened(folder: Path) -> Iterator[tuple[TestClient, Service]]:
    from oidc_provider_mock import User, run_server_in_thread

    people = [User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    with run_server_in_thread(user_claims=people) as server:
        settings = ProviderSettings(
            f"http://localhost:{server.server_port}",
            "whence",
            "hush",
            "email",
            ("openid", "email", "profile"),
            (),
            RULES,
        )
        gate = Gate.open(folder, Mode.OIDC, provider=Provider(settings))
        service = Service(MemoryStore(), folder, gate)
        app = build(service, all_routes())
        try:
            with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
                yield client, service
        finally:
            service.close()


def at_the_provider(address: str, person: str) -> str:
    """Where the provider sends the browser of whoever signs in there."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", f"{parts.path}?{parts.query}", urlencode({"sub": person}), form)
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    assert answer.status == 302, said
    there = answer.headers["Location"]
    assert there.startswith("http://127.0.0.1/login/callback?")
    return there.removeprefix("http://127.0.0.1")


def through_the_provider(client: TestClient, person: str, **query: str) -> Any:
    """What the browser gets from the server when it comes back from the provider."""
    begun = client.get("/login", params=query)
    assert begun.status_code == 302
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    return client.get(at_the_provider(begun.headers["location"], person))


def test_a_browser_signs_in_with_the_roles_of_its_claims(tmp_path: Path) -> None:
    with opened(tmp_path) as (client, service):
        done = through_the_provider(client, "1")
        assert done.status_code == 200
        cookie = done.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        told = client.get("/api/v1/session").json()
        assert told["name"] == "ann@example.org"
        assert told["roles"] == {"*": "reader", "churn": "approver"}
        assert client.get("/api/v1/log").status_code == 200
        assert client.delete("/api/v1/session").status_code == 403
        csrf = {"X-Whence-CSRF": told["csrf"]}
        assert client.delete("/api/v1/session", headers=csrf).status_code == 204
        assert client.get("/api/v1/log").status_code == 401
        kinds = [each.event.kind for each in service.gate.log.latest(20)][::-1]
        assert kinds == ["user-added", "sign-in", "denied", "sign-out", "denied"]


def test_a_command_line_gets_a_token_for_its_code_once(tmp_path: Path) -> None:
    verifier = "v" * 43
    query = {"port": "45678", "challenge": challenge_of(verifier), "state": "some-state"}
    with opened(tmp_path) as (client, _):
        done = through_the_provider(client, "1", **query)
        assert done.status_code == 302
        there = urlsplit(done.headers["location"])
        assert (there.scheme, there.netloc, there.path) == ("http", "127.0.0.1:45678", "/")
        told = {name: value for name, (value,) in parse_qs(there.query).items()}
        assert told["state"] == "some-state"
        client.cookies.clear()
        wrong = client.post("/api/v1/session", json={"code": told["code"], "verifier": "w" * 43})
        assert wrong.status_code == 400
        again = through_the_provider(client, "1", **query)
        code = parse_qs(urlsplit(again.headers["location"]).query)["code"][0]
        client.cookies.clear()
        body = {"code": code, "verifier": verifier}
        given = client.post("/api/v1/session", json=body)
        assert given.status_code == 201
        assert client.post("/api/v1/session", json=body).status_code == 400
        token = given.json()["token"]
        assert client.get("/api/v1/log", headers=bearer(token)).status_code == 200
        assert client.delete("/api/v1/session", headers=bearer(token)).status_code == 204
        assert client.get("/api/v1/log", headers=bearer(token)).status_code == 401


def test_who_has_no_role_or_no_verified_address_stays_outside(tmp_path: Path) -> None:
    with opened(tmp_path) as (client, service):
        assert through_the_provider(client, "2").status_code == 403
        assert through_the_provider(client, "3").status_code == 400
        assert client.get("/api/v1/session").json()["signed_in"] is False
        assert "eve@example.org" not in [each.name for each in service.gate.register.users()]


def test_a_sign_in_cannot_be_ended_elsewhere_or_twice(tmp_path: Path) -> None:
    with opened(tmp_path) as (client, _):
        begun = client.get("/login")
        returned = at_the_provider(begun.headers["location"], "1")
        cookies = dict(client.cookies)
        client.cookies.clear()
        assert client.get(returned).status_code == 400
        client.cookies.update(cookies)
        assert client.get(returned).status_code == 400
        assert client.get("/login/callback?state=x&code=y").status_code == 400
        assert client.get("/login/callback?error=access_denied").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"port": "80"},
        {"port": "45678"},
        {"port": "evil.example"},
        {"redirect": "http://evil.example"},
    ],
    ids=str,
)
def test_a_browser_is_sent_nowhere_but_to_this_machine(
    tmp_path: Path, query: dict[str, str]
) -> None:
    with opened(tmp_path) as (client, _):
        assert client.get("/login", params=query).status_code in {400, 403}


def test_without_a_provider_there_is_nothing_to_sign_in_with(tmp_path: Path) -> None:
    service = Service(MemoryStore(), tmp_path, Gate.open(tmp_path, Mode.TOKENS))
    client = TestClient(build(service, all_routes()), base_url="http://127.0.0.1")
    assert client.get("/login").status_code == 404
    service.close()


def test_roles_follow_the_claims_and_a_name_belongs_to_one_person(tmp_path: Path) -> None:
    gate = Gate.open(tmp_path, Mode.TOKENS)
    settings = ProviderSettings("https://i", "c", "", "email", ("openid",), (), RULES)
    ann = {"sub": "1", "email": "ann@x", "email_verified": True, "groups": ["ml"]}

    def come(claims: dict[str, object], how: ProviderSettings = settings) -> str:
        return str(recognise(claims, how, gate.register, gate.log).roles)

    assert come(ann) == "{'*': <Role.READER: 'reader'>}"
    assert come({**ann, "groups": ["leads"]}) == "{'churn': <Role.APPROVER: 'approver'>}"
    with pytest.raises(ForbiddenError, match="no role"):
        come({**ann, "groups": []})
    with pytest.raises(UsageError, match="another user"):
        come({**ann, "sub": "2"})
    gate.register.add_user("made@x", {"a": Role.READER})
    unproven = ProviderSettings("https://i", "c", "", "nick", ("openid",), (), ())
    with pytest.raises(UsageError, match="another user"):
        come({"sub": "3", "nick": "made@x"}, unproven)
    bare = ProviderSettings("https://i", "c", "", "email", ("openid",), (), ())
    proven = {"sub": "3", "email": "made@x", "email_verified": True}
    assert come(proven, bare) == "{'a': <Role.READER: 'reader'>}"
    gate.close()


def test_a_code_holds_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    offers = Offers()
    code = offers.make("ann", challenge_of("v"))
    assert offers.take(code, "v") == "ann"
    late = offers.make("ann", challenge_of("v"))
    monkeypatch.setattr("whence.server.access.signin.time.monotonic", lambda: 1e12)
    with pytest.raises(SignInError):
        offers.take(late, "v")
