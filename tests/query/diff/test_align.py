from collections.abc import Iterable
from dataclasses import replace

from whence.model.node import NodeKind
from whence.query.diff.align import Alignment, StepPair, ThingPair, align
from whence.query.diff.side import read_side
from whence.recording.observation import FileSeen, RunSeen
from whence.testing.worlds import Version, World, file_seen, pipeline, run_seen


def data(name: str, content: str) -> FileSeen:
    return file_seen(name, content, NodeKind.DATASET)


def made(*files: FileSeen) -> tuple[FileSeen, ...]:
    return tuple(replace(each, role="output") for each in files)


def aligned(world: World, a: int, b: int) -> Alignment:
    return align(read_side(world.store, a), read_side(world.store, b))


def steps(found: Alignment) -> list[tuple[str | None, str | None]]:
    """The days on which the two runs of each pair started, with their jobs."""

    def told(pair: StepPair, side: str) -> str | None:
        step = pair.a if side == "a" else pair.b
        if step is None:
            return None
        return f"{step.job} {step.account.said('outcome')['started_at'][8:10]}"

    return [(told(pair, "a"), told(pair, "b")) for pair in found.steps]


def names(world: World, pairs: Iterable[ThingPair]) -> set[tuple[str | None, str | None]]:
    def name(handle: int | None) -> str | None:
        return None if handle is None else world.store.nodes([handle])[0].name

    return {(name(pair.a), name(pair.b)) for pair in pairs}


def test_runs_of_one_job_answer_to_each_other() -> None:
    world = World(*pipeline(Version()), *pipeline(Version(2, data="fewer")))
    found = aligned(world, world.run("evaluate", 1), world.run("evaluate", 2))
    assert steps(found) == [
        ("prepare 01", "prepare 02"),
        ("train 01", "train 02"),
        ("evaluate 01", "evaluate 02"),
    ]
    assert names(world, found.used[1]) == {
        ("config.yaml", "config.yaml"),
        ("data/clean.parquet", "data/clean.parquet"),
    }
    assert names(world, found.outputs) == {("reports/metrics.json", "reports/metrics.json")}
    assert found.loose == ()


def test_a_run_that_both_have_answers_to_itself() -> None:
    clean = data("clean.csv", "clean")
    world = World(
        run_seen("prepare", 1, generated=made(clean)),
        run_seen("train", 1, 1, used=(clean,)),
        run_seen("train", 2, 1, used=(clean,)),
    )
    found = aligned(world, world.run("train", 1), world.run("train", 2))
    assert [(pair.job, pair.shared) for pair in found.steps] == [
        ("prepare", True),
        ("train", False),
    ]


def test_several_runs_of_one_job_are_told_apart_by_what_they_made() -> None:
    def rounds(number: int, order: tuple[str, str]) -> list[RunSeen]:
        parts = [data(f"{name}.csv", f"{name} {number}") for name in order]
        return [
            *(
                run_seen("split", number * 2 + at, at, generated=made(part))
                for at, part in enumerate(parts)
            ),
            run_seen("train", number, 9, used=tuple(parts)),
        ]

    world = World(*rounds(1, ("left", "right")), *rounds(2, ("right", "left")))
    found = aligned(world, world.run("train", 1), world.run("train", 2))
    assert sorted(steps(found), key=str) == [
        ("split 02", "split 05"),
        ("split 03", "split 04"),
        ("train 01", "train 02"),
    ]


def test_several_runs_of_one_job_are_told_apart_by_their_words() -> None:
    def rounds(number: int, order: tuple[str, str]) -> list[RunSeen]:
        runs = []
        for at, word in enumerate(order):
            part = data("part.csv", f"{word} {number}")
            command = {"command": ["python", "split.py", word]}
            runs.append(
                run_seen("split", number * 2 + at, at, generated=made(part), execution=command)
            )
        both = tuple(data("part.csv", f"{word} {number}") for word in order)
        return [*runs, run_seen("train", number, 9, used=both)]

    world = World(*rounds(1, ("left", "right")), *rounds(2, ("right", "left")))
    found = aligned(world, world.run("train", 1), world.run("train", 2))
    assert ("split 02", "split 05") in steps(found)
    assert ("split 03", "split 04") in steps(found)


def test_a_run_more_is_left_over() -> None:
    def rounds(number: int, count: int) -> list[RunSeen]:
        files = [data(f"{at}.csv", f"{at} of {number}") for at in range(count)]
        return [
            *(
                run_seen("fetch", number * 4 + at, at, generated=made(file))
                for at, file in enumerate(files)
            ),
            run_seen("train", number, 9, used=tuple(files)),
        ]

    world = World(*rounds(1, 2), *rounds(2, 3))
    found = aligned(world, world.run("train", 1), world.run("train", 2))
    assert (None, "fetch 10") in steps(found)
    assert len(found.steps) == 4


def test_the_runs_asked_about_answer_to_each_other_under_another_name() -> None:
    world = World(
        run_seen("train", 1, generated=made(data("m.pt", "1"))),
        run_seen("fit", 2, generated=made(data("m.pt", "2"))),
    )
    found = aligned(world, world.run("train", 1), world.run("fit", 2))
    assert steps(found) == [("train 01", "fit 02")]


def test_but_not_where_the_other_side_has_that_recipe_elsewhere() -> None:
    world = World(*pipeline(Version()), *pipeline(Version(2)))
    found = aligned(world, world.run("prepare", 1), world.run("train", 2))
    assert steps(found) == [("prepare 01", "prepare 02"), (None, "train 02")]


def test_the_things_asked_about_answer_to_each_other_whatever_they_are_called() -> None:
    world = World(
        run_seen("train", 1, generated=made(data("a.pt", "1"), data("b.pt", "2"))),
        run_seen("train", 2, generated=made(data("a.pt", "1"), data("b.pt", "3"))),
    )
    found = aligned(world, world.thing("a.pt", 1), world.thing("b.pt"))
    assert ("a.pt", "b.pt") in names(world, found.outputs)
    assert names(world, found.outputs) - {("a.pt", "b.pt")} == {("b.pt", None), (None, "a.pt")}


def test_files_called_anew_by_each_run_are_found_again_downstream() -> None:
    def rounds(number: int) -> list[RunSeen]:
        model = data(f"runs/{number}/model.pt", f"model {number}")
        return [
            run_seen("train", number, generated=made(model)),
            run_seen("evaluate", number, 1, used=(model,)),
        ]

    world = World(*rounds(11), *rounds(12))
    found = aligned(world, world.run("evaluate", 11), world.run("evaluate", 12))
    expected = {("runs/11/model.pt", "runs/12/model.pt")}
    assert names(world, found.generated[0]) == expected
    assert names(world, found.used[1]) == expected


def test_inputs_of_other_days_are_other_files() -> None:
    world = World(
        run_seen("train", 1, used=(data("day-01.csv", "a"), data("day-02.csv", "b"))),
        run_seen("train", 2, used=(data("day-02.csv", "b"), data("day-03.csv", "c"))),
    )
    found = aligned(world, world.run("train", 1), world.run("train", 2))
    assert names(world, found.used[0]) == {
        ("day-02.csv", "day-02.csv"),
        ("day-01.csv", None),
        (None, "day-03.csv"),
    }


def test_files_that_no_two_steps_share_answer_by_name() -> None:
    world = World(
        run_seen("train", 1, used=(data("x.csv", "1"),)),
        run_seen("prepare", 2, used=(data("x.csv", "2"),), generated=made(data("y.csv", "y"))),
        run_seen("train", 2, used=(data("y.csv", "y"),)),
    )
    found = aligned(world, world.run("train", 1), world.run("train", 2))
    assert names(world, found.loose) == {("x.csv", "x.csv"), (None, "y.csv")}
