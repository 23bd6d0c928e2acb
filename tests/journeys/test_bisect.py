"""Which commit, or which data, carries a change: a small project with a history that is known."""

import sys

import pytest

from scratch import Project

TRAIN = """
import json
from shape import scale
rows = [float(line) for line in open("data/raw.csv")]
bonus = json.load(open("config.json"))["bonus"]
with open("metrics.json", "w") as file:
    json.dump({"score": sum(rows) * scale + bonus}, file)
"""


def work(project: Project, minute: int, **files: str) -> None:
    """A commit of its own minute."""
    for name, text in files.items():
        project.write(name.replace("_", "."), text)
    project.write("notes.txt", f"{minute}\n")
    date = f"2026-01-01T10:{minute:02}:00+00:00"
    project.env |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    project.commit(f"work {minute}")


@pytest.fixture
def walked(project: Project) -> Project:
    """Of nine commits one halves the scale, one is broken, and three touch nothing that is used."""
    # Edits of one size within one second: Python would run the bytecode of the text before.
    project.env["PYTHONDONTWRITEBYTECODE"] = "1"
    project.write(".gitignore", "data/\nmetrics.json\n__pycache__/\n")
    project.write("data/raw.csv", "1\n" * 20)
    work(project, 1, train_py=TRAIN, shape_py="scale = 2\n", config_json='{"bonus": 1}')
    project.run(sys.executable, "train.py")
    work(project, 2, config_json='{"bonus": 1.0}')
    work(project, 3)
    work(project, 4, shape_py="scale = 2.0\n")
    work(project, 5, shape_py="scale = 1\n")
    work(project, 6, train_py=TRAIN + "# more\n")
    work(project, 7)
    work(project, 8, train_py="no program\n")
    work(project, 9, train_py=TRAIN + "# most\n")
    return project


def test_the_commit_that_carries_it_is_found_and_those_that_touch_nothing_are_passed_over(
    walked: Project,
) -> None:
    walked.run(sys.executable, "train.py")
    told = walked.ask("bisect", "last~1", "last", "--metric", "score")
    (found,) = told["carriers"]
    (step,) = found["steps"]
    assert step["step"].endswith("work 5")
    assert found["change"] == pytest.approx(-20)
    assert [each["step"].split()[-1] for each in told["steps"]] == list("245689")

    text = walked.whence("bisect", "last~1", "last", "--metric", "score").stdout
    assert "score fell by 20.0" in text
    assert "0 trials run for it" in text


def test_data_and_what_was_never_committed_are_steps_too(walked: Project) -> None:
    walked.write("data/raw.csv", "1\n" * 15)
    walked.run(sys.executable, "train.py")
    walked.write("data/raw.csv", "1\n" * 10)
    walked.write("shape.py", "scale = 3\n")
    walked.run(sys.executable, "train.py")
    told = walked.ask("bisect", "last~2", "last", "--metric", "score")
    assert [each["steps"][0]["kind"] for each in told["carriers"]] == [
        "commit",
        "data",
        "data",
        "rest",
    ]
    assert [each["change"] for each in told["carriers"]] == pytest.approx([-20, -5, -5, 20])
    assert told["carriers"][-1]["steps"][0]["step"] == "shape.py, as it was not committed"


def test_without_an_order_between_the_two_it_says_so(walked: Project) -> None:
    walked.run(sys.executable, "train.py")
    told = walked.whence("bisect", "last", "last~1", "--metric", "score", status=2)
    assert "does not come after" in told.stderr
    told = walked.whence("bisect", "last~1", "last", "--metric", "auc", status=2)
    assert "both have: score" in told.stderr
