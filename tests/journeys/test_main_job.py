"""A stranger's first hour: scripts that never heard of Whence, and every question about them."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from scratch import Project, names_of

PREPARE = """
import csv
rows = list(csv.reader(open("data/raw.csv")))
with open("data/clean.csv", "w", newline="") as file:
    csv.writer(file).writerows([row for row in rows if row[-1]])
print(len(rows), "rows")
"""
TRAIN = """
import argparse, json, pickle, tomllib
from model import Mean
parser = argparse.ArgumentParser()
parser.add_argument("--scale", type=float, default=1.0)
scale = parser.parse_args().scale
config = tomllib.load(open("config.toml", "rb"))
rows = open("data/clean.csv").read().splitlines()[1:]
values = [float(row.split(",")[1]) * scale for row in rows]
pickle.dump(Mean(values, config["model"]["shrink"]), open("models/mean.pkl", "wb"))
"""
MODEL = """
class Mean:
    def __init__(self, values, shrink):
        self.mean = sum(values) / (len(values) + shrink)
"""
EVALUATE = """
import json, pickle
model = pickle.load(open("models/mean.pkl", "rb"))
json.dump({"error": abs(3 - model.mean)}, open("reports/metrics.json", "w"))
"""


@pytest.fixture
def pipeline(project: Project) -> Project:
    rows = "".join(f"{at},{at % 7}\n" for at in range(500))
    project.write("data/raw.csv", "id,value\n" + rows)
    for name, text in {
        "prepare.py": PREPARE,
        "train.py": TRAIN,
        "model.py": MODEL,
        "evaluate.py": EVALUATE,
        "config.toml": "[model]\nshrink = 1\n",
    }.items():
        project.write(name, text)
    for folder in ("models", "reports"):
        (project.folder / folder).mkdir()
    project.commit("a model of means")
    return project


def round_of(project: Project, *words: str) -> None:
    project.run(sys.executable, "prepare.py")
    project.run(sys.executable, "train.py", *words)
    project.run(sys.executable, "evaluate.py")


def test_a_run_tells_what_it_read_wrote_and_was(pipeline: Project) -> None:
    pipeline.run(sys.executable, "prepare.py")
    run = pipeline.python("train.py", "--scale", "2.5")
    assert (run["job"], run["state"], run["exit_status"]) == ("train", "completed", 0)
    assert names_of(run["used"], "input") == ["data/clean.csv"]
    assert names_of(run["used"], "config") == ["config.toml"]
    assert names_of(run["generated"]) == ["models/mean.pkl"]
    assert {each["path"] for each in run["code"]["files"]} == {"train.py", "model.py"}
    assert run["code"]["dirty"] is False
    assert len(run["code"]["commit"]) == 40
    assert run["parameters"]["scale"] == 2.5
    assert run["parameters"]["model.shrink"] == 1
    assert run["environment"]["name"].startswith("python 3")
    assert run["actor"]
    assert run["generated"][0]["kind"] == "model"
    assert all(each["digest"]["sha256"] for each in run["used"] + run["generated"])


def test_the_story_of_a_model_and_of_a_table(pipeline: Project) -> None:
    round_of(pipeline)
    story = pipeline.ask("trace", "models/mean.pkl")
    told = {node["name"] for node in story["nodes"]}
    assert {"models/mean.pkl", "data/clean.csv", "data/raw.csv", "train.py", "config.toml"} <= told
    assert "reports/metrics.json" not in told
    assert story["nodes"][0]["id"] == story["root"]
    assert [gap["about"] for gap in story["gaps"] if gap["kind"] == "origin-unknown"] == [
        "data/raw.csv"
    ]
    reached = {node["name"] for node in pipeline.ask("impact", "data/raw.csv")["nodes"]}
    assert {"data/clean.csv", "models/mean.pkl", "reports/metrics.json"} <= reached
    way = pipeline.ask("path", "reports/metrics.json", "data/raw.csv")
    assert [node["name"] for node in way["nodes"]][::2] == [
        "reports/metrics.json",
        "models/mean.pkl",
        "data/clean.csv",
        "data/raw.csv",
    ] or len(way["nodes"]) >= 5


def test_versions_aliases_and_what_differs(pipeline: Project) -> None:
    round_of(pipeline)
    assert pipeline.whence("register", "models/mean.pkl", "--model", "mean").stdout == "mean@1\n"
    pipeline.whence("alias", "mean@1", "production")
    raw = pipeline.folder / "data" / "raw.csv"
    raw.write_text("".join(raw.read_text().splitlines(keepends=True)[:-40]))
    pipeline.write("config.toml", "[model]\nshrink = 9\n")
    pipeline.write("model.py", MODEL.replace("sum(values)", "sum(values[1:])"))
    pipeline.commit("a day's work")
    round_of(pipeline, "--scale", "2")
    assert pipeline.whence("register", "last~1", "--model", "mean").stdout == "mean@2\n"

    layers = pipeline.ask("diff", "mean@production", "mean@2")["layers"]
    assert layers["environment"]["status"] == "same"
    for layer in ("data", "code", "parameters"):
        assert layers[layer]["status"] == "changed", layer
    told = json.dumps(layers)
    assert "raw.csv" in json.dumps(layers["data"])
    assert "40 removed" in json.dumps(layers["data"])
    assert "sum(values[1:])" in json.dumps(layers["code"])
    assert "shrink" in json.dumps(layers["parameters"])
    assert "prepare.py" not in json.dumps(layers["code"])
    assert told
    same = pipeline.ask("diff", "mean@1", "mean@1")["layers"]
    assert {layer["status"] for layer in same.values()} == {"same"}
    assert "mean@1" in {node["name"] for node in pipeline.ask("impact", "data/raw.csv@1")["nodes"]}


def test_every_question_has_a_readable_answer(pipeline: Project) -> None:
    round_of(pipeline)
    pipeline.whence("register", "models/mean.pkl", "--model", "mean")
    for words in (
        ["log"],
        ["show"],
        ["show", "mean@1"],
        ["show", "models/mean.pkl"],
        ["trace", "mean@1"],
        ["impact", "data/raw.csv"],
        ["path", "mean@1", "data/raw.csv"],
        ["diff", "last~1", "last~2"],
        ["gaps", "mean@1"],
        ["fsck"],
    ):
        answer = pipeline.whence(*words).stdout
        assert answer.strip(), words
        assert "\x1b" not in answer, words
    for form in ("dot", "mermaid", "svg"):
        drawn = pipeline.whence("trace", "mean@1", "--format", form).stdout
        assert "models/mean.pkl" in drawn
    ET.fromstring(drawn)


def test_the_record_is_found_from_a_folder_below(pipeline: Project) -> None:
    round_of(pipeline)
    below = pipeline.folder / "models"
    assert "mean.pkl" in pipeline.whence("show", "mean.pkl", cwd=below).stdout


def test_the_first_use_makes_the_record_and_git_does_not_see_it(pipeline: Project) -> None:
    pipeline.run("true")
    assert (pipeline.folder / ".whence" / "whence.sqlite").exists()
    seen = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=pipeline.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout == ""
