from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from whence.errors import ForbiddenError, InvalidRecordError, WhenceError
from whence.model.edge import Basis, Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import derived_id, new_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.compose import RunComposer
from whence.recording.observation import ActorSeen, RunSeen
from whence.recording.recorder import Composer
from whence.recording.registry.registration import Registration
from whence.server.access.gate import Gate
from whence.server.access.permission import LOCAL, Mode, Principal, Role
from whence.server.door import admit, guarded
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ANN = Principal("ann", "person", {"mine": Role.CONTRIBUTOR, "seen": Role.READER})
NAMES = ("mine", "seen", "theirs")
DATA = {each: Node(derived_id("data", each), NodeKind.DATASET, f"data of {each}") for each in NAMES}
RUNS = {each: Node(derived_id("run", each), NodeKind.RUN, f"run of {each}") for each in NAMES}
MODEL = Node(derived_id("registered_model", "delay"), NodeKind.REGISTERED_MODEL, "delay")
JOB = Node(derived_id("job", "train"), NodeKind.JOB, "train")


def record(
    nodes: Sequence[Node] = (),
    edges: Sequence[Edge] = (),
    facets: Sequence[Facet] = (),
    project: str = "mine",
    kind: str = "note",
) -> Record:
    when = "2026-01-01T00:00:00.000Z"
    return Record(
        new_id(), kind, when, "test", tuple(nodes), tuple(edges), tuple(facets), project=project
    )


def said(node: Node, name: str = "description") -> Facet:
    # What is decided stands under the id of its record; nothing stands under any.
    decided = {"approvals", "waivers"}
    return Facet(node.id, name, Basis.DECLARED, {} if name in decided else {"text": "x"})


def used(run: Node, data: Node) -> Edge:
    return Edge(run.id, data.id, EdgeKind.USED, Basis.OBSERVED)


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    with made.writing() as writer:
        for each in NAMES:
            extra = (MODEL, JOB) if each == "theirs" else ()
            writer.append(record((DATA[each], RUNS[each], *extra), project=each))
    return made


FRESH = Node(derived_id("fresh"), NodeKind.RUN, "fresh")
GOOD = {
    "a run that used mine": record([FRESH], [used(FRESH, DATA["mine"])]),
    "a run that used what it may see": record([FRESH], [used(FRESH, DATA["seen"])]),
    "what its run met": record([FRESH], facets=[said(DATA["seen"], "claims")]),
    "words about mine": record(facets=[said(DATA["mine"])]),
    "mine, named again": record([DATA["mine"]]),
    "a job by its name": record([FRESH, JOB]),
}
FORBIDDEN = {
    "another project": record([FRESH], project="seen"),
    "the shared project": record([FRESH], project=""),
    "an approval": record([FRESH], kind="approval"),
    "an approval under another type": record(facets=[said(DATA["mine"], "approvals")]),
    "a waiver under another type": record(facets=[said(DATA["mine"], "waivers")]),
    "who guards an alias": record(facets=[said(DATA["mine"], "protection")]),
    "words about what is only seen": record(facets=[said(DATA["seen"])]),
    "an origin for what is only seen": record([], [used(RUNS["seen"], DATA["mine"])]),
    "what is only seen, drawn in": record([DATA["seen"]]),
    "what is withheld, drawn in": record([DATA["theirs"]]),
    "what is withheld, called otherwise": record([replace(DATA["theirs"], name="x")]),
    "a job by another name": record([replace(JOB, name="guess")]),
    "a model whose name is taken": record([MODEL]),
    "mine, given away": record(
        facets=[Facet(DATA["mine"].id, "project", Basis.DECLARED, {"theirs": True})]
    ),
    "what is only seen, drawn in by a word": record(
        facets=[Facet(DATA["seen"].id, "project", Basis.DECLARED, {"mine": True})]
    ),
}
UNKNOWN = {
    "a run that used what is withheld": record([FRESH], [used(FRESH, DATA["theirs"])]),
    "a word about what is withheld": record(facets=[said(DATA["theirs"])]),
    "what it met of what is withheld": record(facets=[said(DATA["theirs"], "claims")]),
}


ALL: dict[str, Record] = {**GOOD, **FORBIDDEN, **UNKNOWN}


def tried(store: MemoryStore, told: Record, who: Principal = ANN) -> WhenceError | None:
    with store.reading() as reader:
        try:
            admit(told, who, reader)
        except WhenceError as error:
            return error
    return None


@pytest.mark.parametrize("name", GOOD)
def test_what_one_may_say(store: MemoryStore, name: str) -> None:
    assert tried(store, GOOD[name]) is None


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_one_may_not_say(store: MemoryStore, name: str) -> None:
    assert isinstance(tried(store, FORBIDDEN[name]), ForbiddenError)


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_seen_is_as_if_it_were_not_there(store: MemoryStore, name: str) -> None:
    error = tried(store, UNKNOWN[name])
    assert isinstance(error, InvalidRecordError)
    nothing = tried(MemoryStore(), UNKNOWN[name])
    assert nothing is not None
    assert nothing.message == error.message


@pytest.mark.parametrize("name", ALL)
def test_an_auditor_says_nothing_and_an_admin_of_all_anything(
    store: MemoryStore, name: str
) -> None:
    told = ALL[name]
    auditor = Principal("aud", "person", {"*": Role.AUDITOR})
    assert isinstance(tried(store, told, auditor), ForbiddenError)
    assert tried(store, told, LOCAL) is None


def test_a_service_approves_nothing(store: MemoryStore) -> None:
    approval = record([FRESH], kind="approval")
    roles = {"mine": Role.APPROVER}
    assert tried(store, approval, Principal("eve", "person", roles)) is None
    assert isinstance(tried(store, approval, Principal("bot", "service", roles)), ForbiddenError)


def composer_of(run: RunSeen) -> Composer:
    return lambda reader, time: RunComposer(run, reader).compose(time)


def test_what_is_composed_here_sees_what_one_may_see_and_goes_to_ones_project(
    tmp_path: Path,
) -> None:
    store, gate = MemoryStore(), Gate.open(tmp_path, Mode.TOKENS)
    (seen,) = list(pipeline())[:1]
    for who in (
        Principal("bob", "service", {"theirs": Role.CONTRIBUTOR}),
        Principal("ann", "service", {"mine": Role.CONTRIBUTOR}),
    ):
        (compose,) = guarded([composer_of(replace(seen, id=new_id()))], who, gate)
        with store.writing() as writer:
            writer.append(compose(writer, "2026-01-01T00:00:00.000Z"))
    with store.reading() as reader:
        one, two = (each.record for each in reader.records())
    gate.close()
    assert one is not None
    assert two is not None
    assert (one.project, two.project) == ("theirs", "mine")
    # What bob's run met is not there for ann's: hers met things of her own, alike as they are.
    artifacts = [{each.id for each in told.nodes if each.is_artifact} for told in (one, two)]
    assert artifacts[0]
    assert artifacts[0].isdisjoint(artifacts[1])
    assert len(artifacts[0]) == len(artifacts[1])


def test_a_name_that_others_gave_a_model_is_taken(store: MemoryStore, tmp_path: Path) -> None:
    gate = Gate.open(tmp_path, Mode.TOKENS)
    registration = Registration(
        model="delay", artifact=DATA["mine"].id, actor=ActorSeen("person", "ann"), source="test"
    )
    (compose,) = guarded([registration.compose], ANN, gate)
    with store.reading() as reader, pytest.raises(ForbiddenError, match="not write to"):
        compose(reader, "2026-01-01T00:00:00.000Z")
    gate.close()
