import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import UsageError
from whence.model.derivation import MODEL_RELATIONS
from whence.model.digest import Digest
from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.moment import now
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.query.account import account_for
from whence.query.lineage import read_lineage
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.derivation import Derivation, OutsideModel, outside_model
from whence.recording.registry.registration import Registration
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")
COMMIT = "0123456789" * 4
HUB = OutsideModel(f"hf://org/name@{COMMIT}", "org/name", COMMIT)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    return store


def model(store: MemoryStore) -> NodeId:
    return store.nodes(store.named("models/delay.joblib")[:1])[0].id


def register(store: MemoryStore, *derived: Derivation) -> None:
    told = Registration("delay", model(store), ADA, "tests", derived=derived)
    Recorder(store).record([told.compose])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"hf:org/name@{COMMIT}", HUB),
        (f"hf://org/name@{COMMIT}", HUB),
        ("hf:gpt2", OutsideModel("hf://gpt2", "gpt2")),
        ("hf:org/name@refs/pr/1", OutsideModel("hf://org/name@refs/pr/1", "org/name", "refs/pr/1")),
        ("s3://models/m.bin", OutsideModel("s3://models/m.bin")),
        (
            "https://example.com/m.bin#sha256:" + "a" * 64,
            OutsideModel("https://example.com/m.bin", sha256="a" * 64),
        ),
        ("models/m.bin", None),
        ("delay@3", None),
        ("file:///m.bin", None),
        ("sha256:" + "a" * 64, None),
    ],
)
def test_addresses_beyond(text: str, expected: OutsideModel | None) -> None:
    assert outside_model(text) == expected


@pytest.mark.parametrize("text", ["hf:", "hf:a/b/c", "hf:a b", "hf:a/b@", "hf:@x"])
def test_what_looks_like_the_hub_and_is_not_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not name a model of the hub"):
        outside_model(text)


@given(st.text(max_size=60))
def test_any_text_names_something_beyond_or_nothing(text: str) -> None:
    try:
        found = outside_model(text)
    except UsageError:
        return
    assert found is None or "://" in found.node.name


@pytest.mark.parametrize("relation", MODEL_RELATIONS)
def test_a_base_model_beyond_is_in_the_trace_with_what_nobody_knows(
    store: MemoryStore, relation: str
) -> None:
    register(store, Derivation(relation, HUB))
    (version,) = store.named("delay@1")
    lineage = read_lineage(store, version, Direction.ORIGINS)
    edge = next(each for each in lineage.edges if each.role == relation)
    assert (edge.kind, edge.basis) == ("derived_from", "declared")
    base = next(each for each in lineage.nodes if each.node.id == edge.target)
    assert base.node.name == f"hf://org/name@{COMMIT}"
    assert [gap.kind for gap in base.gaps] == ["base-model-unknown"]
    handle = store.find(base.node.id)
    assert handle is not None
    assert account_for(store, handle).said("remote")["revision"] == COMMIT


def test_everybody_who_names_a_base_means_the_same(store: MemoryStore) -> None:
    register(store, Derivation("fine-tuned", HUB))
    nodes, edges = store.size()
    register(store, Derivation("fine-tuned", HUB))
    assert store.size() == (nodes + 1, edges + 3)


def test_a_movable_revision_is_a_gap(store: MemoryStore) -> None:
    outside = outside_model("hf:org/name@main")
    assert outside is not None
    register(store, Derivation("adapter", outside))
    (handle,) = store.named("hf://org/name@main")
    (gap,) = account_for(store, handle).gaps()
    assert (gap["kind"], gap["reason"]) == ("content-unknown", "main may move")


def test_a_base_that_the_capture_met_is_that_very_one(store: MemoryStore) -> None:
    name = f"hf://org/name@{COMMIT}/model.safetensors"
    met = Node(new_id(), NodeKind.MODEL, name, Digest("c" * 64), name)
    facet = Facet(met.id, "remote", Basis.OBSERVED, {"repo": "org/name", "revision": COMMIT})
    store.append(Record(new_id(), "tests", now(), "tests", (met,), (), (facet,)))
    register(store, Derivation("quantized", HUB))
    links = store.links([store.named("models/delay.joblib")[0]], Direction.ORIGINS)
    derived = [link.target for link in links if link.kind is EdgeKind.DERIVED_FROM]
    assert store.find(met.id) in derived


def test_several_models_can_be_merged(store: MemoryStore) -> None:
    other = outside_model("hf:org/other@v1")
    assert other is not None
    register(store, Derivation("merged", HUB), Derivation("merged", other))
    links = store.links([store.named("models/delay.joblib")[0]], Direction.ORIGINS)
    assert sum(link.role == "merged" for link in links) == 2


def test_nothing_comes_from_itself(store: MemoryStore) -> None:
    with pytest.raises(UsageError, match="cannot come from itself"):
        register(store, Derivation("pruned", model(store)))


def test_a_way_that_is_none_is_refused(store: MemoryStore) -> None:
    with pytest.raises(UsageError, match="no way in which models come"):
        register(store, Derivation("dreamt", HUB))
