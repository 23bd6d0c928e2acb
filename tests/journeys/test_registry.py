"""The register, as people type it: models, their words and aliases, systems and their parts."""

import json
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scratch import SCHEMAS, Project, make_project
from whence.cli.main import main
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


class Shell:
    """The commands of a folder, in this process: their words are what is held here."""

    def __init__(self, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.write = project.write

    def whence(self, *words: str, status: int = 0) -> tuple[str, str]:
        """What a command prints, and what it says beside."""
        assert main(words) == status, words
        told = self._capsys.readouterr()
        return told.out, told.err

    def ask(self, verb: str, *words: str, schema: str = "") -> Any:
        """A command's JSON, held to its schema."""
        told = json.loads(self.whence(verb, *words, "--json")[0])
        Draft202012Validator(load_schema(schema or SCHEMAS.get(verb, "thing-1"))).validate(told)
        return told


@pytest.fixture
def shell(
    trained: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.chdir(trained.folder)
    for name in ("WHENCE_DIR", "WHENCE_STORE", "WHENCE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Shell(trained, capsys)


def test_a_model_with_its_versions_words_and_moves(shell: Shell) -> None:
    shell.ask("alias", "delay@1", "production")
    shell.ask("alias", "delay@2", "production", "--reason", "better on June")
    shell.ask("describe", "delay", "--description", "delays", "--owner", "ada", "--tag", "core")
    told = shell.ask("describe", "delay@2", "--tag", "candidate", "--licence", "MIT")
    assert (told["name"], told["tags"], told["licence"]) == ("delay@2", {"candidate": ""}, "MIT")
    (short,) = shell.ask("models")["models"]
    assert (short["version_count"], short["aliases"]) == (2, {"production": 2})
    assert (short["description"], short["tags"]) == ("delays", {"core": ""})
    told = shell.ask("models", "delay")
    second, first = told["versions"]
    assert (second["version"], second["aliases"]) == (2, ["production"])
    assert second["derived_from"][0]["name"] == f"hf://org/name@{COMMIT}"
    assert first["owners"] == {"ada": "maker"}
    assert first["run"]["job"] == "train"
    text = shell.whence("models", "delay", "--history")[0]
    assert "production → 2 (was 1): better on June" in text
    assert f"fine-tuned from hf://org/name@{COMMIT} (declared)" in text
    moves = shell.ask("alias", "delay", "production")["history"]
    assert [move["after"] for move in moves] == [2, 1]
    tree = shell.whence("trace", "delay@2")[0]
    assert "what it was trained on is not recorded" in tree


def test_a_retired_version_says_so_and_no_alias_goes_there(shell: Shell) -> None:
    shell.whence("register", "models/delay.bin", "--model", "late")
    shell.whence("alias", "late@1", "production")
    _, notice = shell.whence("retire", "late@1", "--reason", "rows had to be erased")
    assert "late@production still points to it" in notice
    assert "late@1 is retired since" in shell.whence("show", "late@1")[1]
    _, refused = shell.whence("alias", "late@1", "staging", status=2)
    assert "--force" in refused
    shell.ask("retire", "late@1", "--restore", "--reason", "they had not")
    shell.ask("alias", "late@1", "staging")
    shell.ask("alias", "late", "production", "--remove")
    assert shell.ask("models", "late")["aliases"] == {"staging": 1}


def test_a_system_is_a_numbered_set_of_parts(shell: Shell) -> None:
    made = shell.ask(
        "system",
        "helpdesk",
        *("--model", "answer=delay@1", "--prompt", "rules=prompts/rules.txt"),
        *("--index", "kb=index", "--tool", "search=https://search.example/v2"),
        *("--wire", "kb -> answer"),
    )
    assert made["name"] == "helpdesk@1"
    assert [part["as"] for part in made["parts"]] == ["model", "prompt", "index", "tool"]
    shell.write(
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
    assert shell.ask("system", "--file", "deploy/system.yaml")["name"] == "helpdesk@2"
    again, notice = shell.whence("system", "--file", "deploy/system.yaml")
    assert (again, "no new version" in notice) == ("helpdesk@2\n", True)
    told = shell.ask("diff", "helpdesk@1", "helpdesk@2", schema="parts-1")
    assert [row["name"] for row in told["parts"] if row["what"] != "same"] == ["answer"]
    assert "data/raw.csv" in shell.whence("trace", "helpdesk@2")[0]
    reached = shell.whence("impact", "prompts/rules.txt")[0]
    assert "helpdesk@1" in reached
    assert "helpdesk@2" in reached
    shell.ask("alias", "helpdesk@2", "live")
    assert shell.ask("show", "helpdesk@live")["name"] == "helpdesk@2"
    assert shell.ask("system", "helpdesk")["versions"][0]["parts"][0]["name"] == "answer"
    assert shell.ask("system", "helpdesk@1")["wires"] == [["kb", "answer"]]
    assert [each["name"] for each in shell.ask("system")["systems"]] == ["helpdesk"]


def test_what_does_not_fit_together_is_told_in_words(shell: Shell) -> None:
    shell.write("bad.yaml", "parts:\n  a: {modle: delay@1}\n")
    shell.write("worse.yaml", "parts: [\n")
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
        assert told in shell.whence(*words, status=2)[1], words
