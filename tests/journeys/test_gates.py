"""A model on its way through a gate: held up, mended, approved, let through, and what came then."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scratch import Project, make_project
from whence.wire.schema import load_schema

MAKE = """
import random
random.seed(0)
with open("data.csv", "w") as file:
    for _ in range(2000):
        file.write(",".join(str(random.gauss(0, 1)) for _ in range(4)) + "\\n")
"""
TRAIN = """
import joblib, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
rows = np.loadtxt("data.csv", delimiter=",")
X_train, X_test, y_train, y_test = train_test_split(rows, rows[:, 0] > 0, random_state=1)
model = LogisticRegression(max_iter=200).fit(X_train, y_train)
accuracy_score(y_test, model.predict(X_test))
joblib.dump(model, "model.joblib")
"""
LEAKY = TRAIN.replace("predict(X_test)", "predict(X_train)").replace("(y_test,", "(y_train,")
POLICY = """
policy: production
description: What may serve.
rules:
  - clean-commit
  - rule: metric
    metric: accuracy_score
    min: 0.9
    as: accuracy
  - evaluated-apart
  - rule: no-tag
    tags: no-commercial
  - rule: approvals
    count: 2
    why: two pairs of eyes see more
"""


def act_as(project: Project, name: str, folder: Path) -> None:
    """From now on git takes whoever types for this person, who has a key of his own."""
    project.env |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_VALUE_0": name,
        "XDG_CONFIG_HOME": str(folder / name),
    }


def outcomes(told: dict[str, Any]) -> dict[str, str]:
    return {each["called"]: each["outcome"] for each in told["rules"]}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A version of next to nothing, which is quickly made."""
    folder = tmp_path_factory.mktemp("plain")
    project = make_project(folder)
    act_as(project, "Ada", folder)
    project.write("train.py", "open('model.bin', 'w').write('weights' * 20)\n")
    project.write(
        "policies/production.yaml", "policy: production\nrules: [clean-commit, approvals]"
    )
    project.commit("a model")
    project.run(sys.executable, "train.py")
    project.whence("register", "model.bin", "--model", "delay")
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path)
    act_as(project, "Ada", tmp_path)
    project.write("make.py", MAKE)
    project.write("train.py", LEAKY)
    project.write("policies/production.yaml", POLICY)
    project.commit("a model, measured on what it was trained on")
    project.run(sys.executable, "make.py")
    project.write("train.py", LEAKY + "# a change that is in no commit\n")
    project.run(sys.executable, "train.py")
    project.whence("register", "model.joblib", "--model", "delay")
    project.commit("the change")
    return project


@pytest.mark.slow
def test_a_model_is_held_up_mended_approved_and_let_through(
    project: Project, tmp_path: Path
) -> None:
    check = ("delay@1", "--policy", "policies/production.yaml")
    told = project.ask("check", *check, status=1)
    assert not told["passed"]
    assert outcomes(told) == {
        "clean-commit": "failed",
        "accuracy": "passed",
        "evaluated-apart": "failed",
        "no-tag": "passed",
        "approvals": "failed",
    }
    assert len(told["policy"]["commit"]) == 40
    text = project.whence("check", *check, status=1).stdout
    assert "delay@1 does not pass the policy production" in text
    assert "changes that were not committed" in text
    assert "two pairs of eyes see more" in text

    project.whence("alias", "delay", "production", "--protect", "policies/production.yaml")
    refused = project.whence("alias", "delay@1", "production", status=1)
    assert "delay@1 does not pass the policy production for production" in refused.stdout
    assert "nothing was moved" in refused.stderr
    assert project.ask("alias", "delay")["aliases"] == {}

    # Mended: committed, and measured on rows that were held out.
    project.write("train.py", TRAIN)
    project.commit("measured on rows held out")
    project.run(sys.executable, "train.py")
    project.whence("register", "model.joblib", "--model", "delay")
    told = project.ask("check", "delay@2", "--for", "production", status=1)
    assert outcomes(told) == {
        "clean-commit": "passed",
        "accuracy": "passed",
        "evaluated-apart": "passed",
        "no-tag": "passed",
        "approvals": "failed",
    }

    # Its author does not count; two others do, to what they have seen.
    said = project.whence("approve", "delay@2", "--reason", "I made it").stdout
    assert "among those who made it" in said
    project.whence("alias", "delay@2", "production", status=1)
    for name in ("Bob", "Cleo"):
        act_as(project, name, tmp_path)
        project.whence(
            "approve", "delay@2", "--reason", "held up against June", "--seen", told["sight"][:12]
        )
    moved = project.whence("alias", "delay@2", "production").stdout
    assert "delay@production → delay@2 (passed production)" in moved
    shown = project.ask("show", "delay@production")
    (passed,) = (each for each in shown["checks"] if each["passed"])
    assert passed["purpose"] == "production"
    assert passed["policy"]["sha256"] == told["policy"]["sha256"]
    assert [each["has_changed"] for each in shown["approvals"]] == [False, False, False]

    # Later somebody says of the data what nobody had said: approvals tell, and the gate is shut.
    project.whence("describe", "data.csv", "--tag", "no-commercial")
    text = project.whence("show", "delay@2").stdout
    assert "what was seen has changed" in text
    assert "data.csv is now tagged no-commercial" in text
    told = project.ask("check", "delay@2", "--for", "production", status=1)
    assert outcomes(told) | {"no-tag": "failed", "approvals": "failed"} == outcomes(told)
    project.whence("fsck")


def test_a_version_goes_through_the_gate_when_somebody_else_said_yes(
    plain: Project, tmp_path: Path
) -> None:
    plain.whence("alias", "delay", "production", "--protect", "policies/production.yaml")
    plain.whence("approve", "delay@1", "--reason", "I made it")
    assert not plain.ask("alias", "delay@1", "production", status=1)["moved"]
    act_as(plain, "Bob", tmp_path)
    plain.ask("approve", "delay@1", "--reason", "I did not")
    moved = plain.ask("alias", "delay@1", "production")
    assert moved["moved"]
    assert moved["checks"][0]["passed"]
    told = plain.ask("alias", "delay", "production")
    assert told["aliases"] == {"production": 1}
    assert told["protected"]["production"]["policy"] == "production"
    shown = plain.whence("show", "delay@1").stdout
    assert "approved by Bob" in shown
    listed = plain.ask("models", "delay")
    assert listed["protected"]["production"]["policy"] == "production"
    assert [each["by"] for each in listed["versions"][0]["approvals"]] == ["Bob", "Ada"]
    assert "passed production for production" in shown
    plain.whence("alias", "delay", "production", "--unprotect", "--reason", "the trial is over")
    assert "moves only" not in plain.whence("alias", "delay", "production").stdout


def test_what_is_wrong_is_said_in_words(plain: Project) -> None:
    said = plain.whence("check", "delay@1", "--policy", "none.yaml", status=2).stderr
    assert "there is no policy none.yaml" in said
    assert "--rules" in said
    plain.write("bad.yaml", "policy: p\nrules:\n  - rule: metrics\n    min: 1\n")
    said = plain.whence("check", "delay@1", "--policy", "bad.yaml", status=2).stderr
    assert "bad.yaml:3: there is no rule 'metrics'" in said
    assert "did you mean metric" in said
    said = plain.whence("check", "last", status=2).stderr
    assert "which policy?" in said
    said = plain.whence("approve", "delay", "--reason", "x", "--seen", "0000", status=2).stderr
    assert "is not what was seen" in said
    said = plain.whence("alias", "delay", "nothing", "--unprotect", status=2).stderr
    assert "--reason" in said


def test_rules_and_key_are_told(plain: Project) -> None:
    listed = plain.whence("check", "--rules").stdout
    assert "evaluated-apart" in listed
    assert "no-commercial" not in listed
    told = json.loads(plain.whence("check", "--rules", "--json").stdout)
    Draft202012Validator(load_schema("rules-1")).validate(told)
    assert {each["rule"] for each in told["rules"]} >= {"metric"}
    key = json.loads(plain.whence("key", "--json").stdout)
    assert key["verifier"].startswith(key["name"] + "+")
    assert Path(key["path"]).stat().st_mode & 0o077 == 0
