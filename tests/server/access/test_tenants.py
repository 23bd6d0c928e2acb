"""Two teams on one server: by no route does one get anything of the other."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from askings import asked, askings
from doors import bearer, guarded_server, token_of
from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.server.access.permission import Role
from whence.server.api import all_routes
from whence.server.service import Service
from whence.store.interface import Direction
from whence.store.sqlite import SqliteStore
from whence.wire.codec import encode

Both = tuple[TestClient, Service, str]
TEAMS = ("rouge", "azul")


class Team:
    """What one team has, with texts that are nowhere else."""

    def __init__(self, name: str, digit: str) -> None:
        self.name = name
        sha = (digit * 2 + "0c") * 16
        self.data = Node(
            self._id("data"),
            NodeKind.DATASET,
            f"{name}-only/orders.csv",
            Digest(sha),
            f"s3://{name}-only/orders.csv",
        )
        self.model = Node(
            self._id("model"), NodeKind.MODEL, f"{name}-only/m.pkl", Digest(sha[2:] + sha[:2])
        )
        self.run = Node(self._id("run"), NodeKind.RUN, f"{name}-only-train")
        self.line = Node(
            derived_id("registered_model", f"{name}-line"),
            NodeKind.REGISTERED_MODEL,
            f"{name}-line",
        )
        self.version = Node(self._id("version"), NodeKind.MODEL_VERSION, f"{name}-line@1")
        self.actor = Node(derived_id("actor", name), NodeKind.ACTOR, f"{name}-person")
        self.nodes = (self.data, self.model, self.run, self.line, self.version, self.actor)

    def _id(self, what: str) -> NodeId:
        return derived_id(self.name, what)

    def record(self) -> Record:
        joined = (
            (self.run, self.data, EdgeKind.USED),
            (self.model, self.run, EdgeKind.GENERATED_BY),
            (self.version, self.model, EdgeKind.PINS),
            (self.version, self.line, EdgeKind.VERSION_OF),
            (self.version, self.actor, EdgeKind.ATTRIBUTED_TO),
            (self.run, self.actor, EdgeKind.ASSOCIATED_WITH),
        )
        observed = Basis.OBSERVED
        outcome = {
            "state": "completed",
            "started_at": "2026-01-01T00:00:00.000Z",
            "ended_at": "2026-01-01T00:00:01.000Z",
        }
        facets = (
            Facet(self.run.id, "outcome", observed, outcome),
            Facet(self.run.id, "parameters", observed, {"p": f"{self.name}-only-value"}),
            Facet(self.line.id, "alias", Basis.DECLARED, {f"{self.name}-alias": 1}),
            Facet(
                self.version.id,
                "registration",
                Basis.DECLARED,
                {"number": 1, "registered_at": "2026-01-01T00:00:00.000Z", "by": "x"},
            ),
            Facet(self.version.id, "description", Basis.DECLARED, {"text": f"{self.name}-only"}),
        )
        return Record(
            self._id("record"),
            "run-ended",
            "2026-01-01T00:00:00.000Z",
            f"{self.name}-only-source",
            self.nodes,
            tuple(Edge(one.id, other.id, kind, observed) for one, other, kind in joined),
            facets,
            project=self.name,
        )

    def probes(self) -> list[str]:
        """Everything by which somebody could ask for what this team has."""
        told = [*(node.id for node in self.nodes), *(node.name for node in self.nodes)]
        told += [self.data.id[:8], f"{self.name}-line@{self.name}-alias", f"{self.name}-only"]
        for node in (self.data, self.model):
            assert node.digest is not None
            told += [node.digest.sha256, f"sha256:{node.digest.sha256}", node.digest.sha256[:12]]
            told.append(f"sha256:{node.digest.sha256[:12]}")
        assert self.data.location is not None
        return [*told, self.data.location, self.record().id]

    def secrets(self) -> list[str]:
        """Texts that the other team must never be shown."""
        digests = [node.digest.sha256 for node in self.nodes if node.digest is not None]
        return [f"{self.name}-", *(node.id for node in self.nodes), *digests]


RED, BLUE = Team("rouge", "a"), Team("azul", "b")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("served")
    with guarded_server(SqliteStore(folder), folder) as (client, service):
        tokens = [token_of(service, f"{each}-bot", {each: Role.CONTRIBUTOR}) for each in TEAMS]
        for team, token in zip((RED, BLUE), tokens, strict=True):
            body = json.dumps([encode(team.record())])
            headers = {**bearer(token), "Content-Type": "application/json"}
            answer = client.post("/api/v1/records", content=body, headers=headers)
            assert answer.status_code == 201, answer.text
        yield client, service, tokens[1]


def told(client: TestClient, method: str, path: str, token: str, **rest: Any) -> tuple[int, str]:
    answer = client.request(method, path, headers=bearer(token), **rest)
    assert answer.status_code < 500, f"{method} {path} {rest}: {answer.text[:500]}"
    return answer.status_code, answer.text


def state_of(service: Service, team: Team) -> list[object]:
    """All that is said of what a team has."""
    with service.store.reading() as reader:
        found: list[object] = []
        for node in team.nodes:
            handle = reader.find(node.id)
            assert handle is not None
            found += [reader.nodes([handle]), reader.facets(handle), reader.projects([handle])]
            found += [reader.links([handle], direction) for direction in Direction]
        return found


def nonsense_like(probe: str) -> str:
    """A text of the same form that names nothing."""
    head, colon, rest = probe.rpartition(":")
    if rest and set(rest) <= set("0123456789abcdef"):
        return head + colon + hashlib.sha256(rest.encode()).hexdigest()[: len(rest)]
    return probe.replace("rouge", "verde")


@pytest.mark.parametrize(
    "probes",
    [
        pytest.param([RED.run.id, RED.version.name, RED.probes()[-3]], id="some"),
        pytest.param(RED.probes(), marks=pytest.mark.slow, id="all"),
    ],
)
def test_no_route_tells_one_team_what_the_other_has(both: Both, probes: list[str]) -> None:
    client, service, token = both
    before = state_of(service, RED)
    for route in all_routes():
        for asking in askings(route):
            for probe in probes:
                path, rest = asked(asking, probe)
                status, said = told(client, route.method, path, token, **rest)
                where = f"{route.method} {path} {rest} → {status}: {said[:300]}"
                for secret in RED.secrets():
                    assert secret not in said.replace(probe, ""), where
                path, rest = asked(asking, nonsense_like(probe))
                other, _ = told(client, route.method, path, token, **rest)
                # The names of models are one for all: that one is taken can be seen.
                assert status in {other, 403} if route.method == "POST" else status == other, where
    assert state_of(service, RED) == before


def test_each_team_sees_what_it_has(both: Both) -> None:
    client, _, token = both
    for ref in BLUE.probes():
        if ref in {"azul-only", "azul-person", BLUE.record().id, BLUE.data.location}:
            continue
        status, said = told(client, "GET", "/api/v1/show", token, params={"ref": ref})
        if status == 404:
            assert not ref.startswith("sha256:"), ref
        else:
            assert (status, "azul-" in said) == (200, True), ref
    listed = told(client, "GET", "/api/v1/log", token)[1]
    assert BLUE.run.id in listed
    assert RED.run.id not in listed


def test_what_a_record_of_one_team_would_do_to_the_other_is_refused(
    both: Both,
) -> None:
    client, service, token = both
    before = state_of(service, RED)
    stolen = Record(
        derived_id("stolen"),
        "note",
        "2025-01-01T00:00:00.000Z",
        "x",
        (Node(RED.data.id, NodeKind.DATASET, "mine now", RED.data.digest),),
        project="azul",
    )
    used = Node(derived_id("azul", "thief"), NodeKind.RUN, "thief")
    reached = Record(
        derived_id("reached"),
        "note",
        "2025-01-01T00:00:00.000Z",
        "x",
        (used,),
        (Edge(used.id, RED.data.id, EdgeKind.USED, Basis.OBSERVED),),
        project="azul",
    )
    for record, status in ((stolen, 403), (reached, 422), (RED.record(), 403)):
        assert told(client, "POST", "/api/v1/records", token, json=[encode(record)])[0] == status
        (last,) = service.gate.log.latest(1)
        assert (last.event.kind, last.event.who) == ("denied", "azul-bot")
        assert last.event.detail["status"] == status
    assert state_of(service, RED) == before


def test_what_is_answered_as_if_it_were_not_there_is_written_down_as_denied(both: Both) -> None:
    client, service, token = both
    before = service.gate.log.head().size
    assert told(client, "GET", "/api/v1/show", token, params={"ref": "no-such-thing"})[0] == 404
    assert service.gate.log.head().size == before
    assert told(client, "GET", "/api/v1/show", token, params={"ref": RED.version.name})[0] == 404
    (last,) = service.gate.log.latest(1)
    assert last.event.detail["reason"] == "withheld"
    assert RED.version.id in last.event.detail["ids"]
    assert last.event.detail["projects"] == ["rouge"]
