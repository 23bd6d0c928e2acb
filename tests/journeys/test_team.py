"""Two people, one server: what one runs the other asks about, and nothing is lost or told twice."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scratch import Project, make_project
from serving import serving

TRAIN = """\
import json, pathlib, sys
rows = pathlib.Path("data.csv").read_text().splitlines()
pathlib.Path("model.json").write_text(json.dumps({"rows": len(rows), "rate": RATE}))
"""


class Team:
    """A server and two workspaces, each in a folder of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.stack = stack
        self.home = folder / "server"
        self.home.mkdir()
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.people = [make_project(folder / name) for name in ("ada", "grace")]
        self.process: subprocess.Popen[str] | None = None
        self.serve()

    def serve(self) -> None:
        self.running = ExitStack()
        self.stack.callback(self.running.close)
        env = {**self.people[0].env, "WHENCE_STORE": ""}
        url, _ = self.running.enter_context(
            serving(self.home, "--port", str(self.port), variables=env)
        )
        assert url == self.url

    def stop(self) -> None:
        self.running.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    for name in ("ada", "grace"):
        (tmp_path / name).mkdir()
    with ExitStack() as stack:
        yield Team(tmp_path, stack)


def train(person: Project, rate: float) -> str:
    person.write("data.csv", "a,b\n1,2\n3,4\n")
    person.write("train.py", TRAIN.replace("RATE", str(rate)))
    return person.whence("run", "--", sys.executable, "train.py").stderr


def spooled(person: Project) -> list[Path]:
    return sorted((person.folder / ".whence" / "spool").glob("*.json"))


def test_two_people_one_server(team: Team) -> None:
    ada, grace = team.people
    for each in team.people:
        each.env["WHENCE_STORE"] = team.url
    assert train(ada, 0.1) == ""
    assert not (ada.folder / ".whence" / "whence.sqlite").exists()
    (first,) = grace.ask("log")["runs"]
    told = grace.ask("trace", "model.json")
    assert {each["name"] for each in told["nodes"]} >= {"model.json", "data.csv", "train.py"}
    assert grace.whence("register", "model.json", "--model", "delay").stdout.strip() == "delay@1"
    assert ada.ask("show", "delay@1")["name"] == "delay@1"

    team.stop()
    said = train(ada, 0.2)
    assert "is not recorded yet" in said
    assert "cannot be reached" in said
    assert len(spooled(ada)) == 1
    away = ada.whence("log", status=2)
    assert "1 run waits to be delivered" in away.stderr
    assert "cannot be reached" in away.stderr

    team.serve()
    runs = ada.ask("log")["runs"]
    assert [each["command"] for each in runs] == [first["command"]] * 2
    assert spooled(ada) == []
    assert [each["id"] for each in grace.ask("log")["runs"]] == [each["id"] for each in runs]
    differences = grace.ask("diff", runs[1]["id"], runs[0]["id"])
    assert "train.py" in json.dumps(differences)
    assert not list((grace.folder / ".whence").rglob("spool/*.json"))
    for person in team.people:
        told = person.whence("diff", runs[1]["id"], runs[0]["id"]).stdout
        assert '"rate": 0.1' in told, "the lines, wherever the runs were"
        assert '"rate": 0.2' in told
    assert ada.whence("fsck").returncode == 0


def test_a_run_that_arrives_twice_is_there_once_and_a_refused_one_is_kept(team: Team) -> None:
    ada, _ = team.people
    ada.env["WHENCE_STORE"] = team.url
    team.stop()
    train(ada, 0.1)
    (waiting,) = spooled(ada)
    kept = waiting.read_bytes()
    team.serve()
    assert len(ada.ask("log")["runs"]) == 1
    waiting.write_bytes(kept)  # as if the answer had been lost
    broken = waiting.with_name("0" + waiting.name[1:])
    broken.write_bytes(kept.replace(b'"state":"completed"', b'"state":"finished"'))
    said = ada.whence("log")
    assert said.stdout.count("train") >= 1
    assert "was refused by" in said.stderr
    assert "'finished' is no RunState" in said.stderr
    assert spooled(ada) == []
    assert len(ada.ask("log")["runs"]) == 1
    (aside,) = (ada.folder / ".whence" / "spool" / "refused").iterdir()
    assert aside.name == broken.name
    assert "1 run was refused" in ada.whence("log").stderr


def test_a_nested_run_is_a_part_though_the_record_is_elsewhere(team: Team) -> None:
    ada, _ = team.people
    ada.env["WHENCE_STORE"] = team.url
    ada.write("inner.py", "open('inner.txt', 'w').write('1')\n")
    ada.write("outer.sh", f"{sys.executable} -m whence run -- {sys.executable} inner.py\n")
    ada.whence("run", "--", "sh", "outer.sh")
    runs = ada.ask("log")["runs"]
    assert [each["parent"] is None for each in runs] == [True, False]


def test_two_records_become_one_by_way_of_a_server(team: Team) -> None:
    ada, grace = team.people
    for number, each in enumerate(team.people):
        train(each, number)
        each.whence("remote", "add", "team", team.url)
        assert "not met yet" in each.whence("remote").stdout
        told = each.ask("push")
        assert (told["fresh"], told["known"], told["bare"]) == (1, 0, 0)
    for each in team.people:
        assert each.ask("pull")["remote"] == "team"
    assert each.ask("push")["fresh"] == 0
    logs = [each.ask("log")["runs"] for each in team.people]
    ids = [{run["id"] for run in log} for log in logs]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 2
    for each in team.people:
        told = each.whence("diff", *sorted(ids[0])).stdout
        assert '"rate": 0}' in told
        assert '"rate": 1}' in told
        assert "every hash holds" in each.whence("fsck").stdout
    checked = subprocess.run(
        [sys.executable, "-m", "whence", "fsck"],
        cwd=team.home,
        env={**ada.env, "WHENCE_STORE": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2 ledgers that were pushed here" in checked.stdout
    assert grace.whence("remote", "remove", "team").stdout.startswith("there is no remote")


def test_what_is_no_server_or_away_is_said(team: Team) -> None:
    ada, _ = team.people
    team.stop()
    ada.whence("remote", "add", "team", team.url)
    assert "cannot be reached" in ada.whence("push", status=2).stderr
    assert "already" in ada.whence("remote", "add", "team", team.url, status=2).stderr
    assert "is no address" in ada.whence("remote", "add", "b", "ftp://x", status=2).stderr
    assert "cannot name a remote" in ada.whence("remote", "add", "a/b", team.url, status=2).stderr
    assert "no remote" in ada.whence("pull", "other", status=2).stderr
    ada.env["WHENCE_STORE"] = "http://127.0.0.1:1/x?y"
    assert "is not the address of a server" in ada.whence("log", status=2).stderr
