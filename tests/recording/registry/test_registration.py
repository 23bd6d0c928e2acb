import pytest

from whence.errors import InvalidRecordError, UsageError
from whence.model.identity import NodeId
from whence.query.account import account_for, describe
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.registration import Registration
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return store


def model(store: MemoryStore) -> NodeId:
    return store.nodes(store.named("models/delay.joblib")[:1])[0].id


def register(store: MemoryStore, name: str = "delay") -> None:
    Recorder(store).record([Registration(name, model(store), ADA, "tests").compose])


def test_versions_are_numbered_from_one(store: MemoryStore) -> None:
    for number in (1, 2):
        register(store)
        told = describe(store, store.named(f"delay@{number}")[0])
        assert told["registration"]["number"] == number
        assert {each["edge"] for each in told["comes_from"]} == {
            "pins",
            "version_of",
            "attributed_to",
        }


def test_words_and_tags_are_kept_with_the_version(store: MemoryStore) -> None:
    registration = Registration(
        "delay", model(store), ADA, "tests", description="the first", tags={"team": "a"}
    )
    Recorder(store).record([registration.compose])
    account = account_for(store, store.named("delay@1")[0])
    assert account.said("description") == {"text": "the first"}
    assert account.said("tags") == {"team": "a"}


@pytest.mark.parametrize("name", ["", "a b", "a@b", "a:b", "/a", "\\a", "x" * 300, "a\n"])
def test_a_name_that_cannot_be_one_is_refused(store: MemoryStore, name: str) -> None:
    before = store.head()
    with pytest.raises(UsageError, match="cannot name a model"):
        register(store, name)
    assert store.head() == before


def test_nothing_unknown_can_be_registered(store: MemoryStore) -> None:
    registration = Registration("delay", NodeId("f" * 32), ADA, "tests")
    with pytest.raises(InvalidRecordError):
        Recorder(store).record([registration.compose])
