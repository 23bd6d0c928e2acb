from dataclasses import replace

import pytest

from whence.errors import UsageError
from whence.model.edge import Basis
from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.query.diff.side import read_side
from whence.recording.observation import ActorSeen
from whence.recording.registry.registration import Registration
from whence.testing.worlds import Version, World, file_seen, pipeline, run_seen

MODEL = "models/delay.joblib"


@pytest.fixture
def world() -> World:
    return World(*pipeline(Version()))


def test_a_run_with_what_it_made_and_all_before_it(world: World) -> None:
    side = read_side(world.store, world.run("train"))
    assert [step.job for step in side.steps.values()] == ["prepare", "train"]
    assert side.thing is None
    assert side.makers == (world.run("train"),)
    assert [each.node.name for each in side.outputs()] == [MODEL]
    assert not side.truncated


def test_an_artifact_with_the_run_that_made_it_and_what_was_made_beside_it() -> None:
    files = tuple(
        file_seen(name, name, NodeKind.DATASET, "output") for name in ("one.csv", "two.csv")
    )
    world = World(run_seen("split", generated=files))
    side = read_side(world.store, world.thing("two.csv"))
    assert side.thing == world.thing("two.csv")
    assert side.makers == (world.run("split"),)
    assert [each.node.name for each in side.outputs()] == ["one.csv", "two.csv"]


def test_a_version_stands_for_the_artifact_that_it_pins(world: World) -> None:
    (node,) = world.store.nodes([world.thing(MODEL)])
    ada = ActorSeen("ada", "person")
    world.recorder.record([Registration("delay", node.id, ada, "tests").compose])
    side = read_side(world.store, world.thing("delay@1"))
    assert (side.root.name, side.thing) == ("delay@1", world.thing(MODEL))
    assert side.makers == (world.run("train"),)


def test_a_source_has_no_maker(world: World) -> None:
    side = read_side(world.store, world.thing("data/flights.csv"))
    assert (side.makers, dict(side.steps)) == ((), {})
    assert [each.node.name for each in side.outputs()] == ["data/flights.csv"]


@pytest.mark.parametrize(
    ("parts", "kind"), [(("job", "train"), "job"), (("actor", "person", "ada"), "actor")]
)
def test_what_is_neither_made_nor_run_has_no_lineage(
    world: World, parts: tuple[str, ...], kind: str
) -> None:
    handle = world.store.find(derived_id(*parts))
    assert handle is not None
    with pytest.raises(UsageError, match=f"{kind} has no lineage"):
        read_side(world.store, handle)


def test_code_and_environment_are_no_files_of_a_step(world: World) -> None:
    step = read_side(world.store, world.run("train")).steps[world.run("train")]
    assert {each.node.name for each in step.used} == {"config.yaml", "data/clean.parquet"}
    assert step.environment is not None
    assert world.store.nodes([step.environment])[0].kind is NodeKind.ENVIRONMENT


def test_a_file_that_was_observed_and_declared_is_met_once() -> None:
    seen = file_seen("x.csv", "x", NodeKind.DATASET)
    declared = replace(seen, basis=Basis.DECLARED)
    world = World(run_seen("train", used=(seen, declared)))
    side = read_side(world.store, world.run("train"))
    assert len(side.steps[world.run("train")].used) == 1


def test_who_measured_a_model(world: World) -> None:
    side = read_side(world.store, world.run("train"))
    assert [step.job for step in side.evaluations] == ["evaluate"]
    # What is in the lineage already is no later measurement, and data is not measured.
    assert read_side(world.store, world.run("evaluate")).evaluations == ()
    assert read_side(world.store, world.thing("data/clean.parquet")).evaluations == ()


def test_what_files_were_copied_from() -> None:
    original = file_seen("share/x.csv", "a table long enough to be known again", NodeKind.DATASET)
    copied = replace(original, name="x.csv", location="file:///x.csv")
    world = World(
        run_seen("fetch", generated=(replace(original, role="output"),)),
        run_seen("train", used=(copied,)),
    )
    side = read_side(world.store, world.run("train"))
    assert side.origins[world.thing("x.csv")] == (world.thing("share/x.csv"),)
    assert [step.job for step in side.steps.values()] == ["fetch", "train"]
    assert side.made() == {world.thing("share/x.csv")}
