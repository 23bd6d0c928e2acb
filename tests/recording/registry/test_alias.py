import pytest

from whence.errors import NotFoundError, UsageError
from whence.model.identity import NodeId
from whence.query.account import account_for
from whence.query.lines import history_of
from whence.query.refs import resolve_ref
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.alias import AliasMove
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


def move(store: MemoryStore, number: int, alias: str) -> None:
    Recorder(store).record([AliasMove("delay", number, alias, ADA, "tests").compose])


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
    assert other.value.hint == "delay has version 1"


def test_an_alias_can_be_taken_away_and_comes_back(store: MemoryStore) -> None:
    register(store)
    move(store, 1, "production")
    gone = AliasMove("delay", None, "production", ADA, "tests", reason="nobody asks")
    Recorder(store).record([gone.compose])
    (handle, *_) = store.named("delay")
    assert account_for(store, handle).said("alias") == {}
    with pytest.raises(NotFoundError, match="no version or alias 'production'"):
        resolve_ref(store, "delay@production", lambda _: None)
    with pytest.raises(NotFoundError, match="there is no alias delay@production"):
        Recorder(store).record([gone.compose])
    move(store, 1, "production")
    moves = [row for row in history_of(store, handle) if row["what"] == "alias"]
    assert [(row.get("before"), row.get("after")) for row in moves] == [
        (None, 1),
        (1, None),
        (None, 1),
    ]
    assert moves[1]["reason"] == "nobody asks"
    assert {row["by"] for row in moves} == {"ada"}
