"""Gates behind HTTP: who may open them, and that nothing goes round them."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from doors import bearer, guarded_server, user_token
from governance.desk import BOB, Desk, key_of
from scratch import make_project
from serving import serving
from whence.governance.approval import Deciding, Decision, Vouching
from whence.ledger.signing import VerifierKey
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import new_id
from whence.model.line import MODELS
from whence.model.moment import now
from whence.model.record import Record
from whence.server.access.permission import EVERYWHERE, Role
from whence.server.service import Service
from whence.store.memory import MemoryStore
from whence.sync.travelling import write_line
from whence.wire.codec import encode
from whence.wire.schema import load_schema

TWO = "policy: production\nrules:\n  - clean-commit\n  - rule: approvals\n    count: 2\n"
PEOPLE = {
    "bob": Role.APPROVER,
    "cleo": Role.APPROVER,
    "dora": Role.CONTRIBUTOR,
    "eve": Role.ADMIN,
}


class Server:
    """The example project, served to people who each have a token."""

    def __init__(self, desk: Desk, client: TestClient, service: Service) -> None:
        self.desk, self.client, self.service = desk, client, service
        self._tokens = {
            name: user_token(service, name, {EVERYWHERE: role}) for name, role in PEOPLE.items()
        }

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        schema: str = "",
        extra: dict[str, str] | None = None,
        **more: Any,
    ) -> Any:
        headers = bearer(self._tokens[who]) | (extra or {})
        answer = self.client.request(method, f"/api/v1/{path}", headers=headers, **more)
        if schema and answer.is_success:
            Draft202012Validator(load_schema(schema)).validate(answer.json())
        return answer

    def send(self, who: str, record: Record) -> Any:
        return self.ask(who, "POST", "records", json=[encode(record)])

    def protect(self, policy: str = TWO) -> None:
        body = {"name": "delay", "alias": "production", "policy": policy}
        done = self.ask("eve", "POST", "protect", "protections-1", json=body)
        assert done.status_code == 201, done.text

    def approve(self, who: str, **more: Any) -> Any:
        body = {"ref": "delay@1", "reason": "held up against June"} | more
        return self.ask(who, "POST", "approve", "approval-1", json=body)

    def move(self, who: str = "dora", number: int = 1) -> Any:
        body = {"model": "delay", "version": number, "alias": "production"}
        return self.ask(who, "POST", "alias", json=body)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    desk = Desk()
    desk.register()
    with guarded_server(desk.store, tmp_path) as (client, service):
        yield Server(desk, client, service)


def said(name: str, data: Any, kind: str = "words") -> Record:
    node = MODELS.node("delay").id
    told = Facet(node, name, Basis.DECLARED, data)
    return Record(new_id(), kind, now(), "test", facets=(told,))


def pointing(server: Server) -> Any:
    told = server.ask("dora", "GET", "show?ref=delay@production")
    return told.json().get("name") if told.is_success else None


def test_two_others_let_it_through(server: Server) -> None:
    server.protect()
    refused = server.move()
    assert refused.status_code == 409
    assert refused.json()["checks"][0]["passed"] is False
    first = server.approve("bob").json()
    assert (first["by"], first["vouching"], first["role"]) == ("bob", "server", "approver")
    assert server.move().status_code == 409
    server.approve("bob")
    assert server.move().status_code == 409, "one person said it twice"
    server.approve("cleo")
    assert server.move().status_code == 201
    assert pointing(server) == "delay@1"
    told = server.ask("dora", "GET", "verdicts?ref=delay@1", "verdicts-1").json()["verdicts"]
    assert [each["passed"] for each in told] == [True, False, False, False]
    assert {each["by"] for each in told} == {"dora"}


def test_who_may_not_approve_does_not(server: Server) -> None:
    assert server.approve("dora").status_code == 403
    assert server.approve("bob", role="admin").status_code == 403
    assert server.approve("bob", seen="0000").status_code == 400
    body = {"ref": "delay@1", "policy": "production", "rule": "approvals"}
    body |= {"until": "2999-01-01", "reason": "so"}
    assert server.ask("dora", "POST", "waive", json=body).status_code == 403
    assert server.ask("bob", "POST", "waive", "waiver-1", json=body).status_code == 201
    body = {"name": "delay", "alias": "production", "policy": TWO}
    assert server.ask("bob", "POST", "protect", json=body).status_code == 403


def test_a_record_that_moves_the_alias_is_judged_here(server: Server) -> None:
    server.protect()
    for who in ("dora", "bob", "eve"):
        answer = server.send(who, said("alias", {"production": 1}))
        assert answer.status_code == 403, who
        assert "production" in answer.json()["detail"]
    assert server.send("eve", said("alias", {"production": None})).status_code == 201
    assert server.send("eve", said("alias", {"production": 7})).status_code == 403
    assert pointing(server) is None
    assert server.send("dora", said("alias", {"staging": 1})).status_code == 201
    server.approve("bob")
    server.approve("cleo")
    assert server.send("dora", said("alias", {"production": 1})).status_code == 201
    assert server.send("eve", said("alias", {"production": None})).status_code == 403


def test_a_verdict_that_a_record_brings_is_not_believed(server: Server) -> None:
    server.protect()
    record = said("alias", {"production": 1})
    lie = Facet(server.desk.id("delay@1"), "checks", Basis.OBSERVED, {record.id: {"passed": True}})
    answer = server.send("eve", replace(record, facets=(*record.facets, lie)))
    assert answer.status_code == 403


def test_protection_is_an_admins_and_changes_with_a_reason(server: Server) -> None:
    off = {"production": {"by": "x", "at": now()}}
    server.protect()
    assert server.send("dora", said("protection", off)).status_code == 403
    assert server.send("eve", said("protection", off)).status_code == 403
    reasoned = {"production": {"by": "eve", "at": now(), "reason": "the trial is over"}}
    assert server.send("dora", said("protection", reasoned)).status_code == 403
    assert server.send("eve", said("protection", reasoned)).status_code == 201
    assert server.ask("eve", "GET", "protections").json()["protections"] == []


def test_an_entry_that_travels_goes_through_the_same_gate(server: Server) -> None:
    server.protect()
    record = said("alias", {"production": 1})
    store = MemoryStore()
    with store.writing() as writer:
        writer.append(Record(new_id(), "x", now(), "test", nodes=(MODELS.node("delay"),)))
        writer.append(record)
    lines = [write_line(row) for row in store.entries()]
    for path in ("ledger/entries", "ledger/entries?project=mine"):
        body = b"[" + b",".join(lines) + b"]"
        headers = {"Content-Type": "application/json"}
        answer = server.ask("eve", "POST", path, content=body, extra=headers)
        assert answer.status_code == 403, answer.text
        assert "production" in answer.json()["detail"]
    assert pointing(server) is None


def test_a_record_says_nothing_in_the_place_of_another(server: Server) -> None:
    rejected = server.ask(
        "cleo", "POST", "reject", json={"ref": "delay@1", "reason": "the data has a hole"}
    ).json()["record"]
    node = server.desk.id("delay@1")
    for facet, key in (("approvals", rejected), ("checks", rejected), ("waivers", rejected)):
        told = Facet(node, facet, Basis.DECLARED, {key: {"by": "bob"}})
        record = Record(new_id(), "words", now(), "test", facets=(told,))
        assert server.send("bob", record).status_code == 403, facet
    observed = replace(said("alias", {"staging": 1}).facets[0], basis=Basis.OBSERVED)
    record = Record(new_id(), "words", now(), "test", facets=(observed,))
    assert server.send("bob", record).status_code == 403


def test_an_approval_from_elsewhere_counts_only_with_a_key_that_is_asked_for(
    server: Server,
) -> None:
    def signed(vouching: Vouching) -> Record:
        deciding = Deciding(
            server.desk.id("delay@1"),
            Decision.APPROVE,
            replace(BOB, name="cleo"),
            "x",
            key_of(BOB),
            "test",
            vouching=vouching,
        )
        return deciding.compose(server.desk.store, now())

    server.protect(TWO.replace("count: 2", "count: 1"))
    assert server.send("bob", signed(Vouching.SERVER)).status_code == 403
    assert server.send("dora", signed(Vouching.KEY)).status_code == 403
    assert server.send("bob", signed(Vouching.KEY)).status_code == 201
    assert server.move().status_code == 409
    body = {"name": "delay", "alias": "production", "reason": "bob's key is known"}
    body["policy"] = TWO.replace("count: 2", f"keys: {key_of(BOB).verifier.encode()}")
    assert server.ask("eve", "POST", "protect", json=body).status_code == 201
    assert server.move().status_code == 201


def test_nobody_waives_in_anothers_name(server: Server) -> None:
    told = {"w": {"policy": "production", "rule": "approvals", "until": "2999-01-01", "by": "eve"}}
    record = Record(
        new_id(),
        "words",
        now(),
        "test",
        facets=(Facet(server.desk.id("delay@1"), "waivers", Basis.DECLARED, told),),
    )
    assert server.send("dora", record).status_code == 403
    assert server.send("bob", record).status_code == 403


def test_asking_tells_without_keeping_anything(server: Server) -> None:
    server.protect()
    before = server.desk.store.head()
    told = server.ask("dora", "GET", "check?ref=delay@1", "check-1").json()
    assert (told["passed"], told["purpose"]) == (False, "production")
    body = {"ref": "delay@1", "policy": "policy: p\nrules: [clean-commit]"}
    assert server.ask("dora", "POST", "check", "check-1", json=body).json()["passed"]
    assert server.desk.store.head() == before
    assert server.ask("dora", "POST", "check", json={**body, "record": True}).is_success
    assert server.desk.store.head().size == before.size + 1
    body = {"ref": "delay@1", "policy": "policy: p\nrules: [nonsense]"}
    answer = server.ask("dora", "POST", "check", json=body)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "policy:2: there is no rule 'nonsense'"
    assert server.ask("dora", "GET", "rules", "rules-1").is_success


def test_what_the_server_signed_holds_under_its_key(server: Server) -> None:
    server.approve("bob")
    (told,) = server.ask("dora", "GET", "approvals?ref=delay@1", "approvals-1").json()["approvals"]
    voucher = server.service.gate.voucher
    assert voucher is not None
    assert VerifierKey.parse(told["key"]).public == voucher.public()
    assert told["problem"] == ""


@pytest.mark.slow
def test_the_same_commands_work_on_a_servers_record(tmp_path: Path) -> None:
    home = tmp_path / "server"
    home.mkdir()
    project = make_project(tmp_path)
    project.write("train.py", "open('model.bin', 'w').write('weights' * 20)\n")
    project.write("policies/production.yaml", TWO.replace("count: 2", "count: 1"))
    project.commit("a model")
    with serving(home) as (url, _):
        project.env["WHENCE_STORE"] = url
        project.run(sys.executable, "train.py")
        project.whence("register", "model.bin", "--model", "delay")
        project.whence("alias", "delay", "production", "--protect", "policies/production.yaml")
        check = ("delay@1", "--for", "production")
        told = project.ask("check", *check, status=1)
        assert told["policy"]["name"] == "production"
        refused = project.whence("alias", "delay@1", "production", status=1)
        assert "approvals" in refused.stdout
        said = project.ask("approve", "delay@1", "--reason", "seen", "--seen", told["sight"][:12])
        assert (said["by"], said["vouching"], said["role"]) == ("local", "server", "admin")
        assert project.ask("check", *check, "--record")["passed"]
        assert project.ask("alias", "delay@1", "production")["moved"]
        assert "approved by local" in project.whence("show", "delay@production").stdout
        project.ask("reject", "delay@1", "--reason", "a hole in the data")
        waived = ("--waive", "approvals", "--until", "2999-01-01", "--reason", "known")
        assert project.ask("check", *check, *waived)["passed"]
        assert not (tmp_path / "home" / ".config" / "whence" / "signing.key").exists()
