from dataclasses import replace
from typing import Any

import pytest

from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.query.diff import diff
from whence.query.diff.difference import LayerDiff
from whence.recording.observation import FileSeen, Member, RunSeen
from whence.recording.resolve import manifest_digest
from whence.testing.worlds import Version, World, digest_of, file_seen, pipeline, run_seen


def data(name: str, content: str) -> FileSeen:
    return file_seen(name, content, NodeKind.DATASET)


def made(file: FileSeen) -> FileSeen:
    return replace(file, role="output")


def trained(number: int, *used: FileSeen, **more: Any) -> RunSeen:
    return run_seen("train", number, 9, used=used, **more)


def compared(*runs: RunSeen) -> LayerDiff:
    world = World(*runs)
    return diff(world.store, world.run("train", 1), world.run("train", 2)).layers["data"]


def told(layer: LayerDiff) -> list[tuple[Any, ...]]:
    return [(each.what, each.name, each.detail.get("cause")) for each in layer.changes]


def test_roots_come_first_and_what_follows_from_them_says_so() -> None:
    world = World(*pipeline(Version()), *pipeline(Version(2, data="fewer flights", rows=1)))
    runs = world.run("evaluate", 1), world.run("evaluate", 2)
    layer = diff(world.store, *runs).layers["data"]
    assert told(layer) == [
        ("changed", "data/flights.csv", "independent"),
        ("changed", "data/clean.parquet", "consequence"),
        ("changed", "models/delay.joblib", "consequence"),
    ]
    flights, clean, model = layer.changes
    assert flights.a["rows"] == 336_776
    assert flights.b == {
        "artifact": world.store.nodes([world.thing("data/flights.csv")])[0].id,
        "name": "data/flights.csv",
        "kind": "dataset",
        "sha256": digest_of("fewer flights"),
        "size": 77,
        "rows": 1,
    }
    assert clean.detail["because"] == [{"layer": "data", "name": "data/flights.csv"}]
    assert clean.steps == ("train", "evaluate")
    assert model.detail["because"] == [{"layer": "data", "name": "data/clean.parquet"}]


def test_a_file_that_differs_without_a_cause_is_marked() -> None:
    def steps(number: int) -> list[RunSeen]:
        file = data("shuffled.csv", f"in the order of {number}")
        return [
            run_seen("prepare", number, used=(data("raw.csv", "raw"),), generated=(made(file),)),
            trained(number, file),
        ]

    (change,) = compared(*steps(1), *steps(2)).changes
    assert (change.name, change.detail["cause"]) == ("shuffled.csv", "unexplained")
    assert change.detail["unexplained"] is True


def test_code_parameters_and_environment_are_causes_too() -> None:
    def steps(number: int, code: str) -> list[RunSeen]:
        file = data("x.csv", f"made by {code}")
        return [
            run_seen(
                "prepare",
                number,
                code={"prepare.py": code},
                packages={"numpy": code},
                parameters={"rows": {"value": code, "source": "command line"}},
                generated=(made(file),),
            ),
            trained(number, file),
        ]

    (change,) = compared(*steps(1, "1"), *steps(2, "2")).changes
    assert change.detail["because"] == [
        {"layer": "code", "name": "prepare.py"},
        {"layer": "parameters", "name": "rows"},
        {"layer": "environment", "name": "environment"},
    ]


def test_files_that_only_one_of_the_two_read() -> None:
    layer = compared(trained(1, data("a.csv", "a")), trained(2, data("b.csv", "b")))
    assert told(layer) == [
        ("only_in_a", "a.csv", "independent"),
        ("only_in_b", "b.csv", "independent"),
    ]
    assert [(each.a is None, each.b is None) for each in layer.changes] == [
        (False, True),
        (True, False),
    ]


def test_the_same_content_under_another_name_is_the_same() -> None:
    layer = compared(trained(1, data("old.csv", "rows")), trained(2, data("new.csv", "rows")))
    assert layer.status == "same"
    assert layer.notes == ("old.csv is called new.csv in b; its content is the same",)


def test_a_file_of_unknown_content_is_not_the_same() -> None:
    gap = Gap("content-unknown", "x.csv", "it was overwritten")
    layer = compared(
        trained(1, data("x.csv", "x")),
        trained(2, replace(data("x.csv", "x"), sha256=None, gap=gap)),
    )
    assert layer.status == "unknown"
    assert layer.changes[0].detail == {"reason": "its content is not known on b"}
    layer = compared(
        trained(1, data("x.csv", "x"), data("y.csv", "1")),
        trained(2, replace(data("x.csv", "x"), sha256=None, gap=gap), data("y.csv", "2")),
    )
    assert layer.status == "changed"
    assert [each.what for each in layer.changes] == ["changed", "unknown"]


def test_an_unknown_cause_explains_nothing_and_rules_nothing_out() -> None:
    def steps(number: int) -> list[RunSeen]:
        raw = replace(data("raw.csv", "raw"), sha256=None)
        file = data("x.csv", f"x{number}")
        return [
            run_seen("prepare", number, used=(raw,), generated=(made(file),)),
            trained(number, file),
        ]

    layer = compared(*steps(1), *steps(2))
    assert told(layer) == [("changed", "x.csv", "unknown"), ("unknown", "raw.csv", None)]
    assert layer.changes[0].detail["because"] == [
        {"layer": "data", "name": "raw.csv", "unknown": True}
    ]


@pytest.mark.parametrize("kind", ["observer-missing", "observer-blind", "erased"])
def test_a_run_that_nobody_watched_may_have_read_anything(kind: str) -> None:
    gap = Gap(kind, "files", "no tracer was active")
    layer = compared(trained(1), trained(2, gaps=(gap,)))
    assert layer.status == "unknown"
    assert layer.changes[0].detail["reason"] == "no tracer was active"


def test_configuration_and_code_are_not_data() -> None:
    binary = file_seen("/usr/bin/tool", "v1", NodeKind.CODE, "executable")
    config = file_seen("config.yaml", "1", NodeKind.CONFIG, "config")
    layer = compared(trained(1, binary, config), trained(2, replace(binary, sha256="0" * 64)))
    assert layer.status == "same"


def test_a_base_model_is_data() -> None:
    base = [file_seen("base.pt", version, NodeKind.MODEL) for version in ("one", "two")]
    layer = compared(trained(1, base[0]), trained(2, base[1]))
    assert told(layer) == [("changed", "base.pt", "independent")]
    assert layer.changes[0].a["kind"] == "model"


# -------------------------------------------------------------------- folders


def folder(*members: tuple[str, str], gap: Gap | None = None) -> FileSeen:
    files = tuple(Member(path, len(text), digest_of(text)) for path, text in members)
    seen = data("images", "")
    return replace(seen, sha256=manifest_digest(files), size=100, members=files, gap=gap)


def test_a_folder_says_which_of_its_files_differ() -> None:
    layer = compared(
        trained(1, folder(("a", "1"), ("b", "1"), ("c", "1"))),
        trained(2, folder(("a", "1"), ("b", "2"), ("d", "1"))),
    )
    (change,) = layer.changes
    assert change.detail["members"] == {
        "added": 1,
        "removed": 1,
        "changed": 1,
        "unchanged": 1,
        "paths": {"added": ["d"], "removed": ["c"], "changed": ["b"]},
    }


def test_a_folder_that_was_read_in_part_is_not_known_to_be_the_same() -> None:
    gap = Gap("content-unknown", "images", "1 of 2 files could not be read, b among them")
    layer = compared(trained(1, folder(("a", "1"))), trained(2, folder(("a", "1"), gap=gap)))
    assert layer.status == "unknown"
    assert layer.changes[0].detail == {"reason": "its content is known in part only"}


def test_a_folder_differs_because_a_file_that_a_run_put_there_does() -> None:
    text = {number: f"a picture, number {number}" for number in (1, 2)}

    def steps(number: int) -> list[RunSeen]:
        part = replace(data("images/a", text[number]), size=len(text[number]))
        return [
            run_seen(
                "draw",
                number,
                code={"draw.py": f"{number}"},
                generated=(made(part),),
            ),
            trained(number, folder(("a", text[number]))),
        ]

    layer = compared(*steps(1), *steps(2))
    whole = next(each for each in layer.changes if each.name == "images")
    assert whole.detail["because"] == [{"layer": "data", "name": "images/a"}]
    part = next(each for each in layer.changes if each.name == "images/a")
    assert part.detail["because"] == [{"layer": "code", "name": "draw.py"}]


# ------------------------------------------------------- steps of one side alone


def test_what_a_step_of_one_side_made_follows_from_the_step() -> None:
    extra = data("more.csv", "more")
    layer = compared(
        trained(1, data("x.csv", "x")),
        run_seen("augment", 2, used=(data("x.csv", "x"),), generated=(made(extra),)),
        trained(2, data("x.csv", "x"), extra),
    )
    (change,) = layer.changes
    assert (change.what, change.name, change.steps) == ("only_in_b", "more.csv", ("train",))
    assert change.detail["because"] == [{"layer": "steps", "name": "augment"}]


def test_files_with_the_same_change_are_told_once_for_all_steps() -> None:
    def steps(number: int) -> list[RunSeen]:
        names = file_seen("names.csv", f"names {number}", NodeKind.DATASET)
        file = data("x.csv", "x")
        return [
            run_seen("prepare", number, used=(names,), generated=(made(file),)),
            trained(number, names, file),
        ]

    (change,) = compared(*steps(1), *steps(2)).changes
    assert (change.name, change.steps) == ("names.csv", ("prepare", "train"))


def test_a_lineage_beyond_the_limit_is_not_known_to_be_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("whence.query.diff.side.LIMIT", 3)
    world = World(*pipeline(Version()), *pipeline(Version(2)))
    found = diff(world.store, world.run("evaluate", 1), world.run("evaluate", 2))
    told = {(each.what, each.name) for each in found.layers["data"].changes}
    assert ("unknown", "lineage") in told
