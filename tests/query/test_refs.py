import pytest

from whence.errors import AmbiguousError, NotFoundError
from whence.model.identity import NodeId, new_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.query.refs import OnDisk, resolve_ref
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.registration import Registration
from whence.store.memory import MemoryStore
from whence.testing.worlds import Version, digest_of, pipeline

ADA = ActorSeen("ada", "person")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    recorder = Recorder(store)
    for version in (Version(1), Version(2, data="332,776 flights", learning_rate=0.3)):
        recorder.record_runs(pipeline(version))
        model = store.nodes(store.named("models/delay.joblib")[:1])[0]
        recorder.record([Registration("delay", model.id, ADA, "tests").compose])
    recorder.record([AliasMove("delay", 1, "production", ADA, "tests").compose])
    return store


def nowhere(text: str) -> OnDisk | None:
    return OnDisk(text, None)


def found(store: MemoryStore, text: str) -> Node:
    return store.nodes([resolve_ref(store, text, nowhere).handle])[0]


def test_last_counts_backwards(store: MemoryStore) -> None:
    assert found(store, "last").name == "evaluate"
    assert found(store, "last~1").name == "train"
    with pytest.raises(NotFoundError, match="the store has 6"):
        found(store, "last~6")


def test_an_id_and_its_first_characters(store: MemoryStore) -> None:
    node = found(store, "last")
    assert found(store, node.id) == found(store, node.id[:8]) == node


def test_content(store: MemoryStore) -> None:
    sha256 = digest_of("336,776 flights")
    assert found(store, f"sha256:{sha256[:12]}").name == "data/flights.csv"
    assert found(store, f"sha256:{sha256}").name == "data/flights.csv"
    with pytest.raises(NotFoundError, match="no artifact has the content"):
        found(store, "sha256:" + "0" * 64)


def test_versions_and_aliases(store: MemoryStore) -> None:
    assert found(store, "delay@2").name == "delay@2"
    assert found(store, "delay@production").name == "delay@1"
    assert found(store, "delay").name == "delay@2"
    with pytest.raises(NotFoundError) as missing:
        found(store, "delay@staging")
    assert "delay@production" in missing.value.hint


def test_versions_of_a_dataset_count_its_contents(store: MemoryStore) -> None:
    first, second = found(store, "data/flights.csv@1"), found(store, "data/flights.csv@2")
    assert first.digest is not None
    assert first.digest.sha256 == digest_of("336,776 flights")
    assert second == found(store, "data/flights.csv")
    with pytest.raises(NotFoundError, match="2 contents"):
        found(store, "data/flights.csv@3")


def test_a_file_on_disk_is_known_by_its_bytes(store: MemoryStore) -> None:
    sha256 = digest_of("336,776 flights")
    first = resolve_ref(store, "x", lambda _: OnDisk("data/flights.csv", sha256))
    assert first.handle == resolve_ref(store, "data/flights.csv@1", nowhere).handle
    assert not first.notice
    moved = resolve_ref(store, "x", lambda _: OnDisk("elsewhere.csv", sha256))
    assert moved.handle == first.handle
    assert "data/flights.csv" in moved.notice


def test_a_changed_file_stands_for_the_latest_that_is_recorded(store: MemoryStore) -> None:
    changed = resolve_ref(store, "x", lambda _: OnDisk("data/flights.csv", "0" * 64))
    assert changed.handle == resolve_ref(store, "data/flights.csv@2", nowhere).handle
    assert "other bytes" in changed.notice


def test_a_job_stands_for_its_latest_run(store: MemoryStore) -> None:
    assert found(store, "train") == found(store, "last~1")


def test_what_is_unknown_is_answered_with_the_nearest(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError) as missing:
        found(store, "flights.csv")
    assert "data/flights.csv" in missing.value.hint
    with pytest.raises(NotFoundError) as lost:
        found(store, "zzz")
    assert "latest runs" in lost.value.hint
    with pytest.raises(NotFoundError) as empty:
        found(MemoryStore(), "zzz")
    assert "whence run" in empty.value.hint


def test_several_things_are_listed() -> None:
    store = MemoryStore()
    nodes = tuple(Node(NodeId(f"abcd{at:028x}"), NodeKind.JOB, f"job {at}") for at in range(2))
    store.append(Record(new_id(), "test", "2026-11-21T10:00:00.000Z", "tests", nodes))
    with pytest.raises(AmbiguousError) as several:
        found(store, "abcd")
    assert "job 0" in several.value.hint
    assert "job 1" in several.value.hint
    assert found(store, nodes[1].id).name == "job 1"
