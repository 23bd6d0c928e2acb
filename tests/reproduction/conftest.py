"""A recorded project, and a place to do its runs again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scratch import Project, make_project
from whence.reproduction.interface import Recipe
from whence.reproduction.recipe import read_recipe
from whence.workspace import Workspace, open_workspace

TRAIN = """
import json, os, random
import shape
random.seed(7)
total = sum(float(line) for line in open("data.csv")) * shape.FACTOR + random.random()
os.makedirs("models", exist_ok=True)
with open("models/m.txt", "w") as file:
    file.write(str(total))
with open("metrics.json", "w") as file:
    json.dump({"total": total}, file)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = make_project(tmp_path)
    for name in ("HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, made.env[name])
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    made.write("train.py", TRAIN)
    made.write("shape.py", "FACTOR = 2\n")
    made.write("data.csv", "1.5\n2.5\n3.25\n")
    return made


@pytest.fixture
def workspace(project: Project) -> Iterator[Workspace]:
    project.whence("run", "--", "true")
    opened = open_workspace(project.folder)
    yield opened
    opened.close()


def recipe_of(workspace: Workspace, run: str) -> Recipe:
    with workspace.reading() as reader:
        (handle,) = reader.starting_with(run, 1)
        return read_recipe(reader, handle)
