from dataclasses import replace
from typing import Any

from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.query.diff import diff
from whence.query.diff.difference import LayerDiff
from whence.recording.observation import RunSeen
from whence.testing.worlds import World, digest_of, file_seen, run_seen


def value(value: Any, source: str = "command line") -> dict[str, Any]:
    return {"value": value, "source": source}


def config(content: str, name: str = "config.yaml") -> Any:
    return file_seen(name, content, NodeKind.CONFIG, "config")


def trained(number: int, parameters: dict[str, Any] | None = None, **more: Any) -> RunSeen:
    return run_seen("train", number, 5, parameters=parameters or {}, **more)


def compared(*runs: RunSeen, texts: dict[str, str] | None = None) -> LayerDiff:
    world = World(*runs)
    kept = {digest_of(text): text for text in (texts or {}).values()}
    found = diff(world.store, world.run("train", 1), world.run("train", 2), text_of=kept.get)
    return found.layers["parameters"]


def told(layer: LayerDiff) -> list[tuple[Any, ...]]:
    return [(each.what, each.name, each.a, each.b) for each in layer.changes]


def test_values_changed_and_values_of_one_side() -> None:
    layer = compared(
        trained(1, {"rate": value(0.1), "leaves": value(31), "old": value("x")}),
        trained(2, {"rate": value(0.3), "leaves": value(31), "new": value(True)}),
    )
    assert told(layer) == [
        ("only_in_b", "new", None, True),
        ("only_in_a", "old", "x", None),
        ("changed", "rate", 0.1, 0.3),
    ]
    assert layer.changes[2].detail == {
        "about": "parameter",
        "source": "command line",
        "basis": "observed",
        "given": True,
    }


def test_one_value_written_in_two_ways_is_the_same() -> None:
    layer = compared(
        trained(1, {"rate": value(0.1), "flag": value(True)}),
        trained(2, {"rate": value("0.10"), "flag": value("true")}),
    )
    assert (layer.status, layer.changes) == ("same", ())


def test_seeds_steer_too() -> None:
    layer = compared(trained(1, seeds={"numpy": 1}), trained(2, seeds={"numpy": 2}))
    assert told(layer) == [("changed", "numpy", 1, 2)]
    assert layer.changes[0].detail["about"] == "seed"


def test_a_seed_that_is_a_parameter_is_told_once() -> None:
    name = "Forest.random_state"
    layer = compared(
        trained(1, {name: value(1)}, seeds={name: value(1)}),
        trained(2, {name: value(2)}, seeds={name: value(2)}),
    )
    assert [(each[1], each[0]) for each in told(layer)] == [(name, "changed")]
    assert layer.changes[0].detail["about"] == "parameter"


def test_what_a_library_has_by_itself_differs_only_where_both_use_it() -> None:
    default = {"value": 5, "source": "sklearn", "default": True}
    layer = compared(
        trained(1, {"Forest.leaves": default, "Tree.depth": default}),
        trained(2, {"Forest.leaves": {**default, "value": 6}, "Linear.iterations": default}),
    )
    assert told(layer) == [("changed", "Forest.leaves", 5, 6)]


def test_an_argument_that_a_setting_went_to_is_no_change_of_its_own() -> None:
    def steered(rate: float, leaves: int, depth: int) -> dict[str, Any]:
        argument = {"source": "sklearn", "owner": "Forest"}
        return {
            "rate": value(rate),
            "model.leaves": value(leaves, "config.yaml"),
            "Forest.rate": {"value": rate, **argument},
            "Forest.max_leaves": {"value": leaves, **argument},
            "Forest.depth": {"value": depth, **argument},
        }

    layer = compared(trained(1, steered(0.1, 31, 4)), trained(2, steered(0.3, 63, 8)))
    assert {each.name: each.detail.get("reaches") for each in layer.changes} == {
        "rate": ["Forest.rate"],
        "model.leaves": ["Forest.max_leaves"],
        "Forest.depth": None,
    }


def test_what_is_declared_and_observed_alike_is_told_once() -> None:
    def both(number: int, rate: float) -> RunSeen:
        return trained(
            number,
            {"rate": value(rate)},
            declared={"parameters": {"rate": value(rate, "declared")}},
        )

    assert told(compared(both(1, 0.1), both(2, 0.3))) == [("changed", "rate", 0.1, 0.3)]


def test_a_declared_value_that_differs_is_not_hidden_by_an_observed_one() -> None:
    def both(number: int, declared: float) -> RunSeen:
        return trained(
            number,
            {"rate": value(0.1)},
            declared={"parameters": {"rate": value(declared, "declared")}},
        )

    layer = compared(both(1, 0.1), both(2, 0.2))
    assert told(layer) == [("changed", "rate", 0.1, 0.2)]
    assert layer.changes[0].detail["basis"] == "declared"


def test_a_value_known_in_different_ways_is_compared_all_the_same() -> None:
    declared = {"parameters": {"rate": value(0.1, "declared")}}
    assert (
        compared(trained(1, {"rate": value(0.1)}), trained(2, declared=declared)).status == "same"
    )


def test_no_parameters_at_all_are_noted() -> None:
    assert compared(trained(1), trained(2)).notes == ("no parameters were seen on either side",)


def test_a_parameter_that_steps_share_is_told_once() -> None:
    def steps(number: int, leaves: int) -> list[RunSeen]:
        data = file_seen("data/x.csv", f"x{number}", NodeKind.DATASET, "output")
        parameters = {"leaves": value(leaves, "config.yaml")}
        file = config(str(leaves))
        return [
            run_seen("prepare", number, used=(file,), generated=(data,), parameters=parameters),
            trained(number, parameters, used=(file, replace(data, role="input"))),
        ]

    (change,) = compared(*steps(1, 31), *steps(2, 63)).changes
    assert (change.name, change.steps) == ("leaves", ("prepare", "train"))


# -------------------------------------------------------------- files of values


def test_a_configuration_file_speaks_through_its_values() -> None:
    layer = compared(
        trained(1, {"leaves": value(31, "config.yaml")}, used=(config("leaves: 31"),)),
        trained(2, {"leaves": value(63, "config.yaml")}, used=(config("leaves: 63"),)),
    )
    assert told(layer) == [("changed", "leaves", 31, 63)]


def test_a_comment_in_a_configuration_file_changes_nothing() -> None:
    layer = compared(
        trained(1, {"leaves": value(31, "config.yaml")}, used=(config("leaves: 31"),)),
        trained(2, {"leaves": value(31, "config.yaml")}, used=(config("leaves: 31 # few"),)),
    )
    assert layer.status == "same"
    assert layer.notes == ("config.yaml: its bytes differ, its values do not",)


def test_a_configuration_file_that_gave_no_values_shows_its_hunks() -> None:
    texts = {"a": "x 1\n", "b": "x 2\n"}
    layer = compared(
        trained(1, used=(config(texts["a"], "app.conf"),)),
        trained(2, used=(config(texts["b"], "app.conf"),)),
        texts=texts,
    )
    (change,) = layer.changes
    assert (change.what, change.name) == ("changed", "app.conf")
    assert change.detail == {"about": "file", "hunks": ["@@ -1 +1 @@\n-x 1\n+x 2"]}
    assert change.a["sha256"] == digest_of("x 1\n")


def test_a_configuration_file_of_one_side() -> None:
    layer = compared(trained(1), trained(2, used=(config("x", "app.conf"),)))
    assert [(each.what, each.name) for each in layer.changes] == [("only_in_b", "app.conf")]


def test_a_configuration_file_of_unknown_content() -> None:
    unknown = replace(
        config("x", "app.conf"),
        sha256=None,
        gap=Gap("content-unknown", "app.conf", "it vanished"),
    )
    layer = compared(trained(1, used=(config("x", "app.conf"),)), trained(2, used=(unknown,)))
    assert layer.status == "unknown"
    assert layer.changes[0].detail["reason"] == "which bytes it held is not known on both sides"


def test_a_file_that_could_not_be_parsed_leaves_its_values_open() -> None:
    gap = Gap("parameters-unknown", "config.yaml", "it is no YAML")
    before = trained(1, {"leaves": value(31, "config.yaml")}, used=(config("leaves: 31"),))
    layer = compared(before, trained(2, used=(config("leaves: {"),), gaps=(gap,)))
    assert {each.what for each in layer.changes if each.name == "leaves"} == {"unknown"}
    # The same bytes hold the same values, whether or not anybody can read them.
    gaps = (Gap("parameters-unknown", "config.yaml", "it is no YAML"),)
    same = [trained(number, used=(config("leaves: {"),), gaps=gaps) for number in (1, 2)]
    assert compared(*same).status == "same"


def test_a_file_of_values_is_configuration_whatever_its_kind() -> None:
    """A JSON that gave a run its parameters is told here, and not among the data."""

    def run(number: int, leaves: int) -> RunSeen:
        file = file_seen("params.json", f"{leaves}", NodeKind.DATASET)
        return trained(number, {"leaves": value(leaves, "params.json")}, used=(file,))

    world = World(run(1, 31), run(2, 63))
    layers = diff(world.store, world.run("train", 1), world.run("train", 2)).layers
    assert layers["data"].status == "same"
    assert [each.name for each in layers["parameters"].changes] == ["leaves"]


def test_values_in_a_file_that_an_earlier_run_made_are_data() -> None:
    def steps(number: int, mean: float) -> list[RunSeen]:
        made = file_seen("stats.json", f"{mean}", NodeKind.DATASET, "output")
        raw = file_seen("raw.csv", f"raw of {mean}", NodeKind.DATASET)
        return [
            run_seen("prepare", number, used=(raw,), generated=(made,)),
            trained(
                number, {"mean": value(mean, "stats.json")}, used=(replace(made, role="input"),)
            ),
        ]

    world = World(*steps(1, 0.5), *steps(2, 0.7))
    layers = diff(world.store, world.run("train", 1), world.run("train", 2)).layers
    assert layers["parameters"].status == "same"
    assert [(each.name, each.detail["cause"]) for each in layers["data"].changes] == [
        ("raw.csv", "independent"),
        ("stats.json", "consequence"),
    ]


def test_a_step_of_one_side_repeats_no_value_that_the_other_has_too() -> None:
    shared = {"leaves": value(31, "config.yaml"), "depth": value(4, "config.yaml")}
    data = file_seen("data/x.csv", "x", NodeKind.DATASET, "output")
    files = (config("both"), config("plain", "app.conf"))
    layer = compared(
        trained(1, shared, used=files),
        run_seen(
            "augment",
            2,
            used=files,
            generated=(data,),
            parameters={**shared, "factor": value(2)},
        ),
        trained(2, shared, used=(*files, replace(data, role="input"))),
    )
    assert told(layer) == [("only_in_b", "factor", None, 2)]
    assert layer.changes[0].steps == ("augment",)
