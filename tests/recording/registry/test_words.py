from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import UsageError
from whence.model.identity import NodeId
from whence.query.account import account_for
from whence.query.lines import history_of
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.words import Words
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")
BOB = ActorSeen("bob", "person")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return store


def data(store: MemoryStore) -> NodeId:
    return store.nodes([store.named("data/flights.csv")[0]])[0].id


def say(store: MemoryStore, words: Words) -> None:
    Recorder(store).record([words.compose])


def test_what_is_said_adds_up_and_can_be_taken_back(store: MemoryStore) -> None:
    node = data(store)
    say(store, Words(node, ADA, "tests", tags={"no-commercial": "", "team": "a"}))
    say(store, Words(node, ADA, "tests", tags={"team": None}, owners={"ada": "owner"}))
    say(store, Words(node, BOB, "tests", owners={"ada": None, "bob": ""}, licence="CC-BY-NC-4.0"))
    handle = store.find(node)
    assert handle is not None
    account = account_for(store, handle)
    assert account.said("tags") == {"no-commercial": ""}
    assert account.said("owners") == {"bob": ""}
    assert account.said("licence") == {"id": "CC-BY-NC-4.0"}
    say(store, Words(node, BOB, "tests", licence="", reason="bought"))
    assert account_for(store, handle).said("licence") == {}


def test_every_word_is_in_the_history_with_who_and_when(store: MemoryStore) -> None:
    node = data(store)
    say(store, Words(node, ADA, "tests", description="raw rows"))
    say(store, Words(node, BOB, "tests", tags={"pii": "no"}, licence="MIT", reason="checked"))
    handle = store.find(node)
    assert handle is not None
    second, first = history_of(store, handle)
    assert (first["what"], first["by"]) == ("description", "ada")
    assert first["told"] == {"description": {"text": "raw rows"}}
    assert (second["what"], second["by"], second["reason"]) == ("words", "bob", "checked")
    assert second["at"] >= first["at"]


def test_who_says_nothing_is_told_so(store: MemoryStore) -> None:
    with pytest.raises(UsageError, match="nothing is said"):
        say(store, Words(data(store), ADA, "tests"))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"tags": {"a=b": ""}}, "cannot be a tag"),
        ({"tags": {"": "x"}}, "cannot be a tag"),
        ({"tags": {"two\nlines": "x"}}, "cannot be a tag"),
        ({"owners": {" ada": "x"}}, "cannot be a tag or an owner"),
        ({"licence": "a\nb"}, "cannot name a licence"),
        ({"description": "x" * 20_000}, "has 20,000 characters"),
    ],
)
def test_what_cannot_be_said_is_refused(
    store: MemoryStore, said: Mapping[str, Any], why: str
) -> None:
    before = store.head()
    with pytest.raises(UsageError, match=why):
        say(store, Words(data(store), ADA, "tests", **said))
    assert store.head() == before


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "1", None])), min_size=1))
def test_tags_are_as_a_mapping_would_be(moves: list[tuple[str, str | None]]) -> None:
    store, told = MemoryStore(), dict[str, str]()
    Recorder(store).record_runs(pipeline()[:1])
    node = data(store)
    for name, value in moves:
        say(store, Words(node, ADA, "tests", tags={name: value}))
        told.pop(name, None)
        if value is not None:
            told[name] = value
    handle = store.find(node)
    assert handle is not None
    assert account_for(store, handle).said("tags") == told
    assert len(history_of(store, handle)) == len(moves)
