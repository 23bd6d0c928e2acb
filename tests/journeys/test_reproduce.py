"""A run is done again, by the command line, and what it comes to is said and kept."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scratch import Project, make_project
from whence.reproduction.namespace import refusal
from whence.wire.schema import load_schema

TRAIN = """
import json, random
random.seed(7)
total = sum(float(line) for line in open("data.csv"))
open("model.txt", "w").write(f"{total} {random.random()}")
json.dump({"accuracy": total / 10}, open("evaluation.json", "w"))
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = make_project(tmp_path)
    made.write("data.csv", "1.5\n2.5\n3.25\n")
    made.write("train.py", TRAIN)
    return made


def reproduce(project: Project, *words: str, status: int) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        project.whence("reproduce", *words, "--json", status=status).stdout
    )
    Draft202012Validator(load_schema("verdict-1")).validate(told)
    return told


def test_a_run_whose_files_are_all_gone_is_done_again(project: Project) -> None:
    recorded = project.python("train.py")
    project.whence("register", "model.txt", "--model", "price")
    for name in ("data.csv", "train.py", "model.txt", "evaluation.json"):
        (project.folder / name).unlink()

    found = reproduce(project, "price@1", status=0)

    assert found["standing"] == "identical bytes"
    assert found["environment"] == "recorded"
    assert {each["name"] for each in found["files"]} == {"model.txt", "evaluation.json"}
    assert sorted(path.name for path in project.folder.glob("*.*")) == [
        ".git",
        ".gitignore",
        ".whence",
    ]
    for ref in (recorded["id"], "price@1", "last"):
        assert [each["standing"] for each in project.ask("show", ref)["verdicts"]] == [
            "identical bytes"
        ]
    assert "identical bytes" in project.whence("show", "price@1").stdout
    assert "identical bytes" in project.whence("reproduce").stdout


def test_a_plan_does_nothing(project: Project) -> None:
    project.python("train.py")
    before = project.ask("fsck")["entries"]
    shown = project.whence("reproduce", "--plan").stdout
    assert "It can be done." in shown
    plan = json.loads(project.whence("reproduce", "--plan", "--json").stdout)
    Draft202012Validator(load_schema("plan-1")).validate(plan)
    assert plan["possible"]
    assert {each["name"]: each["where"] for each in plan["steps"][0]["files"]} == {
        "data.csv": "kept",
        "train.py": "kept",
    }
    assert project.ask("fsck")["entries"] == before


def test_a_vanished_input_is_told_before_anything_is_done(project: Project) -> None:
    project.whence("config", "data.keep", "none")
    project.python("train.py")
    project.write("data.csv", "99\n")
    shown = project.whence("reproduce", "--plan", status=1).stdout
    assert "its input data.csv is not to be had" in shown
    found = reproduce(project, status=1)
    assert found["standing"] == "impossible"
    assert "data.csv" in found["why"]
    assert project.ask("log", "--replays")["runs"][1:] == []


def test_upstream_runs_make_what_is_gone(project: Project) -> None:
    project.whence("config", "data.keep", "none")
    project.write("raw.txt", "4\n5\n")
    project.write("clean.py", "open('data.csv', 'w').write(open('raw.txt').read() * 2)")
    project.python("clean.py")
    project.python("train.py")
    (project.folder / "data.csv").unlink()

    found = reproduce(project, status=1)
    assert found["standing"] == "impossible"
    assert "--upstream" in found["causes"][0]
    found = reproduce(project, "--upstream", status=0)
    assert found["standing"] == "identical bytes"
    assert [each["step"] for each in found["files"]] == ["clean", "train", "train"]
    assert not (project.folder / "data.csv").exists()


def test_a_run_that_draws_without_a_seed_diverges_and_is_told_why(project: Project) -> None:
    project.write("train.py", "import random\nopen('model.txt', 'w').write(str(random.random()))\n")
    project.python("train.py")
    found = reproduce(project, status=1)
    assert found["standing"] == "diverged"
    assert found["first"] == "model.txt"
    assert found["repeats_itself"] is False
    assert "does not repeat itself" in found["causes"][0]
    assert "seeded: random" in found["causes"][1]


def test_noise_is_measured_with_other_seeds(project: Project) -> None:
    project.write(
        "train.py",
        """
import json, os, random
random.seed(7)
score = 0.9 + random.gauss(0, 0.01)
drift = int.from_bytes(os.urandom(2), "big") / 2**16 / 1000
json.dump({"accuracy": score + drift}, open("evaluation.json", "w"))
""",
    )
    project.python("train.py")
    found = reproduce(project, "--repeats", "5", status=0)
    assert found["standing"] == "same within measured noise"
    assert len(found["repeats"]["accuracy"]) == 5
    (metric,) = found["metrics"]
    low, high = metric["interval"]
    assert low < metric["recorded"] < high
    again = reproduce(project, "--repeats", "5", status=0)
    assert len(again["replays"]) == 2


def test_a_command_that_now_fails_is_told_with_its_last_words(project: Project) -> None:
    project.write(
        "train.py", "import os\nif 'DATA' not in os.environ: raise SystemExit('no DATA')\n"
    )
    project.env["DATA"] = "here"
    project.python("train.py")
    del project.env["DATA"]
    found = reproduce(project, status=1)
    assert found["standing"] == "diverged"
    assert "status 1 this time" in found["why"]
    assert "no DATA" in found["said"]


def test_a_run_that_failed_fails_again_the_same(project: Project) -> None:
    project.write("train.py", "raise SystemExit(3)\n")
    project.run(sys.executable, "train.py", status=3)
    found = reproduce(project, status=0)
    assert found["standing"] == "same"
    assert any("failed with exit status 3" in note for note in found["notes"])


def test_a_script_with_several_programs_is_done_whole(project: Project) -> None:
    project.write("one.py", "open('a.txt', 'w').write('a')\n")
    project.write("two.py", "open('b.txt', 'w').write(open('a.txt').read() + 'b')\n")
    project.write("all.sh", f"{sys.executable} one.py\n{sys.executable} two.py\n")
    project.run("sh", "all.sh")
    whole = project.ask("show", "last")
    assert len(whole["parts"]) == 2
    (project.folder / "a.txt").unlink()
    found = reproduce(project, whole["parts"][1]["id"], status=0)
    assert found["standing"] == "identical bytes"
    assert found["run"] == whole["id"]
    assert any("part of this command" in note for note in found["notes"])


def test_standard_streams_are_files_again(project: Project) -> None:
    project.write("lines.txt", "b\na\n")
    project.whence("run", "--", "true")
    import subprocess

    with (
        (project.folder / "lines.txt").open() as given,
        (project.folder / "sorted.txt").open("w") as made,
    ):
        process = project.start("run", "--", "sort", stdin=given, stdout=made)
        assert process.wait(60) == 0
    assert isinstance(process, subprocess.Popen)
    found = reproduce(project, status=0)
    assert found["standing"] == "identical bytes"
    assert found["files"][0]["name"] == "sorted.txt"


def test_absolute_paths_reach_the_scratch_folder(project: Project) -> None:
    outside = project.folder.parent / "elsewhere"
    outside.mkdir()
    (outside / "in.txt").write_text("four")
    project.write(
        "train.py",
        f"text = open('{outside}/in.txt').read()\n"
        f"open('{project.folder}/model.txt', 'w').write(text)\n"
        f"open('{outside}/out.txt', 'w').write(text * 2)\n",
    )
    project.python("train.py")
    (outside / "in.txt").write_text("something else")
    (outside / "out.txt").write_text("mine")
    project.write("model.txt", "mine")

    is_private = refusal() is None
    found = reproduce(project, status=0 if is_private else 1)

    assert found["standing"] == ("identical bytes" if is_private else "impossible")
    assert is_private or "nothing can be put in their place" in found["why"]
    assert (outside / "in.txt").read_text() == "something else"
    assert (outside / "out.txt").read_text() == "mine"
    assert (project.folder / "model.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing-like-it"], "nothing in the record is called"),
        (["--repeats", "2"], "3 repeats at least"),
        (["--timeout", "0"], "more than 0 seconds"),
        (["--env", "/no/python"], "no Python that can be started"),
    ],
)
def test_wrong_use_is_said(project: Project, words: list[str], said: str) -> None:
    project.python("train.py")
    done = project.whence("reproduce", *words, status=None)
    assert done.returncode in {1, 2}
    assert said in done.stderr


def test_data_that_nobody_made_cannot_be_done_again(project: Project) -> None:
    project.python("train.py")
    done = project.whence("reproduce", "data.csv", status=1)
    assert "no recorded run made data.csv" in done.stderr


def test_whoever_is_killed_in_the_middle_leaves_nothing(project: Project) -> None:
    project.write(
        "train.py",
        "import os, time\nopen('begun.txt', 'w').write('x')\n"
        "time.sleep(float(os.environ.get('NAP', '0')))\nopen('done.txt', 'w').write('x')\n",
    )
    project.python("train.py")
    project.env["NAP"] = "60"
    process = project.start("reproduce")
    replays = project.folder / ".whence" / "replays"
    begun = None
    for _ in range(600):
        begun = next(replays.glob("*/tree/0/begun.txt"), None)
        if begun is not None:
            break
        time.sleep(0.05)
    assert begun is not None
    process.kill()
    process.wait(30)

    for _ in range(100):
        project.whence("log")
        if not list(replays.iterdir()):
            break
        time.sleep(0.1)

    assert not list(replays.iterdir())
    assert not list((project.folder / ".whence" / "sessions").iterdir())
    assert len(project.ask("log", "--replays")["runs"]) == 1
    assert "every hash holds" in project.whence("fsck").stdout


def test_what_came_through_a_pipe_is_named_as_the_cause(project: Project) -> None:
    project.write("train.py", "import sys\nopen('m.txt', 'w').write(sys.stdin.read())\n")
    done = project.whence("run", "--", sys.executable, "train.py", input="hello\n")
    assert done.returncode == 0
    found = reproduce(project, status=1)
    assert found["standing"] == "diverged"
    assert "standard input was a pipe" in found["causes"][0]


def test_a_damaged_content_is_taken_from_its_place(project: Project) -> None:
    project.python("train.py")
    for path in (project.folder / ".whence" / "objects").rglob("*"):
        if path.is_file() and len(path.parent.name) == 2:
            path.chmod(0o600)
            path.write_bytes(b"\0" * path.stat().st_size)
    assert reproduce(project, status=0)["standing"] == "identical bytes"
    (project.folder / "data.csv").unlink()
    found = reproduce(project, status=1)
    assert found["standing"] == "impossible"
    assert "data.csv" in found["why"]
