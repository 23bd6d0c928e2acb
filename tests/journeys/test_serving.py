"""From data to what serves, and back, as people type it."""

import json
import sys

import pytest
from jsonschema import Draft202012Validator

from scratch import Project
from whence.wire.schema import load_schema

TRAIN = 'open("models/delay.bin", "w").write(open("data/raw.csv").read() * 3)\n'
EU = "production-eu"


@pytest.fixture
def trained(project: Project) -> Project:
    project.write("train.py", TRAIN)
    project.write("data/raw.csv", "a,b\n1,2\n")
    (project.folder / "models").mkdir()
    project.run(sys.executable, "train.py")
    for _ in range(2):
        project.whence("register", "models/delay.bin", "--model", "delay")
    return project


def test_what_serves_is_known_from_the_data_on(trained: Project) -> None:
    told = trained.ask("deploy", "delay@1", "--to", EU, "--endpoint", "https://models.example/d")
    assert [each["what"] for each in told["changes"]] == ["began"]
    told = trained.ask("deploy", "delay@2", "--to", EU, "--traffic", "20%")
    assert [(each["version"], each["before"], each["after"]) for each in told["changes"]] == [
        ("delay@2", 0, 20),
        ("delay@1", 100, 80),
    ]
    words = trained.whence("undeploy", "delay@1", "--from", EU, "--reason", "roll-back").stdout
    assert words.startswith("delay@1 ended in production-eu (it had 80 %)")
    told = trained.ask("deployments")
    assert {each["version"]["name"]: each["state"] for each in told["deployments"]} == {
        "delay@1": "ended",
        "delay@2": "live",
    }
    assert len(told["notes"]) == 1
    live = json.loads(trained.whence("impact", "data/raw.csv", "--live", "--json").stdout)
    Draft202012Validator(load_schema("deployments-1")).validate(live)
    assert [each["version"]["name"] for each in live["deployments"]] == ["delay@2"]
    tree = trained.whence("impact", "data/raw.csv").stdout
    assert "production-eu/delay@2  deployment  live, 20 % since" in tree
    back = trained.whence("trace", f"{EU}/delay@2").stdout
    assert "data/raw.csv" in back
    assert "roll-back" in trained.whence("show", f"{EU}/delay@1").stdout
    assert "served in production-eu" in trained.whence("gc", "--why", "data/raw.csv").stdout


def test_what_cannot_be_deployed_is_told_in_words(trained: Project) -> None:
    for words, told in {
        ("deploy", "models/delay.bin", "--to", EU): "register it first",
        ("deploy", "delay@9", "--to", EU): "no version",
        ("deploy", "delay@1", "--to", EU, "--traffic", "lots"): "is no share",
        ("deploy", "delay@1", "--to", EU, "--at", "yesterday"): "not a moment",
        ("undeploy", "delay@1", "--from", EU): "was never deployed",
        ("undeploy", "data/raw.csv"): "not a version",
        ("deployments", "--as-of", "then"): "is no moment",
        ("impact", "data/raw.csv", "--live", "--format", "svg"): "do not go together",
    }.items():
        assert told in trained.whence(*words, status=2).stderr
    assert "nothing is deployed" in trained.whence("deployments").stdout
    assert "nothing that serves" in trained.whence("impact", "data/raw.csv", "--live").stdout
