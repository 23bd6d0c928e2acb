from dataclasses import replace

import pytest

from whence.model.identity import NodeId, new_id
from whence.model.node import NodeKind
from whence.query.account import describe
from whence.query.gaps import gaps_json
from whence.recording.observation import ActorSeen, Claim, FileSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.registration import Registration
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

BYTES, OTHER = "ab" * 32, "cd" * 32


class World:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.recorder = Recorder(self.store)

    def run(self, name: str, *claims: Claim, sha256: str = BYTES) -> NodeId:
        model = FileSeen(
            name, f"file:///p/{name}", NodeKind.MODEL, "output", sha256, 500, claims=claims
        )
        run = replace(pipeline()[1], id=new_id(), used=(), generated=(model,))
        self.recorder.record_run(run)
        return run.id

    def register(self, name: str, model: str) -> NodeId:
        registration = Registration(
            model=model,
            artifact=self.store.nodes(self.store.named(name)[:1])[0].id,
            actor=ActorSeen("ada", "person"),
            source="tests",
        )
        self.recorder.record([registration.compose])
        return registration.version

    def reasons(self, node: NodeId) -> list[str]:
        handle = self.store.find(node)
        assert handle is not None
        shown = [each for each in describe(self.store, handle)["gaps"] if is_one(each)]
        listed = [each for each in gaps_json(self.store, handle)["gaps"] if is_one(each)]
        assert [each["reason"] for each in shown] == [each["reason"] for each in listed]
        return [each["reason"] for each in shown]


def is_one(gap: dict[str, str]) -> bool:
    return gap["kind"] == "contradiction"


@pytest.fixture
def world() -> World:
    return World()


def mlflow(version: str, model: str = "churn") -> Claim:
    return Claim("mlflow", model, version)


def card(version: str, model: str = "") -> Claim:
    return Claim("out/README.md", model, version)


def test_the_registry_says_three_and_the_bytes_are_those_of_two(world: World) -> None:
    world.run("a.pkl", mlflow("2"))
    run = world.run("b.pkl", mlflow("3"))
    (reason,) = world.reasons(run)
    declared, before = reason.split("; ")
    assert declared == "declared to be churn version 3 (mlflow)"
    assert before == "the same bytes were churn version 2 (mlflow) before"


def test_it_is_told_of_the_model_too_and_not_of_the_earlier_one(world: World) -> None:
    first = world.run("a.pkl", mlflow("2"))
    world.run("b.pkl", mlflow("3"))
    model = world.store.nodes(world.store.named("b.pkl"))[0].id
    assert len(world.reasons(model)) == 1
    assert world.reasons(first) == []


def test_the_card_says_three_and_the_bytes_are_our_version_two(world: World) -> None:
    world.run("old.pkl", sha256=OTHER)
    world.register("old.pkl", "delay")
    world.run("a.pkl")
    world.register("a.pkl", "delay")
    run = world.run("out/model.pkl", card("v3", "acme/Delay"))
    assert world.reasons(run) == [
        "declared to be acme/Delay version v3 (out/README.md); the same bytes were delay@2 before"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (mlflow("2"), mlflow("2")),
        (mlflow("2"), mlflow("3", "other")),
        (mlflow("2"), Claim("wandb", "churn", "5")),
        (card("2", "churn"), card("v2.0", "churn")),
        (mlflow("2"), card("3", "other")),
        (mlflow("2"), Claim("mlflow", sha256=BYTES)),
    ],
)
def test_what_is_no_contradiction(world: World, before: Claim, after: Claim) -> None:
    world.run("a.pkl", before)
    assert world.reasons(world.run("b.pkl", after)) == []


def test_other_bytes_have_other_versions(world: World) -> None:
    world.run("a.pkl", mlflow("2"))
    assert world.reasons(world.run("b.pkl", mlflow("3"), sha256=OTHER)) == []


def test_the_same_bytes_registered_again(world: World) -> None:
    world.run("a.pkl")
    first = world.register("a.pkl", "delay")
    world.run("b.pkl")
    second = world.register("b.pkl", "delay")
    assert world.reasons(first) == []
    assert world.reasons(second) == ["its bytes are those of delay@1"]
    assert world.reasons(world.register("b.pkl", "other")) == []
