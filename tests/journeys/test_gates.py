"""A model on its way through a gate: held up, mended, approved, let through, and what came then."""

import sys
from pathlib import Path
from typing import Any

import pytest

from scratch import Project, make_project

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
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("gates")
    project = make_project(folder)
    act_as(project, "Ada", folder)
    project.write("make.py", MAKE)
    project.write("train.py", LEAKY)
    project.write("policies/production.yaml", POLICY)
    project.commit("a model, measured on what it was trained on")
    project.write("train.py", LEAKY + "# a change that is in no commit\n")
    project.run(sys.executable, "make.py")
    project.run(sys.executable, "train.py")
    project.whence("register", "model.joblib", "--model", "delay")
    project.commit("the change")
    return project


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
