from dataclasses import replace
from typing import Any

import pytest

from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.query.evaluations import better, evaluations_json
from whence.recording.observation import ActorSeen, FileSeen, RunSeen
from whence.recording.registry.registration import Registration
from whence.testing.worlds import World, file_seen, run_seen

ADA = ActorSeen("ada", "person")
TEST = file_seen("test.csv", "1", NodeKind.DATASET)


def model(number: int) -> FileSeen:
    return file_seen("m.pkl", f"model {number}", NodeKind.MODEL, "output")


def trained(number: int, **more: Any) -> RunSeen:
    return run_seen("train", number, generated=(model(number),), **more)


def evaluated(number: int, auc: float, test: FileSeen = TEST, **more: Any) -> RunSeen:
    used = (replace(model(number), role="input"), test)
    metrics = {"auc": {"value": auc, "source": "call", **more}}
    return run_seen("evaluate", number, 5, used=used, metrics=metrics)


def figures(world: World, number: int = 0) -> list[dict[str, Any]]:
    return evaluations_json(world.store, world.thing("m.pkl", number))


def test_the_best_of_many_says_so() -> None:
    runs = [each for at in range(1, 5) for each in (trained(at), evaluated(at, at / 10))]
    (figure,) = figures(World(*runs))
    assert (figure["metric"], figure["value"], figure["best"]) == ("auc", 0.4, True)
    assert (figure["measured"], figure["before"], figure["models"]) == (4, 3, 4)
    assert figure["sentence"] == "auc 0.4, the best of 4 on test.csv since 2026-11-01 (4 models)"


def test_what_came_after_the_reported_figure_does_not_count() -> None:
    runs = [each for at in range(1, 5) for each in (trained(at), evaluated(at, at / 10))]
    (figure,) = figures(World(*runs), 2)
    assert (figure["value"], figure["measured"], figure["best"]) == (0.2, 2, True)


def test_another_set_counts_apart() -> None:
    other = file_seen("test.csv", "2", NodeKind.DATASET)
    world = World(trained(1), evaluated(1, 0.9), trained(2), evaluated(2, 0.5, other))
    (figure,) = figures(world)
    assert (figure["measured"], figure["other_grounds"], figure["on_others"]) == (1, 1, 1)
    assert figure["sentence"] == "auc 0.5, the first on test.csv"


def test_a_run_that_measured_often_counts_as_often() -> None:
    world = World(trained(1), evaluated(1, 0.9, count=40), trained(2), evaluated(2, 0.5))
    (figure,) = figures(world)
    assert (figure["measured"], figure["before"], figure["best"]) == (41, 40, False)
    assert figure["sentence"].startswith("auc 0.5, one of 41 on test.csv")


def test_what_a_training_measured_itself_counts() -> None:
    read = {"role": "y_true", "of": ["data.csv"], "shape": [30]}
    steps = {"steps": [{"kind": "evaluate", "by": "auc", "inputs": [read]}]}
    data = file_seen("data.csv", "1", NodeKind.DATASET)

    def run(number: int) -> RunSeen:
        metrics = {
            "auc": {"value": number / 10, "source": "call"},
            "roc_auc_score": {"value": number / 10 + 1e-9, "source": "sklearn"},
            "count": {"value": 30, "source": "call"},
        }
        return trained(number, used=(data,), metrics=metrics, steps=steps)

    (figure,) = figures(World(run(1), run(2)))
    assert figure["on"]["told"] == "30 rows of data.csv"
    assert figure["measured"] == 2


def test_versions_of_one_registered_model_are_one_line() -> None:
    renamed = file_seen("other.pkl", "another", NodeKind.MODEL, "output")
    used = (replace(renamed, role="input"), TEST)
    metrics = {"auc": {"value": 0.1, "source": "call"}}
    world = World(
        run_seen("tune", 1, generated=(renamed,)),
        run_seen("evaluate", 1, 5, used=used, metrics=metrics),
        trained(2),
        evaluated(2, 0.5),
    )
    assert figures(world)[0]["measured"] == 1
    for name in ("other.pkl", "m.pkl"):
        register(world, name)
    (figure,) = figures(world)
    assert (figure["measured"], figure["models"]) == (2, 2)
    version = world.store.named("delay@2")[0]
    assert evaluations_json(world.store, version)[0]["measured"] == 2


def register(world: World, name: str) -> None:
    (node,) = world.store.nodes([world.thing(name)])
    world.recorder.record([Registration("delay", node.id, ADA, "tests").compose])


def test_looks_at_later_models_before_this_one_was_measured_count() -> None:
    late = evaluated(1, 0.9)
    late = replace(late, id=derived_id("world", "late"), started_at="2026-11-09T09:00:00.000Z")
    world = World(trained(1), trained(2), evaluated(2, 0.5), late)
    (figure,) = figures(world, 1)
    assert (figure["value"], figure["measured"], figure["best"]) == (0.9, 2, True)


def test_of_a_long_line_the_nearest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whence.query.evaluations.MODELS", 2)
    runs = [each for at in range(1, 6) for each in (trained(at), evaluated(at, at / 10))]
    for back, wanted, more in ((0, 0.5, True), (4, 0.1, False)):
        (figure,) = figures(World(*runs), back)
        assert (figure["value"], figure["at_least"]) == (wanted, more)
    assert "of at least 2 on" in figures(World(*runs))[0]["sentence"]


def test_of_other_things_there_is_nothing_to_say() -> None:
    world = World(trained(1), evaluated(1, 0.5))
    assert evaluations_json(world.store, world.thing("test.csv")) == []
    assert evaluations_json(world.store, world.run("train")) == []


@pytest.mark.parametrize(
    ("name", "low"), [("val_loss", True), ("rmse", True), ("log.loss", True), ("auc", False)]
)
def test_of_some_metrics_less_is_better(name: str, *, low: bool) -> None:
    assert better(name, 1.0, 2.0) is low
    assert better(name, 2.0, 1.0) is not low
