"""From data to what serves, and back, as people type it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from scratch import Project, make_project
from whence.wire.schema import load_schema

TRAIN = 'open("models/delay.bin", "w").write(open("data/raw.csv").read() * 3)\n'
EU = "production-eu"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which a model was trained and registered twice."""
    project = make_project(tmp_path_factory.mktemp("done"))
    project.write("train.py", TRAIN)
    project.write("data/raw.csv", "a,b\n1,2\n")
    (project.folder / "models").mkdir()
    project.run(sys.executable, "train.py")
    for _ in range(2):
        project.whence("register", "models/delay.bin", "--model", "delay")
    return project.folder


@pytest.fixture
def trained(project: Project, done: Path) -> Project:
    shutil.copytree(done, project.folder, dirs_exist_ok=True)
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
        ("deploy", "delay@1", "--to", EU, "--at", "yesterday"): "is no moment",
        ("undeploy", "delay@1", "--from", EU): "was never deployed",
        ("undeploy", "data/raw.csv"): "not a version",
        ("deployments", "--as-of", "then"): "is no moment",
        ("impact", "data/raw.csv", "--live", "--format", "svg"): "do not go together",
    }.items():
        assert told in trained.whence(*words, status=2).stderr
    assert "nothing is deployed" in trained.whence("deployments").stdout
    assert "nothing that serves" in trained.whence("impact", "data/raw.csv", "--live").stdout


POLICY = """
policy: production
rules:
  - rule: approvals
    count: 1
"""


def test_a_policy_decides_what_is_deployed(trained: Project) -> None:
    trained.write("production.yaml", POLICY)
    words = ("delay@1", "--to", EU, "--policy", "production.yaml")
    refused = trained.whence("deploy", *words, status=1)
    assert "nothing was deployed" in refused.stderr
    assert "approvals" in refused.stdout
    told = trained.ask("deploy", *words, status=1)
    assert (told["changes"], told["checks"][0]["passed"]) == ([], False)
    assert trained.ask("deployments")["deployments"] == []
    trained.write("production.yaml", "policy: production\nrules:\n  - not-retired\n")
    told = trained.ask("deploy", *words)
    assert [each["what"] for each in told["changes"]] == ["began"]
    assert told["checks"][0]["passed"]


SERVE = """
import json, sys
from whence import receipts
with receipts.Recorder(sys.argv[1], deployment=sys.argv[2]) as recorder:
    print(recorder.receipt({"a": 1}, [0.5], seconds=0.01, request="q-1"))
"""


def serve(project: Project, model: str, place: str) -> str:
    """One prediction by a service of its own; its receipt."""
    done = subprocess.run(
        [sys.executable, "-c", SERVE, model, place],
        cwd=project.folder,
        env=project.env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_prediction_leads_to_the_raw_data(trained: Project) -> None:
    trained.whence("deploy", "delay@2", "--to", EU)
    trained.whence("alias", "delay@2", "production")
    receipt = serve(trained, "delay@2", EU)
    told = trained.ask("trace", receipt)
    assert told["receipt"]["id"] == receipt
    assert {"data/raw.csv", "delay@2", f"{EU}/delay@2"} <= {each["name"] for each in told["nodes"]}
    words = trained.whence("trace", receipt).stdout
    assert words.startswith(f"{receipt}  receipt  delay@2 in {EU}")
    shown = json.loads(trained.whence("show", receipt, "--json").stdout)
    Draft202012Validator(load_schema("receipt-1")).validate(shown)
    assert shown["gave"]["version"]["name"] == "delay@2"
    assert shown["gave"]["deployment"]["environment"] == EU
    assert f"deployment  {EU}/delay@2" in trained.whence("show", receipt).stdout
    by_alias = serve(trained, "delay@production", "")
    assert "delay@2" in trained.whence("show", by_alias).stdout


def test_a_system_is_deployed_and_predicts_like_a_model(trained: Project) -> None:
    trained.whence("system", "helpdesk", "--model", "answer=delay@1")
    trained.whence("deploy", "helpdesk@1", "--to", EU)
    live = trained.whence("impact", "data/raw.csv", "--live").stdout
    assert f"helpdesk@1  {EU}" in live
    told = trained.ask("trace", serve(trained, "helpdesk@1", EU))
    assert {"data/raw.csv", "delay@1", "helpdesk@1"} <= {each["name"] for each in told["nodes"]}
    none = trained.whence("deployments", "--as-of", "2020-01-01").stdout
    assert none == "nothing that is recorded served then\n"


def test_receipts_are_listed_found_and_confirmed(trained: Project) -> None:
    receipt = serve(trained, "delay@2", EU)
    trained.write("same.json", '{ "a": 1.0 }')
    trained.write("other.json", '{"a": 2}')
    told = json.loads(trained.whence("receipts", "list", "--json").stdout)
    Draft202012Validator(load_schema("receipts-1")).validate(told)
    assert [each["id"] for each in told["receipts"]] == [receipt]
    assert receipt in trained.whence("receipts", "list", "--env", EU).stdout
    assert receipt in trained.whence("receipts", "find", "--input", "same.json").stdout
    assert receipt in trained.whence("receipts", "find", "--request", "q-1").stdout
    trained.whence("receipts", "find", "--input", "other.json", status=1)
    verify = ("receipts", "verify", receipt, "--input")
    assert "is the input of" in trained.whence(*verify, "same.json").stdout
    assert "is NOT the input" in trained.whence(*verify, "other.json", status=1).stdout
    assert "nothing was left" in trained.whence("receipts", "file").stdout
    elsewhere = trained.folder / "elsewhere"
    (trained.folder / ".whence" / "receipts").rename(elsewhere)
    missing = trained.whence("trace", receipt, status=2)
    assert "--receipts FOLDER" in missing.stderr
    assert "data/raw.csv" in trained.whence("trace", receipt, "--receipts", "elsewhere").stdout


def test_what_a_receipt_cannot_tell_is_said(trained: Project) -> None:
    receipt = serve(trained, "delay@9", EU)
    assert "does not know 'delay@9'" in trained.whence("trace", receipt, status=2).stderr
    for words, told in {
        ("trace", "rcp_12"): "is no receipt",
        ("trace", "rcp_" + "0" * 32): "there is no receipt",
        ("receipts", "verify", receipt): "needs a receipt and a file",
        ("receipts", "find"): "what is to be found",
        ("receipts", "list", receipt): "takes no RECEIPT",
        ("receipts", "list", "-n", "0"): "at least 1",
    }.items():
        assert told in trained.whence(*words, status=2).stderr
