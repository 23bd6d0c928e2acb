"""Scores of whole histories, as `whence gaps` tells them."""

from dataclasses import replace
from typing import Any

import pytest

from whence.model.edge import Basis
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.query.completeness.answer import completeness_json
from whence.query.gaps import gaps_json
from whence.recording.observation import ActorSeen, CodeSeen, FileSeen, RunSeen
from whence.recording.registry.registration import Registration
from whence.testing.worlds import World, file_seen, pipeline, run_seen

MODEL = file_seen("models/m.joblib", "weights", NodeKind.MODEL, "output")
RAW = file_seen("data/raw.csv", "rows", NodeKind.DATASET)


def told_of(world: World, handle: int) -> dict[str, Any]:
    return completeness_json(world.store, handle)


def train(**more: Any) -> RunSeen:
    fields: dict[str, Any] = {
        "used": (RAW,),
        "generated": (MODEL,),
        "packages": {"scikit-learn": "1.9.1"},
        **more,
    }
    return run_seen("train", **fields)


def layer(name: str, *runs: RunSeen, of: str = "models/m.joblib") -> dict[str, Any]:
    world = World(*runs)
    found: dict[str, Any] = told_of(world, world.thing(of))["layers"][name]
    return found


def test_a_whole_pipeline_is_known_but_for_where_its_raw_file_came_from() -> None:
    world = World(*pipeline())
    told = told_of(world, world.thing("models/delay.joblib"))
    layers = told["layers"]
    assert layers["data"]["shares"]["unknown"] == pytest.approx(0.1875)
    assert [each["about"] for each in layers["data"]["missing"]] == ["data/flights.csv"]
    for name in ("code", "parameters", "environment", "evaluation"):
        assert layers[name]["score"] == 1.0, name
    assert not layers["seeds"]["applies"]
    assert not layers["base_model"]["applies"]
    (action,) = told["actions"]
    assert action["about"] == ["data/flights.csv"]
    assert action["points"] == pytest.approx((1 - told["score"]) * 100, abs=0.1)
    assert action["commands"] == [
        "whence run -- curl -fL -o data/flights.csv https://WHERE/IT/COMES/FROM",
        "whence run -- python prepare.py",
    ]


def test_recording_where_raw_data_came_from_fills_the_layer() -> None:
    fetched = run_seen(
        "fetch",
        used=(
            replace(
                file_seen("https://example.org/raw.csv", "rows", NodeKind.DATASET),
                location="https://example.org/raw.csv",
            ),
        ),
        generated=(replace(RAW, role="output"),),
    )
    before, after = layer("data", train()), layer("data", fetched, train())
    assert before["score"] < after["score"] == 1.0


@pytest.mark.parametrize(
    ("state", "known"),
    [
        ({"commit": "3ab1", "dirty": False}, 1.0),
        ({"commit": "3ab1", "dirty": True, "diff": "-a\n+b\n"}, 1.0),
        ({"commit": "3ab1", "dirty": True}, 5 / 6),
        ({"commit": "3ab1", "dirty": True, "diff": "-a", "diff_is_cut": True}, 5 / 6),
        ({}, 2 / 3),
    ],
)
def test_changes_that_nobody_kept_cost_half_of_the_version(
    state: dict[str, Any], known: float
) -> None:
    run = train()
    assert run.code is not None
    told = layer("code", replace(run, code=replace(run.code, state=state)))
    assert told["score"] == pytest.approx(known, abs=1e-6)


def test_files_outside_of_git_cost_their_part() -> None:
    run = train(code={"train.py": "a", "lib.py": "b"})
    assert run.code is not None
    first, second = run.code.files
    loose = CodeSeen((first, replace(second, tracked=False)), run.code.state)
    told = layer("code", replace(run, code=loose))
    assert told["missing"][0]["reason"] == "in no commit: lib.py"
    assert told["score"] == pytest.approx(2 / 3 + 1 / 6, abs=1e-6)


def test_packages_that_nobody_knows_are_unknown() -> None:
    told = layer("environment", train(packages={}))
    assert told["missing"][0]["question"] == "packages"
    assert told["score"] == pytest.approx(1 / 3, abs=1e-6)


def test_installed_programs_have_no_packages_and_no_code() -> None:
    copied = run_seen(
        "cp",
        used=(RAW,),
        generated=(MODEL,),
        environment={"system": {"name": "Debian"}},
        processes=({"pid": 1, "argv": ["cp"], "executable": "/usr/bin/cp"},),
    )
    bare = replace(copied, code=CodeSeen((), {"branch": "main"}))
    assert layer("environment", bare)["score"] == 1.0
    told = layer("code", bare)
    assert told == {"applies": False, "reason": "no code of the project ran", "score": None}


def test_randomness_that_nobody_seeded_is_unknown_and_a_seed_is_an_edit() -> None:
    gap = Gap("unseeded", "numpy", "its numbers were drawn without a seed", "np.random.seed(…)")
    run = train(gaps=(gap,), seeds={"random": {"value": 1, "source": "random.seed"}})
    world = World(run)
    told = told_of(world, world.thing("models/m.joblib"))
    assert told["layers"]["seeds"]["score"] == pytest.approx(0.5)
    assert told["layers"]["seeds"]["missing"][0]["reason"] == "not seeded: numpy"
    (edit,) = [each for each in told["actions"] if each["cost"] == "edit"]
    assert edit["what"] == "set a seed in train: np.random.seed(…)"
    assert edit["commands"] == ["whence run -- python train.py"]
    assert layer("seeds", train(seeds={"numpy": {"value": 1}}))["score"] == 1.0


def test_a_model_that_nobody_measured() -> None:
    told = layer("evaluation", train())
    assert told["score"] == 0.0
    world = World(train())
    first = told_of(world, world.thing("models/m.joblib"))["actions"][0]
    assert first["commands"] == ["whence run -- python EVALUATE.py models/m.joblib"]
    measured = train(metrics={"loss": {"value": 0.1}})
    assert layer("evaluation", measured)["score"] == pytest.approx(2 / 3, abs=1e-6)
    declared = replace(train(), declared={"metrics": {"auc": {"value": 0.9}}})
    assert layer("evaluation", declared)["shares"]["declared"] == pytest.approx(2 / 3, abs=1e-6)


def test_a_model_measured_later_is_measured() -> None:
    scored = run_seen(
        "evaluate",
        minute=5,
        used=(replace(MODEL, role="input"), file_seen("data/test.csv", "t", NodeKind.DATASET)),
        generated=(file_seen("metrics.json", "auc", NodeKind.EVALUATION, "output"),),
    )
    assert layer("evaluation", train(), scored)["score"] == 1.0


def test_data_is_not_asked_how_good_it_is() -> None:
    assert not layer("evaluation", train(), of="data/raw.csv")["applies"]


def pretrained() -> FileSeen:
    return file_seen("base.safetensors", "theirs", NodeKind.MODEL)


def test_weights_of_unknown_training_are_a_gap_and_half_unknown() -> None:
    world = World(train(used=(RAW, pretrained())))
    told = gaps_json(world.store, world.thing("models/m.joblib"))
    base = told["completeness"]["layers"]["base_model"]
    assert base["score"] == pytest.approx(1 / 3, abs=1e-6)
    assert [gap["about"] for gap in told["gaps"] if gap["kind"] == "base-model-unknown"] == [
        "base.safetensors"
    ]


def test_a_base_model_whose_run_is_recorded_is_known() -> None:
    made = run_seen("pretrain", used=(RAW,), generated=(replace(pretrained(), role="output"),))
    told = layer("base_model", made, train(minute=3, used=(RAW, pretrained())))
    assert told["score"] == 1.0


def test_how_a_thing_is_known_splits_a_layer() -> None:
    stated = replace(RAW, basis=Basis.DECLARED, location="s3://bucket/raw.csv")
    told = layer("data", train(used=(stated,)))
    assert told["shares"] == {
        "observed": 0.5,
        "declared": 0.5,
        "imported": 0.0,
        "inferred": 0.0,
        "unknown": 0.0,
    }


def test_a_run_is_asked_about_what_it_made() -> None:
    world = World(train())
    told = told_of(world, world.run("train"))
    assert told["layers"]["evaluation"]["score"] == 0.0
    assert told["layers"]["evaluation"]["missing"][0]["about"] == "models/m.joblib"
    assert told["layers"]["data"]["missing"][0]["about"] == "data/raw.csv"
    assert told["actions"][0]["commands"] == ["whence run -- python EVALUATE.py models/m.joblib"]


def test_a_version_counts_as_the_model_that_it_pins() -> None:
    world = World(*pipeline())
    model = world.store.nodes([world.thing("models/delay.joblib")])[0]
    named = Registration("delay", model.id, ActorSeen("ada", "person"), "test")
    world.recorder.record([named.compose])
    of_version = told_of(world, world.thing("delay@1"))
    assert of_version["actions"][0]["commands"][0].endswith("WHERE/IT/COMES/FROM")
    of_model = told_of(world, world.thing("models/delay.joblib"))
    assert of_version == of_model


def test_every_kind_of_thing_can_be_asked_about() -> None:
    world = World(*pipeline())
    for handle in range(world.store.size()[0]):
        told = told_of(world, handle)
        assert told["score"] is None or 0 <= told["score"] <= 1
        for each in told["layers"].values():
            if each["applies"]:
                assert sum(each["shares"].values()) == pytest.approx(1, abs=1e-9)


def test_raw_files_of_one_run_are_one_remedy() -> None:
    other = file_seen("data/more of it.csv", "more", NodeKind.DATASET)
    world = World(train(used=(RAW, other)))
    told = told_of(world, world.thing("models/m.joblib"))
    (fetch,) = [each for each in told["actions"] if each["cost"] == "rerun"]
    assert sorted(fetch["about"]) == ["data/more of it.csv", "data/raw.csv"]
    assert fetch["commands"] == [
        "whence run -- curl -fL -o 'data/more of it.csv' https://WHERE/IT/COMES/FROM",
        "whence run -- curl -fL -o data/raw.csv https://WHERE/IT/COMES/FROM",
        "whence run -- python train.py",
    ]


def test_a_run_that_consists_of_others_rests_on_them() -> None:
    whole = run_seen("all", code={"all.sh": "train"})
    part = replace(train(), parent=whole.id, parent_job="all")
    world = World(part, whole)
    told = told_of(world, world.run("all"))
    assert told["layers"]["data"]["missing"][0]["about"] == "data/raw.csv"
    assert told["layers"]["evaluation"]["score"] == 0.0
    assert told["layers"]["code"]["score"] == 1.0
    assert told["score"] < 1.0


@pytest.mark.parametrize(
    ("script", "asked"), [("all.sh", False), ("Makefile", False), ("a.r", True)]
)
def test_shells_have_no_packages(script: str, asked: bool) -> None:
    run = run_seen(
        "all",
        code={script: "train"},
        generated=(MODEL,),
        environment={"system": {"name": "Debian"}},
    )
    assert (layer("environment", run)["score"] < 1) is asked
