import pytest

from whence.errors import InvalidRecordError, NotFoundError, UsageError
from whence.model.identity import NodeId
from whence.query.account import account_for, describe
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registration import AliasMove, Registration
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


def move(store: MemoryStore, number: int, alias: str) -> None:
    Recorder(store).record([AliasMove("delay", number, alias, ADA, "tests").compose])


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


def test_every_move_of_an_alias_is_kept_and_the_last_counts(store: MemoryStore) -> None:
    register(store)
    register(store)
    for number in (1, 2, 1):
        move(store, number, "production")
    (handle, *_) = store.named("delay")
    assert account_for(store, handle).said("alias") == {"production": 1}
    moves = [each.facet.data for each in store.facets(handle) if each.facet.name == "alias"]
    assert moves == [{"production": 1}, {"production": 2}, {"production": 1}]


@pytest.mark.parametrize("alias", ["", "7", "a b", "a@b", "-x"])
def test_an_alias_that_cannot_be_one_is_refused(store: MemoryStore, alias: str) -> None:
    register(store)
    with pytest.raises(UsageError, match="cannot be an alias"):
        move(store, 1, alias)


def test_an_alias_points_to_a_version_that_is_there(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError, match="there is no delay@1") as none:
        move(store, 1, "production")
    assert "whence register" in none.value.hint
    register(store)
    with pytest.raises(NotFoundError, match="there is no delay@7") as other:
        move(store, 7, "production")
    assert "versions 1 to 1" in other.value.hint
