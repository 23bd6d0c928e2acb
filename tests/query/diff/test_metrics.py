from dataclasses import replace
from typing import Any

from whence.model.node import NodeKind
from whence.query.diff import diff
from whence.query.diff.difference import LayerDiff
from whence.recording.observation import RunSeen
from whence.testing.worlds import Version, World, file_seen, pipeline, run_seen


def trained(number: int, metrics: dict[str, Any], **more: Any) -> RunSeen:
    return run_seen("train", number, metrics=metrics, **more)


def compared(*runs: RunSeen, job: str = "train") -> LayerDiff:
    world = World(*runs)
    return diff(world.store, world.run(job, 1), world.run(job, 2)).layers["metrics"]


def told(layer: LayerDiff) -> list[tuple[Any, ...]]:
    return [(each.what, each.name, each.a, each.b) for each in layer.changes]


def test_metrics_with_how_far_they_went() -> None:
    layer = compared(
        trained(1, {"auc": {"value": 0.764}, "old": {"value": 1}, "same": {"value": 2}}),
        trained(2, {"auc": {"value": 0.749}, "new": {"value": "high"}, "same": {"value": 2.0}}),
    )
    assert told(layer) == [
        ("changed", "auc", 0.764, 0.749),
        ("only_in_b", "new", None, "high"),
        ("only_in_a", "old", 1, None),
    ]
    assert [each.detail["delta"] for each in layer.changes] == [-0.015, None, None]


def test_a_course_may_differ_where_its_end_does_not() -> None:
    layer = compared(
        trained(1, {"loss": {"value": 1, "series": [[0, 3], [1, 1]]}}),
        trained(2, {"loss": {"value": 1, "series": [[0, 2], [1, 1]]}}),
    )
    assert told(layer) == [("changed", "loss", 1, 1)]
    assert layer.changes[0].detail["series"] == "differs"


def test_without_metrics_there_is_nothing_to_differ_and_that_is_said() -> None:
    layer = compared(trained(1, {}), trained(2, {}))
    assert (layer.status, layer.notes) == ("same", ("no metrics were recorded",))


def test_what_was_declared_beats_what_was_found_in_a_file() -> None:
    def run(number: int, declared: float) -> RunSeen:
        found = {"metrics": {"auc": {"value": 0.5, "source": "metrics.json"}}}
        said = {"metrics": {"auc": {"value": declared, "source": "declared"}}}
        return trained(number, {}, inferred=found, declared=said)

    layer = compared(run(1, 0.6), run(2, 0.7))
    assert told(layer) == [("changed", "auc", 0.6, 0.7)]
    assert layer.changes[0].detail["basis"] == "declared"


def test_a_figure_that_the_program_wrote_out_is_told_once_by_its_own_name() -> None:
    def run(number: int, exact: float, other: float) -> RunSeen:
        found = {"metrics": {"auc": {"value": round(exact, 4), "source": "metrics.json"}}}
        seen = {"roc_auc_score": {"value": exact}, "log_loss": {"value": other}}
        return trained(number, seen, inferred=found)

    layer = compared(run(1, 0.672109, 0.6), run(2, 0.648563, 0.7))
    assert [(each.name, each.detail.get("measured_by")) for each in layer.changes] == [
        ("auc", "roc_auc_score"),
        ("log_loss", None),
    ]


# ----------------------------------------------------------- later measurements


def test_a_model_is_known_by_what_was_measured_of_it_later() -> None:
    world = World(*pipeline(Version()), *pipeline(Version(2, leaves=63, auc=0.749)))
    model = "models/delay.joblib"
    layer = diff(world.store, world.thing(model, 1), world.thing(model)).layers["metrics"]
    assert told(layer) == [("changed", "auc", 0.764, 0.749)]
    assert layer.changes[0].steps == ("evaluate",)
    assert layer.notes == ()


def test_figures_on_other_files_are_marked() -> None:
    after = pipeline(Version(2, data="fewer flights", auc=0.749))
    world = World(*pipeline(Version()), *after)
    layer = diff(world.store, world.run("train", 1), world.run("train", 2)).layers["metrics"]
    assert layer.notes == ("evaluate measured the two with other files: data/clean.parquet",)


def test_the_latest_measurement_of_each_job_counts() -> None:
    first = pipeline(Version())
    again = replace(
        first[2],
        id=pipeline(Version(9))[2].id,
        started_at="2026-11-09T09:02:00.000Z",
        inferred={"metrics": {"auc": {"value": 0.7, "source": "reports/metrics.json"}}},
    )
    world = World(*first, again, *pipeline(Version(2, leaves=63, auc=0.749)))
    layer = diff(world.store, world.run("train", 1), world.run("train", 2)).layers["metrics"]
    assert told(layer) == [("changed", "auc", 0.7, 0.749)]


def test_a_run_that_makes_a_model_of_the_model_measures_its_own() -> None:
    def steps(number: int) -> list[RunSeen]:
        model = file_seen("base.pt", f"base {number}", NodeKind.MODEL, "output")
        tuned = file_seen("tuned.pt", f"tuned {number}", NodeKind.MODEL, "output")
        return [
            trained(number, {}, generated=(model,)),
            run_seen(
                "tune",
                number,
                used=(replace(model, role="input"),),
                generated=(tuned,),
                metrics={"loss": {"value": number}},
            ),
        ]

    assert compared(*steps(1), *steps(2)).changes == ()


def test_a_model_that_nobody_measured_has_metrics_on_one_side_only() -> None:
    world = World(*pipeline(Version()), *pipeline(Version(2, leaves=63))[:2])
    layer = diff(world.store, world.run("train", 1), world.run("train", 2)).layers["metrics"]
    assert told(layer) == [("only_in_a", "auc", 0.764, None)]
