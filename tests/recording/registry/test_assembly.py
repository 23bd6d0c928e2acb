import hashlib
from typing import Any

import pytest

from whence.errors import UsageError
from whence.model.identity import NodeId
from whence.model.line import SYSTEMS
from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.query.lineage import read_lineage
from whence.recording.observation import ActorSeen, FileSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.assembly import Assembly, Part, ToolSeen
from whence.recording.registry.registration import Registration
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    model = store.nodes(store.named("models/delay.joblib")[:1])[0].id
    Recorder(store).record([Registration("delay", model, ADA, "tests").compose])
    return store


def version(store: MemoryStore) -> NodeId:
    return store.nodes(store.named("delay@1"))[0].id


def prompt(text: str = "Answer shortly, please.") -> FileSeen:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    place = "file:///home/ada/prompts/a.txt"
    return FileSeen("prompts/a.txt", place, NodeKind.PROMPT, "prompt", sha256, len(text))


def assembly(store: MemoryStore, text: str = "Answer shortly, please.", **more: Any) -> Assembly:
    parts = [
        Part("answer", "model", version(store), "delay@1"),
        Part("instructions", "prompt", prompt(text), "prompts/a.txt"),
        Part("search", "tool", ToolSeen("https://search.example/v2"), "https://search.example/v2"),
    ]
    more = {"parts": parts, "wires": [("search", "answer"), ("instructions", "answer")], **more}
    return Assembly("helpdesk", actor=ADA, source="tests", **more)


def keep(store: MemoryStore, made: Assembly) -> None:
    Recorder(store).record([made.compose])


def test_a_system_leads_through_all_its_parts_to_the_raw_data(store: MemoryStore) -> None:
    keep(store, assembly(store))
    (system,) = store.named("helpdesk@1")
    lineage = read_lineage(store, system, Direction.ORIGINS)
    names = {each.node.name for each in lineage.nodes}
    assert {"delay@1", "prompts/a.txt", "https://search.example/v2", "data/flights.csv"} <= names
    roles = {each.role for each in lineage.edges if each.kind == "has_member"}
    assert {"answer", "instructions", "search"} <= roles


def test_a_prompt_leads_to_every_system_that_has_it(store: MemoryStore) -> None:
    keep(store, assembly(store))
    (first,) = store.named("prompts/a.txt")
    keep(store, assembly(store, text="Answer at length, please."))
    reached = {each.node.name for each in read_lineage(store, first, Direction.EFFECTS).nodes}
    assert "helpdesk@1" in reached
    assert "helpdesk@2" not in reached


def test_the_same_parts_are_known_to_be_the_same(store: MemoryStore) -> None:
    assert assembly(store).same_as(store) is None
    keep(store, assembly(store))
    (kept,) = store.named("helpdesk@1")
    assert assembly(store).same_as(store) == kept
    assert assembly(store, wires=()).same_as(store) is None
    assert assembly(store, text="Something else entirely").same_as(store) is None
    keep(store, assembly(store))
    assert len(store.named("prompts/a.txt")) == 1


def test_an_alias_points_to_a_version_of_a_system(store: MemoryStore) -> None:
    keep(store, assembly(store))
    move = AliasMove("helpdesk", 1, "live", ADA, "tests", line=SYSTEMS)
    Recorder(store).record([move.compose])
    (line,) = store.named("helpdesk")
    assert account_for(store, line).said("alias") == {"live": 1}


def test_what_is_known_of_a_new_file_is_kept(store: MemoryStore) -> None:
    keep(store, assembly(store))
    (handle,) = store.named("prompts/a.txt")
    assert store.nodes([handle])[0].kind is NodeKind.PROMPT
    assert account_for(store, handle).said("file") == {"size": 23}


def test_a_file_that_is_two_parts_is_one(store: MemoryStore) -> None:
    parts = [Part(name, "prompt", prompt(), "prompts/a.txt") for name in ("a", "b")]
    keep(store, assembly(store, parts=parts, wires=()))
    assert len(store.named("prompts/a.txt")) == 1


@pytest.mark.parametrize(
    ("parts", "wires", "why"),
    [
        ([], (), "has no parts"),
        ([("a", "model"), ("a", "model")], (), "two parts are called 'a'"),
        ([("a", "ghost")], (), "cannot be a 'ghost'"),
        ([("", "model")], (), "cannot name a part"),
        ([("a", "model")], [("a", "b")], "joins 'b', which is no part"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(
    store: MemoryStore, parts: list[tuple[str, str]], wires: list[tuple[str, str]], why: str
) -> None:
    told = [Part(name, sort, version(store), "delay@1") for name, sort in parts]
    before = store.head()
    with pytest.raises(UsageError, match=why):
        keep(store, assembly(store, parts=told, wires=wires))
    assert store.head() == before


def test_a_system_cannot_have_the_name_of_a_model(store: MemoryStore) -> None:
    parts = [Part("a", "model", version(store), "delay@1")]
    with pytest.raises(UsageError, match="name of a model already"):
        keep(store, Assembly("delay", parts, ADA, "tests"))
