import pytest

from whence.errors import UsageError
from whence.query.account import account_for
from whence.query.lines import history_of, retired_text, retirement_of
from whence.query.refs import resolve_ref
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.registration import Registration
from whence.recording.registry.retirement import Retirement
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    model = store.nodes(store.named("models/delay.joblib")[:1])[0].id
    for _ in range(2):
        Recorder(store).record([Registration("delay", model, ADA, "tests").compose])
    return store


def retire(store: MemoryStore, number: int, reason: str, *, is_back: bool = False) -> None:
    (node,) = store.nodes(store.named(f"delay@{number}"))
    Recorder(store).record([Retirement(node.id, ADA, "tests", reason, is_back).compose])


def test_a_retired_version_is_said_to_be_wherever_it_is_named(store: MemoryStore) -> None:
    retire(store, 2, "it leaks")
    found = resolve_ref(store, "delay@2", lambda _: None)
    assert found.notice.startswith("delay@2 is retired since 20")
    assert found.notice.endswith(": it leaks")
    told = retirement_of(account_for(store, found.handle))
    assert told is not None
    assert told["by"] == "ada"


def test_the_bare_name_means_the_latest_that_is_not_retired(store: MemoryStore) -> None:
    retire(store, 2, "it leaks")
    (first,) = store.named("delay@1")
    assert resolve_ref(store, "delay", lambda _: None).handle == first
    retire(store, 1, "old")
    (second,) = store.named("delay@2")
    assert resolve_ref(store, "delay", lambda _: None).handle == second


def test_what_is_back_is_retired_no_more_and_history_has_both(store: MemoryStore) -> None:
    retire(store, 1, "it leaks")
    retire(store, 1, "it does not", is_back=True)
    (handle,) = store.named("delay@1")
    assert retired_text(account_for(store, handle)) == ""
    whats = [row["what"] for row in history_of(store, handle)]
    assert sorted(whats) == ["registered", "restored", "retired"]


def test_an_alias_goes_to_a_retired_version_by_force_alone(store: MemoryStore) -> None:
    retire(store, 1, "it leaks")
    with pytest.raises(UsageError, match=r"delay@1 is retired since .*: it leaks") as refused:
        Recorder(store).record([AliasMove("delay", 1, "production", ADA, "tests").compose])
    assert "--force" in refused.value.hint
    forced = AliasMove("delay", 1, "production", ADA, "tests", force=True)
    Recorder(store).record([forced.compose])
    (line,) = store.named("delay")
    (move,) = [row for row in history_of(store, line) if row["what"] == "alias"]
    assert move["forced"] is True


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_retirement_has_a_reason(store: MemoryStore, reason: str) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        retire(store, 1, reason)
