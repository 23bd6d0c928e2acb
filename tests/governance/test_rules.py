"""Each rule, where it passes, where it fails, and where it cannot know."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from governance.desk import Desk
from whence.governance.finding import Outcome
from whence.testing.worlds import Version, pipeline

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
