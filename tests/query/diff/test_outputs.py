from dataclasses import replace
from typing import Any

from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.query.diff import diff
from whence.query.diff.difference import LayerDiff
from whence.recording.observation import FileSeen, RunSeen
from whence.testing.worlds import Version, World, file_seen, pipeline, run_seen


def output(name: str, content: str, kind: NodeKind = NodeKind.MODEL) -> FileSeen:
    return file_seen(name, content, kind, "output")


def trained(number: int, *generated: FileSeen, **more: Any) -> RunSeen:
    return run_seen("train", number, generated=generated, **more)


def compared(*runs: RunSeen) -> LayerDiff:
    world = World(*runs)
    return diff(world.store, world.run("train", 1), world.run("train", 2)).layers["outputs"]


def told(layer: LayerDiff) -> list[tuple[Any, ...]]:
    return [(each.what, each.name, each.detail.get("cause")) for each in layer.changes]


def test_what_runs_made() -> None:
    layer = compared(
        trained(1, output("m.pt", "1"), output("log.txt", "x"), output("old.png", "x1")),
        trained(2, output("m.pt", "2"), output("log.txt", "x"), output("new.png", "x2")),
    )
    assert told(layer) == [
        ("changed", "m.pt", "unexplained"),
        ("only_in_a", "old.png", "unexplained"),
        ("only_in_b", "new.png", "unexplained"),
    ]


def test_what_is_called_anew_each_time_is_found_again() -> None:
    layer = compared(
        trained(1, output("runs/2026-11-20/m-1a2b3c4d.pt", "1"), code={"train.py": "1"}),
        trained(2, output("runs/2026-11-21/m-99aa88bb.pt", "2"), code={"train.py": "2"}),
    )
    (change,) = layer.changes
    assert (change.what, change.name) == ("changed", "runs/2026-11-21/m-99aa88bb.pt")
    assert change.a["name"] == "runs/2026-11-20/m-1a2b3c4d.pt"
    assert change.detail["because"] == [{"layer": "code", "name": "train.py"}]


def test_an_artifact_is_compared_with_what_was_made_beside_it() -> None:
    world = World(
        trained(1, output("m.pt", "1"), output("curve.png", "1", NodeKind.DOCUMENT)),
        trained(2, output("m.pt", "1"), output("curve.png", "2", NodeKind.DOCUMENT)),
    )
    found = diff(world.store, world.thing("m.pt", 1), world.thing("m.pt"))
    assert told(found.layers["outputs"]) == [("changed", "curve.png", "unexplained")]


def test_two_files_that_one_run_made() -> None:
    world = World(trained(1, output("a.pt", "1"), output("b.pt", "2")))
    found = diff(world.store, world.thing("a.pt"), world.thing("b.pt"))
    (change,) = found.layers["outputs"].changes
    assert (change.name, change.a["name"]) == ("b.pt", "a.pt")
    assert change.detail["cause"] == "independent"
    others = {name: layer.status for name, layer in found.layers.items() if name != "outputs"}
    assert set(others.values()) == {"same"}


def test_files_without_a_run_are_compared_as_they_are() -> None:
    world = World(*pipeline(Version()), *pipeline(Version(2, data="fewer")))
    csv = "data/flights.csv"
    found = diff(world.store, world.thing(csv, 1), world.thing(csv))
    (change,) = found.layers["outputs"].changes
    assert (change.name, change.detail["cause"]) == (csv, "independent")
    assert found.layers["data"].status == "same"
    assert found.a.run is None


def test_a_model_tuned_from_the_other_has_it_among_its_data() -> None:
    base = output("base.pt", "one")
    world = World(
        trained(1, base),
        trained(2, output("tuned.pt", "two"), used=(replace(base, role="input"),)),
    )
    found = diff(world.store, world.thing("base.pt"), world.thing("tuned.pt"))
    assert [(step.job, step.a is None) for step in found.steps] == [
        ("train", True),
        ("train", False),
    ]
    assert [(each.what, each.name) for each in found.layers["data"].changes] == [
        ("only_in_b", "base.pt")
    ]
    assert [each.name for each in found.layers["outputs"].changes] == ["tuned.pt"]


def test_how_the_runs_ended() -> None:
    layer = compared(trained(1), trained(2, state=RunState.FAILED, exit_status=1))
    (change,) = layer.changes
    assert (change.name, change.a, change.b) == ("outcome", "completed", "failed with status 1")
    layer = compared(
        trained(1, state=RunState.KILLED, exit_status=None, signal="SIGKILL"), trained(2)
    )
    assert layer.changes[0].a == "killed by SIGKILL"


def test_outputs_that_nobody_watched_are_not_known() -> None:
    gap = Gap("observer-missing", "files", "no tracer was active")
    layer = compared(trained(1), trained(2, gaps=(gap,)))
    assert layer.status == "unknown"
    # What another step left open says nothing of what this one made.
    data = file_seen("x.csv", "x", NodeKind.DATASET, "output")
    use = (replace(data, role="input"),)
    steps = [run_seen("prepare", number, gaps=(gap,), generated=(data,)) for number in (1, 2)]
    layer = compared(steps[0], trained(1, used=use), steps[1], trained(2, used=use))
    assert layer.status == "same"
