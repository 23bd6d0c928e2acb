from dataclasses import replace
from typing import Any

import pytest

from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.query.diff import diff
from whence.query.diff.sentence import step_text, summarise
from whence.recording.observation import ActorSeen, RunSeen
from whence.recording.registry.registration import Registration
from whence.testing.worlds import Version, World, file_seen, pipeline, run_seen

MODEL = "models/delay.joblib"
FIRST = Version()


def told(world: World, a: int, b: int) -> str:
    head, _, body = summarise(diff(world.store, a, b)).partition(": ")
    assert head
    return body


def of_versions(*versions: Version, job: str = "train") -> str:
    world = World(*(run for version in versions for run in pipeline(version)))
    return told(world, world.run(job, 1), world.run(job, 2))


def of_runs(**more: Any) -> str:
    world = World(run_seen("train", 1), run_seen("train", 2, **more))
    return told(world, world.run("train", 1), world.run("train", 2))


def test_the_whole_story_in_one_line() -> None:
    code = {**FIRST.code, "train.py": "fit otherwise"}
    after = Version(2, data="fewer", code=code, leaves=63, auc=0.749)
    assert of_versions(FIRST, after) == (
        "1 parameter, 1 code file and 1 data file differ; 1 more follows from it; "
        "environment is the same; auc 0.764 → 0.749 (\N{MINUS SIGN}0.015)"
    )


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (Version(2), "nothing that is recorded of the two differs"),
        (
            Version(2, leaves=63),
            "1 parameter differs; data, code, environment and metrics are the same",
        ),
        (
            Version(2, packages={"pandas": "1", "scikit-learn": "2"}),
            "2 packages differ; data, code, parameters and metrics are the same",
        ),
    ],
)
def test_what_differs_and_what_does_not(after: Version, sentence: str) -> None:
    assert of_versions(FIRST, after) == sentence


def test_outputs_that_differ_for_no_reason_are_the_news() -> None:
    output = file_seen("m.pt", "1", NodeKind.MODEL, "output")
    other = file_seen("m.pt", "2", NodeKind.MODEL, "output")
    world = World(
        run_seen("train", 1, generated=(output,)), run_seen("train", 2, generated=(other,))
    )
    assert told(world, world.run("train", 1), world.run("train", 2)).endswith(
        "m.pt differs though nothing recorded upstream does"
    )


def test_what_cannot_be_said_is_said() -> None:
    gaps = (
        Gap("code-unknown", "x.so", "unreadable"),
        Gap("parameters-unknown", "c.yaml", "torn"),
    )
    sentence = of_runs(gaps=gaps)
    assert "whether code differs is not known" in sentence
    assert "whether parameters differ is not known" in sentence


def test_steps_of_one_side_and_runs_that_failed() -> None:
    data = file_seen("x.csv", "x", NodeKind.DATASET, "output")
    world = World(
        run_seen("train", 1),
        run_seen("augment", 2, code={"train.py": "do train"}, generated=(data,)),
        run_seen(
            "train", 2, used=(replace(data, role="input"),), state=RunState.FAILED, exit_status=3
        ),
    )
    sentence = told(world, world.run("train", 1), world.run("train", 2))
    assert "only b has augment" in sentence
    assert "train completed in a, failed with status 3 in b" in sentence


def test_packages_that_nothing_imported_are_told_as_such() -> None:
    def run(number: int) -> RunSeen:
        idle = [{"name": "idle", "version": str(number), "imported": False}]
        return run_seen("train", number, environment={"packages": idle})

    world = World(run(1), run(2))
    sentence = told(world, world.run("train", 1), world.run("train", 2))
    assert sentence.startswith("1 package that was not imported differs")


def test_many_metrics_are_counted() -> None:
    def run(number: int) -> RunSeen:
        return run_seen(
            "train", number, metrics={f"m{at}": {"value": number + at} for at in range(5)}
        )

    world = World(run(1), run(2))
    assert told(world, world.run("train", 1), world.run("train", 2)).endswith("5 metrics differ")


def test_what_the_two_are_called() -> None:
    world = World(*pipeline(FIRST), *pipeline(Version(2, leaves=63)), *pipeline(Version(3)))
    ada = ActorSeen("ada", "person")
    for back in (2, 1):
        (node,) = world.store.nodes([world.thing(MODEL, back)])
        world.recorder.record([Registration("delay", node.id, ada, "tests").compose])

    def head(a: int, b: int) -> str:
        return summarise(diff(world.store, a, b)).partition(": ")[0]

    def short(job: str, number: int) -> str:
        return world.store.nodes([world.run(job, number)])[0].id[:8]

    one, other = (world.store.nodes([world.thing(MODEL, back)])[0] for back in (2, 1))
    assert one.digest is not None
    assert other.digest is not None
    shas = f"{one.digest.sha256[:8]} → {other.digest.sha256[:8]}"
    assert head(world.thing("delay@1"), world.thing("delay@2")) == "delay@1 → delay@2"
    assert head(world.thing(MODEL, 2), world.thing(MODEL, 1)) == f"{MODEL} {shas}"
    assert head(world.thing(MODEL, 2), world.thing(MODEL)) == (
        f"{MODEL} {short('train', 1)} → {short('train', 3)}"
    )
    assert head(world.run("train", 1), world.run("train", 2)) == (
        f"train {short('train', 1)} → {short('train', 2)}"
    )
    assert head(world.run("prepare", 1), world.run("train", 2)) == (
        f"prepare {short('prepare', 1)} → train {short('train', 2)}"
    )
    assert head(world.run("train", 1), world.run("train", 1)) == "train, compared with itself"


def test_numbers_have_as_many_digits_as_a_reader_needs() -> None:
    assert step_text(0.123456789, 0.2, 0.076543211) == "0.123457 → 0.2 (+0.0765432)"
    assert step_text(0.12345678, 0.12345679, 1e-08) == "0.12345678 → 0.12345679 (+1e-08)"
    assert step_text("low", "high", None) == "low → high"
    assert step_text(3, 1, -2) == "3 → 1 (\N{MINUS SIGN}2)"
