"""What is declared of a model's origin, against what was seen of it."""

import hashlib
from dataclasses import replace

import pytest

from whence.model.edge import Basis
from whence.model.node import NodeKind
from whence.query.account import describe
from whence.query.gaps import gaps_json
from whence.query.lineage import read_lineage
from whence.recording.observation import ActorSeen, FileSeen, Flow
from whence.recording.recorder import Recorder
from whence.recording.registry.derivation import Derivation, outside_model
from whence.recording.registry.registration import Registration
from whence.store.interface import Direction
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

ADA = ActorSeen("ada", "person")
COMMIT = "b" * 40
HUB = f"hf://org/base@{COMMIT}"


def file(name: str, role: str = "input") -> FileSeen:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    location = name if "://" in name else f"file:///home/ada/{name}"
    return FileSeen(name, location, NodeKind.MODEL, role, sha256, 1_000)


@pytest.fixture
def store() -> MemoryStore:
    """A run that read weights from a hub, and wrote others that it had fine-tuned from them."""
    base, made = file(f"{HUB}/model.safetensors"), file("models/tuned.bin", "output")
    run = replace(
        pipeline()[-1],
        job="tune",
        used=(base,),
        generated=(made,),
        flows=(Flow(made.location, base.location, "fine-tuned"),),
    )
    store = MemoryStore()
    Recorder(store).record_runs([*pipeline()[:-1], run])
    return store


def register(store: MemoryStore, relation: str, of: str) -> list[str]:
    """The contradictions that the new version tells."""
    outside = outside_model(of)
    if outside is None:
        base = store.nodes(store.named(of))[0].id
        derived = Derivation(relation, base)
    else:
        derived = Derivation(relation, outside)
    artifact = store.nodes(store.named("models/tuned.bin"))[0].id
    told = Registration("tuned", artifact, ADA, "tests", derived=[derived])
    Recorder(store).record([told.compose])
    handle = store.find(told.version)
    assert handle is not None
    return [each["reason"] for each in describe(store, handle)["gaps"]]


def test_what_agrees_with_what_was_seen_is_no_contradiction(store: MemoryStore) -> None:
    assert register(store, "fine-tuned", f"hf:org/base@{COMMIT}") == []


def test_a_repository_without_a_revision_is_the_one_that_was_read(store: MemoryStore) -> None:
    assert register(store, "fine-tuned", "hf:org/base") == []


def test_another_way_than_was_seen_is_said(store: MemoryStore) -> None:
    (reason,) = register(store, "quantized", f"hf:org/base@{COMMIT}")
    assert reason == (
        f"declared quantized from {HUB}/model.safetensors, observed fine-tuned from it"
    )


def test_another_base_than_was_read_is_said_where_one_looks(store: MemoryStore) -> None:
    (reason,) = register(store, "fine-tuned", "hf:other/base@v1")
    assert reason == (
        "declared fine-tuned from hf://other/base@v1; "
        f"the run that made it read {HUB}/model.safetensors"
    )
    (version,) = store.named("tuned@1")
    lineage = read_lineage(store, version, Direction.ORIGINS)
    assert reason in [gap.reason for gap in lineage.gaps]
    assert reason in [gap["reason"] for gap in gaps_json(store, version)["gaps"]]


def test_nothing_is_said_where_no_run_was_seen_to_read_a_model(store: MemoryStore) -> None:
    artifact = store.nodes(store.named("models/delay.joblib"))[0].id
    base = outside_model("hf:other/base@v1")
    assert base is not None
    told = Registration("delay", artifact, ADA, "tests", derived=[Derivation("distilled", base)])
    Recorder(store).record([told.compose])
    (version,) = store.named("delay@1")
    assert describe(store, version)["gaps"] == []
    assert {link.basis for link in store.links([version], Direction.ORIGINS)} == {Basis.DECLARED}
