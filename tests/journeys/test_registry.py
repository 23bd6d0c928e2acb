"""The register, as people type it: models, their words and aliases, systems and their parts."""

import json
import sys

import pytest
from jsonschema import Draft202012Validator

from scratch import Project, make_project
from whence.wire.schema import load_schema

TRAIN = 'open("models/delay.bin", "w").write(open("data/raw.csv").read() * 3)\n'
COMMIT = "0123456789" * 4


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_project(tmp_path_factory.mktemp("registry"))
    project.write("train.py", TRAIN)
    project.write("data/raw.csv", "a,b\n1,2\n")
    project.write("prompts/rules.txt", "Answer in short sentences.\n")
    project.write("index/a.json", '{"v": 1}')
    (project.folder / "models").mkdir()
    project.run(sys.executable, "train.py")
    project.whence("register", "models/delay.bin", "--model", "delay", "--owner", "ada=maker")
    project.write("data/raw.csv", "a,b\n1,3\n")
    project.run(sys.executable, "train.py")
    base = f"hf:org/name@{COMMIT}"
    project.whence("register", "models/delay.bin", "--model", "delay", "--fine-tuned-from", base)
    return project


def test_a_model_with_its_versions_words_and_moves(trained: Project) -> None:
    trained.ask("alias", "delay@1", "production")
    trained.ask("alias", "delay@2", "production", "--reason", "better on June")
    trained.ask("describe", "delay", "--description", "delays", "--owner", "ada", "--tag", "core")
    told = trained.ask("describe", "delay@2", "--tag", "candidate", "--licence", "MIT")
    assert (told["name"], told["tags"], told["licence"]) == ("delay@2", {"candidate": ""}, "MIT")
    (short,) = trained.ask("models")["models"]
    assert (short["version_count"], short["aliases"]) == (2, {"production": 2})
    assert (short["description"], short["tags"]) == ("delays", {"core": ""})
    told = trained.ask("models", "delay")
    second, first = told["versions"]
    assert (second["version"], second["aliases"]) == (2, ["production"])
    assert second["derived_from"][0]["name"] == f"hf://org/name@{COMMIT}"
    assert first["owners"] == {"ada": "maker"}
    assert first["run"]["job"] == "train"
    text = trained.whence("models", "delay", "--history").stdout
    assert "production → 2 (was 1): better on June" in text
    assert f"fine-tuned from hf://org/name@{COMMIT} (declared)" in text
    moves = trained.ask("alias", "delay", "production")["history"]
    assert [move["after"] for move in moves] == [2, 1]
    tree = trained.whence("trace", "delay@2").stdout
    assert "what it was trained on is not recorded" in tree


def test_a_retired_version_says_so_and_no_alias_goes_there(trained: Project) -> None:
    trained.whence("register", "models/delay.bin", "--model", "late")
    trained.whence("alias", "late@1", "production")
    done = trained.whence("retire", "late@1", "--reason", "rows had to be erased")
    assert "late@production still points to it" in done.stderr
    assert "late@1 is retired since" in trained.whence("show", "late@1").stderr
    refused = trained.whence("alias", "late@1", "staging", status=2)
    assert "--force" in refused.stderr
    trained.ask("retire", "late@1", "--restore", "--reason", "they had not")
    trained.ask("alias", "late@1", "staging")
    trained.ask("alias", "late", "production", "--remove")
    assert trained.ask("models", "late")["aliases"] == {"staging": 1}


def test_a_system_is_a_numbered_set_of_parts(trained: Project) -> None:
    made = trained.ask(
        "system",
        "helpdesk",
        *("--model", "answer=delay@1", "--prompt", "rules=prompts/rules.txt"),
        *("--index", "kb=index", "--tool", "search=https://search.example/v2"),
        *("--wire", "kb -> answer"),
    )
    assert made["name"] == "helpdesk@1"
    assert [part["as"] for part in made["parts"]] == ["model", "prompt", "index", "tool"]
    trained.write(
        "deploy/system.yaml",
        "system: helpdesk\n"
        "description: answers\n"
        "parts:\n"
        "  answer: {model: delay@2}\n"
        "  rules: {prompt: ../prompts/rules.txt}\n"
        "  kb: {index: ../index}\n"
        '  search: {tool: "https://search.example/v2"}\n'
        "wires: [kb -> answer]\n",
    )
    assert trained.ask("system", "--file", "deploy/system.yaml")["name"] == "helpdesk@2"
    again = trained.whence("system", "--file", "deploy/system.yaml")
    assert (again.stdout, "no new version" in again.stderr) == ("helpdesk@2\n", True)
    told = json.loads(trained.whence("diff", "helpdesk@1", "helpdesk@2", "--json").stdout)
    Draft202012Validator(load_schema("parts-1")).validate(told)
    assert [row["name"] for row in told["parts"] if row["what"] != "same"] == ["answer"]
    assert "data/raw.csv" in trained.whence("trace", "helpdesk@2").stdout
    reached = trained.whence("impact", "prompts/rules.txt").stdout
    assert "helpdesk@1" in reached
    assert "helpdesk@2" in reached
    trained.ask("alias", "helpdesk@2", "live")
    assert trained.ask("show", "helpdesk@live")["name"] == "helpdesk@2"
    assert trained.ask("system", "helpdesk")["versions"][0]["parts"][0]["name"] == "answer"
    assert trained.ask("system", "helpdesk@1")["wires"] == [["kb", "answer"]]
    assert [each["name"] for each in trained.ask("system")["systems"]] == ["helpdesk"]


def test_what_does_not_fit_together_is_told_in_words(trained: Project) -> None:
    trained.write("bad.yaml", "parts:\n  a: {modle: delay@1}\n")
    trained.write("worse.yaml", "parts: [\n")
    for words, told in {
        ("models", "ghost"): "there is no registered model 'ghost'",
        ("system", "ghost"): "there is no system 'ghost'",
        ("system", "s", "--model", "a"): "not of the form PART=REF",
        ("system", "s", "--prompt", "a=nowhere.txt"): "nothing in the record is called",
        ("system", "s", "--file", "bad.yaml"): "bad.yaml: parts: a: modle",
        ("system", "s", "--file", "worse.yaml"): "worse.yaml:",
        ("system", "s", "--file", "none.yaml"): "cannot be read",
        ("system", "s", "--wire", "a->b"): "has no parts",
        ("system", "delay", "--model", "a=delay@1"): "name of a model already",
        ("system", "s", "--tag", "x"): "no parts are named",
        ("describe", "delay@1"): "nothing is said",
        ("describe", "delay@1", "--licence", "a\nb"): "cannot name a licence",
        ("retire", "delay@1"): "needs a reason",
        ("retire", "data/raw.csv", "--reason", "x"): "not a version",
        ("retire", "delay@1", "--restore", "--reason", "x"): "is not retired",
        ("alias", "delay", "nowhere", "--remove"): "there is no alias",
        ("alias", "delay", "nowhere"): "never an alias",
        ("alias", "delay@1"): "no alias is named",
        ("alias", "delay@1", "x", "--remove"): "takes the name alone",
        ("register", "models/delay.bin", "--model", "d", "--merged-from", "hf:"): "of the hub",
        ("register", "models/delay.bin", "--model", "d", "--pruned-from", "ghost"): "is called",
    }.items():
        done = trained.whence(*words, status=2)
        assert told in done.stderr, words
