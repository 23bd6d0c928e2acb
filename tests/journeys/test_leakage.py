"""What `whence gaps` says of programs that measure a model, and never heard of Whence."""

import sys

import pytest

from scratch import Project, make_project

MAKE = """
import random
random.seed(0)
with open("data.csv", "w") as file:
    for _ in range(4000):
        file.write(",".join(str(random.gauss(0, 1)) for _ in range(4)) + "\\n")
"""
TRAIN = """
import joblib, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
rows = np.loadtxt("data.csv", delimiter=",")
X, y = rows, rows[:, 0] > 0
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_train, y_train), model.score(X_test, y_test))
joblib.dump(model, "model.joblib")
"""
EVALUATE = """
import json, joblib, numpy as np
from sklearn.metrics import accuracy_score
rows = np.loadtxt("data.csv", delimiter=",")[1000:2000]
model = joblib.load("model.joblib")
found = accuracy_score(rows[:, 0] > 0, model.predict(rows))
json.dump({"accuracy": found}, open("metrics.json", "w"))
"""
SCALED = """
import joblib, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
rows = np.loadtxt("data.csv", delimiter=",")
scaled = StandardScaler().fit_transform(rows)
X_train, X_test, y_train, y_test = train_test_split(scaled, rows[:, 0] > 0, random_state=1)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
joblib.dump(model, "scaled.joblib")
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_project(tmp_path_factory.mktemp("leakage"))
    scripts = {"make": MAKE, "train": TRAIN, "evaluate": EVALUATE, "scaled": SCALED}
    for name, text in scripts.items():
        project.write(f"{name}.py", text)
    project.commit("a model of the first column")
    for name in scripts:
        project.run(sys.executable, f"{name}.py")
    return project


def test_rows_that_leak_across_runs_are_counted(measured: Project) -> None:
    told = measured.ask("gaps", "model.joblib")
    assert [note["kind"] for note in told["notes"]] == ["train-score"]
    (warning,) = told["warnings"]
    assert (warning["kind"], warning["severity"]) == ("rows-in-both", "high")
    assert warning["trained"]["where"] == ["train.py:8"]
    assert warning["evaluated"]["where"] == ["evaluate.py:6"]
    # Three in four rows of any part of the table are in the training split.
    assert warning["rows"]["low"] < 0.78
    assert warning["rows"]["high"] > 0.72
    shown = measured.whence("gaps", "model.joblib").stdout
    assert shown.startswith("!! About ")
    assert "of the 1,000 rows" in shown


def test_what_was_learned_before_the_split_is_told(measured: Project) -> None:
    (warning,) = measured.ask("gaps", "scaled.joblib")["warnings"]
    assert (warning["kind"], warning["severity"]) == ("preprocessing", "low")
    assert warning["trained"]["by"] == ["StandardScaler.fit_transform"]


def test_a_model_whose_whole_story_is_recorded_scores_in_full(measured: Project) -> None:
    told = measured.ask("gaps", "model.joblib")["completeness"]
    assert told["score"] == 1.0
    assert told["actions"] == []
