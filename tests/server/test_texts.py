"""Source texts at a server: who may bring and read them, and what they are held to."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from doors import bearer, guarded_server, token_of
from whence.model.digest import Digest
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.moment import now
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.server.access.permission import EVERYWHERE, Role
from whence.server.limits import limit
from whence.server.service import Service
from whence.store.sqlite import SqliteStore

PLAIN = "print('hello')\n"
SECRET = "PASSWORD = 'hunter2hunter2zz'\n"
SAFE = "PASSWORD = '[redacted:password]'\n"

TOKENS: dict[str, dict[str, Role]] = {
    "ann": {"red": Role.CONTRIBUTOR},
    "ron": {"red": Role.READER},
    "ben": {"blue": Role.CONTRIBUTOR},
    "amy": {EVERYWHERE: Role.ADMIN},
}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Team:
    """A server with two projects, and one token for each of several people."""

    def __init__(self, store: SqliteStore, client: TestClient, service: Service) -> None:
        self.store, self.client, self.service = store, client, service
        self._tokens = {name: token_of(service, name, roles) for name, roles in TOKENS.items()}

    def know(self, text: str, project: str = "red", kind: NodeKind = NodeKind.CODE) -> str:
        """Have a record speak of a file."""
        node = Node(new_id(), kind, "train.py", Digest(digest(text)))
        record = Record(new_id(), "run-ended", now(), "test", nodes=(node,), project=project)
        with self.store.writing() as writer:
            writer.append(record)
        return digest(text)

    def ask(self, who: str, method: str, path: str, **more: Any) -> Any:
        return self.client.request(
            method, f"/api/v1/texts/{path}", headers=bearer(self._tokens[who]), **more
        )

    def put(self, who: str, sha256: str, text: str) -> int:
        status: int = self.ask(who, "PUT", sha256, json={"text": text}).status_code
        return status

    def get(self, who: str, sha256: str) -> str | None:
        answer = self.ask(who, "GET", sha256)
        assert answer.status_code in {200, 404}, answer.text
        return answer.json()["text"] if answer.status_code == 200 else None

    def lacking(self, who: str, *digests: str) -> dict[str, list[str]]:
        told: dict[str, list[str]] = self.ask(
            who, "POST", "lacking", json={"digests": digests}
        ).json()
        return told


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with ExitStack() as stack:
        store = SqliteStore(tmp_path)
        client, service = stack.enter_context(guarded_server(store, tmp_path))
        yield Team(store, client, service)


def test_a_text_goes_to_whoever_may_see_the_file(team: Team) -> None:
    sha256 = team.know(PLAIN)
    assert team.lacking("ann", sha256) == {"kept": [], "wanted": [sha256]}
    assert team.lacking("ron", sha256) == {"kept": [], "wanted": []}
    assert team.get("ann", sha256) is None
    assert team.put("ann", sha256, PLAIN) == 201
    assert team.put("ann", sha256, PLAIN) == 200
    assert team.get("ann", sha256) == team.get("ron", sha256) == PLAIN
    assert team.lacking("ron", sha256, sha256) == {"kept": [sha256], "wanted": []}
    assert team.get("ben", sha256) is None
    assert team.lacking("ben", sha256) == {"kept": [], "wanted": []}


def test_who_brings_what_nobody_may_is_refused(team: Team) -> None:
    sha256 = team.know(PLAIN)
    assert team.put("ron", sha256, PLAIN) == 403, "he reads"
    assert team.put("ben", sha256, PLAIN) == 404, "he does not see it"
    assert team.put("ann", digest("unheard of"), "unheard of") == 404
    data = team.know("1,2\n", kind=NodeKind.DATASET)
    assert team.put("ann", data, "1,2\n") == 404, "no rows"
    assert team.put("ann", sha256.upper(), PLAIN) == 400
    assert team.put("ann", "..%2F..%2Fetc", PLAIN) in {400, 404}
    assert team.client.get(f"/api/v1/texts/{sha256}").status_code == 401


def test_a_text_is_that_of_its_file(team: Team) -> None:
    sha256 = team.know(PLAIN)
    assert team.put("ann", sha256, PLAIN + "more\n") == 422
    nul = team.know("a\0b")
    assert team.put("ann", nul, "a\0b") == 422
    large = "x" * limit("text") + "y"
    assert team.put("ann", team.know(large), large) == 413
    fits = "ab " * (limit("text") // 3)
    assert team.put("ann", team.know(fits), fits) == 201


def test_secrets_are_taken_out_by_whoever_is_told_them(team: Team) -> None:
    sha256 = team.know(SECRET)
    assert team.put("ann", sha256, SECRET) == 201
    assert team.get("ron", sha256) == SAFE
    assert team.put("ann", sha256, SAFE) == 200


def test_a_text_that_was_changed_counts_where_it_came_from(team: Team) -> None:
    sha256 = team.know(SECRET)
    team.know(SECRET, project="blue")
    assert team.put("ben", sha256, SAFE + "os.remove('all')\n") == 201
    assert team.get("ron", sha256) is None, "ben cannot speak for red"
    assert team.put("ann", sha256, SAFE) == 201
    assert team.get("ron", sha256) == SAFE
    assert team.put("ann", sha256, SAFE + "# [redacted:key]\n") == 409
    assert team.get("ben", sha256) == SAFE + "os.remove('all')\n"


def test_a_damaged_text_is_as_good_as_gone(team: Team, tmp_path: Path) -> None:
    sha256 = team.know(PLAIN)
    assert team.put("ann", sha256, PLAIN) == 201
    (path,) = (tmp_path / "texts").rglob("*.text")
    path.write_bytes(b"damaged")
    assert team.get("ann", sha256) is None
    shutil.rmtree(tmp_path / "texts")
    assert team.put("ann", sha256, PLAIN) == 201


def test_a_difference_shows_the_lines_once_both_texts_are_there(team: Team) -> None:
    runs = [new_id(), new_id()]
    texts = ["rate = 1\nprint(rate)\n", "rate = 2\nprint(rate)\n"]
    for run, text in zip(runs, texts, strict=True):
        _ran(team, run, text)
    path = f"../diff?a={runs[0]}&b={runs[1]}"
    before = team.ask("ron", "GET", path)
    assert "rate = 2" not in before.text
    for text in texts:
        assert team.put("ann", digest(text), text) == 201
    tag = before.headers.get("ETag", "*")
    after = team.client.get(
        f"/api/v1/diff?a={runs[0]}&b={runs[1]}",
        headers=bearer(team._tokens["ron"]) | {"If-None-Match": tag},
    )
    assert after.status_code == 200
    assert "rate = 2" in after.text
    assert "rate = 2" not in team.ask("ben", "GET", path).text


def _ran(team: Team, run: str, text: str) -> None:

    code = Node(new_id(), NodeKind.CODE, "train.py", Digest(digest(text)))
    node = Node(NodeId(run), NodeKind.RUN, "train")
    files = [{"path": "train.py", "sha256": digest(text)}]
    record = Record(
        new_id(),
        "run-ended",
        now(),
        "test",
        nodes=(code, node),
        edges=(Edge(node.id, code.id, EdgeKind.USED, Basis.OBSERVED, "code"),),
        facets=(Facet(node.id, "code", Basis.OBSERVED, {"files": files}),),
        project="red",
    )
    with team.store.writing() as writer:
        writer.append(record)
