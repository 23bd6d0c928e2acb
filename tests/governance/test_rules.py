"""Each rule, where it passes, where it fails, and where it cannot know."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from governance.desk import ADA, BOB, SOURCE, Desk
from whence.governance.finding import Outcome
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.recording.registry.assembly import Assembly, Part
from whence.testing.worlds import Version, file_seen, pipeline, run_seen

PASSED, UNKNOWN, FAILED = Outcome.PASSED, Outcome.UNKNOWN, Outcome.FAILED
NOW = "2026-11-21T12:00:00.000Z"


def rule(name: str, **options: Any) -> str:
    """A rule as it is written in a policy."""
    lines = [f"  - rule: {name}"]
    lines += [f"    {key.replace('_', '-')}: {value}" for key, value in options.items()]
    return "\n".join(lines)


def desk_of(**state: Any) -> Desk:
    """The example project, whose training ran from code in this state."""
    runs = pipeline(Version())
    train = runs[1]
    assert train.code is not None
    told = {key: value for key, value in {**train.code.state, **state}.items() if value is not None}
    runs[1] = replace(train, code=replace(train.code, state=told))
    desk = Desk(runs=runs)
    desk.register()
    return desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.register()
    return desk


# ------------------------------------------------------------------------- code

ELSEWHERE = "diff --git a/notes.md b/notes.md\n--- a/notes.md\n+++ b/notes.md\n@@ -1 +1 @@\n-a\n+b"
HERE = ELSEWHERE.replace("notes.md", "project/config.yaml")


@pytest.mark.parametrize(
    ("state", "options", "outcome"),
    [
        ({}, {}, PASSED),
        ({"dirty": True}, {}, FAILED),
        ({"dirty": True, "diff": "+ x"}, {"kept-changes": "true"}, PASSED),
        ({"dirty": True, "diff": "+ x", "diff_is_cut": True}, {"kept-changes": "true"}, FAILED),
        ({"dirty": True, "diff": ELSEWHERE}, {}, FAILED),
        ({"dirty": True, "diff": ELSEWHERE}, {"changes-elsewhere": "true"}, PASSED),
        ({"dirty": True, "diff": HERE}, {"changes-elsewhere": "true"}, FAILED),
        ({"dirty": True, "diff": "?"}, {"changes-elsewhere": "true"}, FAILED),
        ({"dirty": None}, {}, UNKNOWN),
        ({"commit": None}, {}, UNKNOWN),
    ],
)
def test_clean_commit(
    state: Mapping[str, Any], options: Mapping[str, Any], outcome: Outcome
) -> None:
    assert desk_of(**state).rule(rule("clean-commit", **options)).outcome is outcome


def test_clean_commit_asks_all_runs_or_the_makers_alone() -> None:
    runs = pipeline(Version())
    prepare = runs[0]
    assert prepare.code is not None
    files = tuple(replace(each, tracked=False) for each in prepare.code.files)
    runs[0] = replace(prepare, code=replace(prepare.code, files=files))
    desk = Desk(runs=runs)
    desk.register()
    found = desk.rule(rule("clean-commit"))
    assert found.outcome is FAILED
    assert found.findings[0].message == "prepare ran prepare.py, in no commit"
    assert desk.rule(rule("clean-commit", of="makers")).outcome is PASSED


def test_clean_commit_without_a_run_is_unknown() -> None:
    desk = Desk(runs=[pipeline(Version())[2]])
    desk.register()
    assert desk.rule(rule("clean-commit")).outcome is UNKNOWN


# ------------------------------------------------------------------------- gaps


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ({}, FAILED),
        ({"layers": "data"}, FAILED),
        ({"layers": "[code, environment, seeds]"}, PASSED),
        ({"kinds": "origin-unknown"}, FAILED),
        ({"kinds": "unseeded"}, PASSED),
        ({"except": "origin-unknown"}, PASSED),
        ({"layers": "code", "known": 0.9}, PASSED),
        ({"layers": "code", "known": 1.0, "except": "origin-unknown"}, PASSED),
        ({"except": "origin-unknown", "known": 0.99}, FAILED),
    ],
)
def test_no_gaps(desk: Desk, options: Mapping[str, Any], outcome: Outcome) -> None:
    assert desk.rule(rule("no-gaps", **options)).outcome is outcome


def test_a_gap_of_a_run_far_up_counts() -> None:
    runs = pipeline(Version())
    gap = Gap("observer-blind", "network", "sockets are not watched")
    runs[0] = replace(runs[0], gaps=(gap,))
    desk = Desk(runs=runs)
    desk.register()
    found = desk.rule(rule("no-gaps", layers="observation"))
    assert [each.message for each in found.findings] == [
        "network: sockets are not watched (observer-blind)"
    ]


# ---------------------------------------------------------------------- metrics


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ({"min": 0.7}, PASSED),
        ({"min": 0.764}, PASSED),
        ({"min": 0.8}, FAILED),
        ({"max": 0.7}, FAILED),
        ({"min": 0.7, "on": "data/clean.parquet"}, PASSED),
        ({"min": 0.7, "on": "data/test.parquet"}, UNKNOWN),
        ({"min": 0.7, "rows": 10}, UNKNOWN),
        ({"compared-to": "production"}, PASSED),
        ({"compared-to": "delay@1"}, PASSED),
    ],
)
def test_metric(desk: Desk, options: Mapping[str, Any], outcome: Outcome) -> None:
    assert desk.rule(rule("metric", metric="auc", **options)).outcome is outcome


def test_a_metric_that_nobody_measured_is_unknown_and_those_known_are_named(desk: Desk) -> None:
    found = desk.rule(rule("metric", metric="f1", min=0.5))
    assert found.outcome is UNKNOWN
    assert "recorded are auc" in found.findings[0].message


@pytest.mark.parametrize(
    ("new", "worse_by", "outcome"),
    [(0.764, 0, PASSED), (0.75, 0, FAILED), (0.75, 0.02, PASSED), (0.9, 0, PASSED)],
)
def test_a_metric_may_not_fall_behind_another_version(
    new: float, worse_by: float, outcome: Outcome
) -> None:
    desk = Desk()
    desk.register()
    desk.recorder.record([desk.move(1).compose])
    desk.tell(*pipeline(Version(2, learning_rate=0.2, auc=new)))
    desk.register()
    asked = rule("metric", metric="auc", **{"compared-to": "production", "worse-by": worse_by})
    assert desk.rule(asked, "delay@2").outcome is outcome
    lower = asked + "\n    better: lower"
    assert desk.rule(lower, "delay@2").outcome is (PASSED if new <= 0.764 + worse_by else FAILED)


def test_values_on_other_data_are_not_compared() -> None:
    desk = Desk()
    desk.register()
    desk.recorder.record([desk.move(1).compose])
    desk.tell(*pipeline(Version(2, data="other flights", auc=0.9)))
    desk.register()
    asked = rule("metric", metric="auc", **{"compared-to": "production"})
    assert desk.rule(asked, "delay@2").outcome is UNKNOWN


# ------------------------------------------------------------- tags and licences


def test_a_tag_far_up_is_found_by_key_value_and_pattern(desk: Desk) -> None:
    assert desk.rule(rule("no-tag", tags="no-commercial")).outcome is PASSED
    desk.say("data/flights.csv", "tags", **{"no-commercial": "", "licence": "CC-BY-NC-4.0"})
    for tags in ("no-commercial", "NO-*", "CC-BY-NC-*", '"licence=cc-by-nc-4.0"'):
        found = desk.rule(rule("no-tag", tags=tags))
        assert found.outcome is FAILED, tags
        assert found.findings[0].name == "data/flights.csv"
    assert desk.rule(rule("no-tag", tags='"licence=MIT"')).outcome is PASSED
    desk.say("data/flights.csv", "tags", **{"no-commercial": None, "licence": None})
    assert desk.rule(rule("no-tag", tags="no-commercial")).outcome is PASSED


def test_a_tag_on_the_same_bytes_elsewhere_counts(desk: Desk) -> None:
    copy = file_seen("elsewhere/flights.csv", "336,776 flights", NodeKind.DATASET)
    desk.tell(run_seen("look", 9, used=(copy,)))
    desk.say("elsewhere/flights.csv", "tags", **{"no-commercial": ""})
    found = desk.rule(rule("no-tag", tags="no-commercial"))
    assert found.outcome is FAILED
    assert "data/flights.csv is tagged no-commercial" in found.findings[0].message


@pytest.mark.parametrize(
    ("licence", "options", "outcome"),
    [
        ("", {"deny": "CC-BY-NC-*"}, UNKNOWN),
        ("MIT", {"deny": "CC-BY-NC-*"}, PASSED),
        ("CC-BY-NC-4.0", {"deny": "cc-by-nc-*"}, FAILED),
        ("MIT", {"allow": "[Apache-2.0, MIT]"}, PASSED),
        ("GPL-3.0", {"allow": "[Apache-2.0, MIT]"}, FAILED),
        ("", {"allow": "MIT", "of": "models"}, PASSED),
    ],
)
def test_licence(desk: Desk, licence: str, options: Mapping[str, Any], outcome: Outcome) -> None:
    if licence:
        desk.say("data/flights.csv", "licence", id=licence)
    assert desk.rule(rule("licence", **options)).outcome is outcome


def test_a_base_model_from_outside_needs_a_licence() -> None:
    runs = pipeline(Version())
    base = file_seen("base.safetensors", "weights from elsewhere", NodeKind.MODEL)
    runs[1] = replace(runs[1], used=(*runs[1].used, base))
    desk = Desk(runs=runs)
    desk.register()
    asked = rule("licence", deny="CC-BY-NC-*", of="models")
    found = desk.rule(asked)
    assert found.outcome is UNKNOWN
    assert found.findings[0].name == "base.safetensors"
    desk.say("base.safetensors", "claims", hub={"source": "hub", "license": "CC-BY-NC-4.0"})
    assert desk.rule(asked).outcome is FAILED


# ---------------------------------------------------------- doing it again, time


@pytest.mark.parametrize(
    ("standing", "least", "outcome"),
    [
        ("identical bytes", "identical bytes", PASSED),
        ("same", "identical bytes", FAILED),
        ("same within measured noise", "same within measured noise", PASSED),
        ("diverged", "same", FAILED),
    ],
)
def test_reproduced(desk: Desk, standing: str, least: str, outcome: Outcome) -> None:
    asked = rule("reproduced", **{"at-least": least})
    assert desk.rule(asked).outcome is UNKNOWN
    old = {"standing": "identical bytes", "at": "2026-01-01T00:00:00.000Z", "verdict": "1"}
    new = {"standing": standing, "at": "2026-11-20T00:00:00.000Z", "verdict": "2"}
    desk.say("models/delay.joblib", "verdict", a=old, b=new)
    assert desk.rule(asked).outcome is outcome
    assert desk.rule(rule("reproduced", days=3), now="2027-01-01T00:00:00.000Z").outcome is FAILED


@pytest.mark.parametrize(
    ("of", "days", "outcome"),
    [
        ("data", 30, PASSED),
        ("data", 10, FAILED),
        ("model", 21, PASSED),
        ("model", 20, FAILED),
        ("evaluation", 30, PASSED),
        ("approval", 30, UNKNOWN),
    ],
)
def test_fresh(desk: Desk, of: str, days: int, outcome: Outcome) -> None:
    assert desk.rule(rule("fresh", of=of, days=days), now=NOW).outcome is outcome


def test_the_youngest_approval_counts_for_freshness(desk: Desk) -> None:
    desk.decide("delay@1", BOB)
    assert desk.rule(rule("fresh", of="approval", days=1)).outcome is PASSED
    late = "2999-01-01T00:00:00.000Z"
    assert desk.rule(rule("fresh", of="approval", days=1), now=late).outcome is FAILED


# ----------------------------------------------------------- words and surroundings


def test_described_by_the_version_or_its_name(desk: Desk) -> None:
    asked = rule("described", facets="[description, owner, documentation]")
    assert [each.outcome for each in desk.rule(asked).findings] == [UNKNOWN] * 3
    desk.say("delay", "owners", ada="maintainer")
    desk.say("delay@1", "description", text="delays at departure")
    desk.say("delay@1", "tags", documentation="https://example.org/delay")
    assert desk.rule(asked).outcome is PASSED
    desk.say("delay", "owners", ada=None)
    assert desk.rule(asked).outcome is UNKNOWN


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ({"python": '"3.11"'}, PASSED),
        ({"python": '"3.1"'}, FAILED),
        ({"require": "[pandas==3.*, scikit_learn]"}, PASSED),
        ({"require": "pandas==2.*"}, FAILED),
        ({"require": "torch"}, FAILED),
        ({"forbid": "torch"}, PASSED),
        ({"forbid": "pandas==3.1"}, FAILED),
        ({"image": "true"}, UNKNOWN),
    ],
)
def test_environment(desk: Desk, options: Mapping[str, Any], outcome: Outcome) -> None:
    assert desk.rule(rule("environment", **options)).outcome is outcome


def test_what_is_retired_anywhere_up_the_line_holds_it_up(desk: Desk) -> None:
    assert desk.rule(rule("not-retired")).outcome is PASSED
    for name in ("delay", "delay@1", "models/delay.joblib"):
        desk.say(name, "retired", retired=True, reason="worse than before")
        found = desk.rule(rule("not-retired"))
        assert found.outcome is FAILED
        assert found.findings[0].message == f"{name} is retired: worse than before"
        desk.say(name, "retired", retired=False, reason="it is not")
    assert desk.rule(rule("not-retired")).outcome is PASSED


# ---------------------------------------------------------------- measured apart


def fit(of: str, split: str, numbers: int = 1) -> dict[str, Any]:
    data = {"role": "X", "object": numbers, "of": [of], "split": split, "shape": [900, 4]}
    return {"kind": "fit", "by": "Model.fit", "model": {"object": 9}, "inputs": [data]}


def evaluate(of: str, split: str, numbers: int = 2) -> dict[str, Any]:
    data = {"role": "X", "object": numbers, "of": [of], "split": split, "shape": [300, 4]}
    return {"kind": "evaluate", "by": "score", "model": {"object": 9}, "inputs": [data]}


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([fit("data/clean.parquet", "train"), evaluate("data/clean.parquet", "test")], PASSED),
        ([fit("data/clean.parquet", "train"), evaluate("data/clean.parquet", "train")], FAILED),
        ([fit("data/clean.parquet", "train"), evaluate("data/clean.parquet", "train", 1)], FAILED),
        ([fit("data/clean.parquet", ""), evaluate("data/clean.parquet", "")], UNKNOWN),
        ([fit("data/clean.parquet", "train")], UNKNOWN),
    ],
)
def test_evaluated_apart(steps: list[dict[str, Any]], outcome: Outcome) -> None:
    runs = pipeline(Version())[:2]
    metrics = {"score": {"value": 0.8}}
    runs[1] = replace(runs[1], steps={"steps": steps}, metrics=metrics)
    desk = Desk(runs=runs)
    desk.register()
    assert desk.rule(rule("evaluated-apart")).outcome is outcome


def test_a_system_is_judged_by_all_its_models(desk: Desk) -> None:
    desk.tell(*pipeline(Version(2, learning_rate=0.2, auc=0.9)))
    desk.register()
    parts = [
        Part(name, "model", desk.id(version), version)
        for name, version in (("fast", "delay@1"), ("exact", "delay@2"))
    ]
    desk.recorder.record([Assembly("desk", parts, ADA, SOURCE).compose])
    found = desk.rule(rule("metric", metric="auc", min=0.8), "desk@1")
    assert sorted(each.outcome.value for each in found.findings) == ["failed", "passed"]
    assert desk.rule(rule("clean-commit"), "desk@1").outcome is PASSED
