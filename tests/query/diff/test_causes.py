from dataclasses import replace
from typing import Any

from whence.model.node import NodeKind
from whence.query.diff import diff
from whence.query.diff.causes import CAUSES_TOLD
from whence.query.diff.difference import Change
from whence.recording.observation import FileSeen, RunSeen
from whence.testing.worlds import World, file_seen, run_seen


def data(name: str, content: str) -> FileSeen:
    return file_seen(name, content, NodeKind.DATASET)


def made(file: FileSeen) -> FileSeen:
    return replace(file, role="output")


def changes(world: World) -> dict[str, Change]:
    layers = diff(world.store, world.run("train", 1), world.run("train", 2)).layers
    return {each.name: each for name in ("data", "outputs") for each in layers[name].changes}


def step(number: int, **more: Any) -> RunSeen:
    return run_seen("train", number, 5, **more)


def test_a_cause_of_another_step_is_no_cause() -> None:
    def steps(number: int, code: str) -> list[RunSeen]:
        file = data("x.csv", f"of {number}")
        return [
            run_seen("prepare", number, generated=(made(file),)),
            step(number, code={"train.py": code}, used=(file,)),
        ]

    found = changes(World(*steps(1, "one"), *steps(2, "two")))
    assert found["x.csv"].detail["cause"] == "unexplained"


def test_two_steps_of_one_job_have_causes_of_their_own() -> None:
    def steps(number: int, seed: int) -> list[RunSeen]:
        one, other = data("one.csv", f"one {seed}"), data("other.csv", f"other {number}")
        return [
            replace(
                run_seen("split", number, generated=(made(one),)),
                parameters={"seed": {"value": seed, "source": "command line"}},
            ),
            run_seen("split", number + 10, 1, generated=(made(other),)),
            step(number, used=(one, other)),
        ]

    found = changes(World(*steps(1, 7), *steps(2, 8)))
    assert found["one.csv"].detail["because"] == [{"layer": "parameters", "name": "seed"}]
    assert found["other.csv"].detail["cause"] == "unexplained"


def test_packages_that_nothing_imported_explain_nothing() -> None:
    def run(number: int) -> RunSeen:
        idle = [{"name": "idle", "version": str(number), "imported": False}]
        return step(
            number,
            environment={"python": {"version": "3"}, "packages": idle},
            generated=(made(data("m.pt", str(number))),),
        )

    world = World(run(1), run(2))
    found = diff(world.store, world.run("train", 1), world.run("train", 2))
    assert found.layers["environment"].status == "changed"
    assert found.layers["outputs"].changes[0].detail["cause"] == "unexplained"


def test_a_source_on_one_side_that_was_made_on_the_other() -> None:
    raw = data("x.csv", "given")
    built = data("x.csv", "built")
    world = World(
        step(1, used=(raw,)),
        run_seen("build", 2, generated=(made(built),)),
        step(2, used=(built,)),
    )
    assert changes(world)["x.csv"].detail == {
        "cause": "consequence",
        "because": [{"layer": "steps", "name": "build"}],
    }


def test_a_copy_differs_because_its_original_does() -> None:
    def steps(number: int) -> list[RunSeen]:
        original = data("share/x.csv", f"a table long enough to be known again, {number}")
        return [
            run_seen("fetch", number, code={"fetch.py": str(number)}, generated=(made(original),)),
            step(number, used=(replace(original, name="x.csv", location="file:///x.csv"),)),
        ]

    found = changes(World(*steps(1), *steps(2)))
    assert found["x.csv"].detail["because"] == [{"layer": "data", "name": "share/x.csv"}]
    assert found["share/x.csv"].detail["because"] == [{"layer": "code", "name": "fetch.py"}]


def test_a_new_file_follows_from_what_changed_in_its_step() -> None:
    old = step(1, code={"train.py": "1"}, generated=(made(data("m.pt", "m")),))
    new = step(
        2,
        code={"train.py": "2"},
        generated=(made(data("m.pt", "m")), made(data("extra.csv", "e"))),
    )
    assert changes(World(old, new))["extra.csv"].detail["because"] == [
        {"layer": "code", "name": "train.py"}
    ]


def test_many_causes_are_counted_and_those_of_every_layer_are_named() -> None:
    def run(number: int) -> RunSeen:
        inputs = tuple(data(f"in/{at:03}.csv", f"{at} of {number}") for at in range(100))
        return step(
            number,
            code={"train.py": str(number)},
            used=inputs,
            generated=tuple(made(data(f"out/{at}.csv", f"{at} {number}")) for at in range(3)),
        )

    for change in changes(World(run(1), run(2))).values():
        if change.name.startswith("out/"):
            names = [each["name"] for each in change.detail["because"]]
            assert names == [*(f"in/{at:03}.csv" for at in range(CAUSES_TOLD)), "train.py"]
            assert change.detail["because_more"] == 100 - CAUSES_TOLD
