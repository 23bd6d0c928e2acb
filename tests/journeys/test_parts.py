"""One command that starts several programs: a run with its parts."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scratch import Project, names_of

COPY = """
import sys
text = open(sys.argv[1]).read()
open(sys.argv[2], "w").write(text + sys.argv[1])
"""
RAW = "a text that is long enough to be told from others\nand a second line\n"


@pytest.fixture
def steps(project: Project) -> Project:
    project.write("double.py", COPY)
    project.write("raw.txt", RAW)
    return project


def script(project: Project, *lines: str) -> None:
    project.write("all.sh", "\n".join(("set -e", *lines, "")))


def python(*words: str) -> str:
    return " ".join((sys.executable, *words))


def parts_of(project: Project, ref: str = "last") -> tuple[dict[str, Any], list[dict[str, Any]]]:
    whole = project.ask("show", ref)
    return whole, [project.ask("show", part["id"]) for part in whole["parts"]]


def test_a_script_of_five_programs_is_one_run_with_five_parts(steps: Project) -> None:
    script(
        steps,
        "mkdir -p out",
        python("double.py", "raw.txt", "one.txt"),
        "sort one.txt > two.txt",
        python("double.py", "two.txt", "three.txt", "--lr", "0.5"),
        "cat two.txt three.txt | tr a-z A-Z | sort > out/four.txt",
        "cp out/four.txt out/five.txt",
    )
    steps.run("sh", "all.sh")
    whole, parts = parts_of(steps)
    assert [part["job"] for part in parts] == ["double", "sort", "double", "sort", "cp"]
    assert {part["state"] for part in parts} == {"completed"}
    assert {part["exit_status"] for part in parts} == {0}
    assert [names_of(part["used"]) for part in parts] == [
        ["raw.txt"],
        ["one.txt"],
        ["two.txt"],
        ["three.txt", "two.txt"],
        ["out/four.txt"],
    ]
    assert [names_of(part["generated"]) for part in parts] == [
        ["one.txt"],
        ["two.txt"],
        ["three.txt"],
        ["out/four.txt"],
        ["out/five.txt"],
    ]
    assert all(part["part_of"] == {"id": whole["id"], "job": "all"} for part in parts)
    assert parts[2]["parameters"]["lr"] == 0.5
    assert parts[2]["code"]["files"][0]["path"] == "double.py"
    assert whole["started_at"] <= parts[0]["started_at"] <= parts[0]["ended_at"]
    assert names_of(whole["used"]) == ["raw.txt"]
    made = ["one.txt", "out/five.txt", "out/four.txt", "three.txt", "two.txt"]
    assert names_of(whole["generated"]) == made
    assert {each["part"] for each in whole["generated"]} == {part["id"] for part in parts}
    assert sorted(each["path"] for each in whole["code"]["files"]) == ["all.sh", "double.py"]


def test_what_one_part_made_and_another_used_is_one_thing(steps: Project) -> None:
    script(steps, "sort raw.txt > a.txt", "sort -r a.txt > b.txt", "rm a.txt")
    steps.run("sh", "all.sh")
    whole, (first, second) = parts_of(steps)
    (made,) = first["generated"]
    (used,) = second["used"]
    assert made["artifact"] == used["artifact"]
    assert made["role"] == "temporary"
    assert made["digest"] is not None
    assert names_of(whole["generated"]) == ["b.txt"]
    lineage = steps.ask("trace", "b.txt")
    runs = [node for node in lineage["nodes"] if node["kind"] == "run"]
    assert [run["id"] for run in runs] == [second["id"], first["id"]]
    assert {run["part_of"]["id"] for run in runs} == {whole["id"]}
    assert "part of all" in steps.whence("trace", "b.txt").stdout
    led = steps.ask("impact", "raw.txt")
    assert "b.txt" in {node["name"] for node in led["nodes"]}


def test_last_and_log_tell_of_what_the_user_started(steps: Project) -> None:
    script(steps, "sort raw.txt > a.txt", "sort -r a.txt > b.txt")
    steps.run("sh", "all.sh")
    steps.run("sh", "all.sh")
    runs = steps.ask("log")["runs"]
    assert [run["job"] for run in runs] == ["all", "sort", "sort"] * 2
    assert [run["parts"] for run in runs] == [2, 0, 0] * 2
    assert [run["parent"] for run in runs[:3]] == [None, runs[0]["id"], runs[0]["id"]]
    assert (runs[0]["used"], runs[0]["generated"]) == (1, 2)
    assert steps.ask("show", "last")["id"] == runs[0]["id"]
    assert steps.ask("show", "last~1")["id"] == runs[3]["id"]
    assert len(steps.ask("log", "--limit", "1")["runs"]) == 3
    assert "    sort" in steps.whence("log").stdout
    assert "parts" in steps.whence("show", "last").stdout
    assert steps.ask("show", "sort")["part_of"]["id"] == runs[0]["id"]


def test_two_commands_are_compared_part_by_part(steps: Project) -> None:
    for word in ("0.1", "0.2"):
        script(
            steps,
            python("double.py", "raw.txt", "a.txt"),
            python("double.py", "a.txt", "b.txt", "--lr", word),
        )
        steps.run("sh", "all.sh")
    difference = steps.ask("diff", "last~1", "last")
    changed = difference["layers"]["parameters"]["changes"]
    assert [(each["name"], each["a"], each["b"]) for each in changed] == [("lr", 0.1, 0.2)]
    assert all(step["a"] and step["b"] for step in difference["steps"])


def test_a_driver_with_one_program_is_not_divided(steps: Project) -> None:
    command = python("double.py", "raw.txt", "a.txt")
    for words in (["sh", "-c", command], ["sh", "-c", f"mkdir -p x; {command}; cat a.txt"]):
        steps.run(*words)
        whole = steps.ask("show", "last")
        assert whole["parts"] == []
        assert names_of(whole["used"]) == ["raw.txt"]
        assert names_of(whole["generated"]) == ["a.txt"]


def test_a_program_with_its_tools_and_workers_is_one_run(steps: Project) -> None:
    steps.write(
        "train.py",
        "import multiprocessing, subprocess\n"
        "def work(at):\n"
        "    open(f'w{at}', 'w').write(open('raw.txt').read())\n"
        "if __name__ == '__main__':\n"
        "    subprocess.run(['git', 'rev-parse', 'HEAD'], capture_output=True)\n"
        "    subprocess.run(['cp', 'raw.txt', 'kept.txt'])\n"
        "    subprocess.run('sort raw.txt > sorted.txt', shell=True)\n"
        "    with multiprocessing.get_context('spawn').Pool(2) as pool:\n"
        "        pool.map(work, range(2))\n"
        "    open('model.pkl', 'w').write(open('sorted.txt').read())\n",
    )
    whole = steps.python("train.py")
    assert whole["parts"] == []
    assert names_of(whole["used"]) == ["raw.txt"]
    made = ["kept.txt", "model.pkl", "sorted.txt", "w0", "w1"]
    assert names_of(whole["generated"]) == made


def test_a_python_program_may_drive_others(steps: Project) -> None:
    steps.write(
        "drive.py",
        "import subprocess, sys\n"
        "run = lambda *words: subprocess.run([sys.executable, 'double.py', *words], check=True)\n"
        "run('raw.txt', 'a.txt')\n"
        "run('a.txt', 'b.txt')\n"
        "open('report.txt', 'w').write(open('b.txt').read())\n",
    )
    whole = steps.python("drive.py")
    assert [part["job"] for part in whole["parts"]] == ["double", "double"]
    assert names_of(whole["used"]) == ["raw.txt"]
    assert names_of(whole["generated"]) == ["a.txt", "b.txt", "report.txt"]
    report = next(each for each in whole["generated"] if each["name"] == "report.txt")
    assert "part" not in report
    edges = steps.ask("trace", "report.txt")["edges"]
    way = next(edge for edge in edges if edge["kind"] == "derived_from")
    assert (way["from"], way["basis"], way["role"]) == (report["artifact"], "inferred", "computed")


def test_a_makefile_is_divided_by_its_recipes(steps: Project) -> None:
    steps.write(
        "Makefile",
        "b.txt: a.txt\n\t@sort -r a.txt > b.txt\n\ta.txt: raw.txt\n".replace("\ta.txt:", "a.txt:")
        + f"\t@{python('double.py', 'raw.txt', 'a.txt')} && mkdir -p done\n",
    )
    steps.run("make")
    whole, parts = parts_of(steps)
    assert whole["job"] == "make"
    assert [part["job"] for part in parts] == ["double", "sort"]
    assert names_of(whole["used"]) == ["raw.txt"]


def test_a_part_that_fails_is_told_so(steps: Project) -> None:
    steps.write("fail.py", "open('x.txt', 'w').write(open('raw.txt').read()); raise SystemExit(3)")
    script(steps, "sort raw.txt > a.txt", python("fail.py"))
    steps.run("sh", "all.sh", status=3)
    whole, parts = parts_of(steps)
    assert [(part["state"], part["exit_status"]) for part in parts] == [
        ("completed", 0),
        ("failed", 3),
    ]
    assert whole["state"] == "failed"


def test_parts_are_seen_where_only_python_can_be_watched(steps: Project) -> None:
    script(steps, python("double.py", "raw.txt", "a.txt"), python("double.py", "a.txt", "b.txt"))
    steps.whence("run", "--tracer", "python", "--", "sh", "all.sh")
    _, parts = parts_of(steps)
    assert [names_of(part["used"]) for part in parts] == [["raw.txt"], ["a.txt"]]
    assert [names_of(part["generated"]) for part in parts] == [["a.txt"], ["b.txt"]]


def test_ranks_are_parts(steps: Project) -> None:
    steps.write(
        "rank.py",
        "import os\n"
        "text = open('raw.txt').read()\n"
        "if os.environ['RANK'] == '0':\n"
        "    open('model.pt', 'w').write(text)\n",
    )
    steps.write(
        "launch.py",
        "import os, subprocess, sys\n"
        "ranks = [subprocess.Popen([sys.executable, 'rank.py'], env={**os.environ,\n"
        "    'RANK': str(rank), 'WORLD_SIZE': '2', 'LOCAL_RANK': str(rank)}) for rank in (0, 1)]\n"
        "assert [each.wait() for each in ranks] == [0, 0]\n",
    )
    whole = steps.python("launch.py")
    assert sorted(part["rank"] for part in whole["parts"]) == [0, 1]
    assert names_of(whole["used"]) == ["raw.txt"]
    assert names_of(whole["generated"]) == ["model.pt"]
    assert "rank 1" in steps.whence("show", "last").stdout


def test_what_one_part_wrote_for_another_is_data_and_no_setting(steps: Project) -> None:
    steps.write("config.json", '{"rate": 0.5}')
    script(
        steps,
        python("double.py", "config.json", "given.json"),
        python("-c", '\'open("made.json", "w").write("{\\"mean\\": 4}")\''),
        python("double.py", "made.json", "copied.txt"),
    )
    steps.run("sh", "all.sh")
    _, parts = parts_of(steps)
    assert parts[0]["parameters"]["rate"] == 0.5
    assert "mean" not in parts[2]["parameters"]


def test_what_a_program_states_is_said_of_its_part(steps: Project) -> None:
    for name, auc in (("one", 0.5), ("two", 0.75)):
        steps.write(
            f"{name}.py",
            "import whence\n"
            f"open('{name}.txt', 'w').write(open('raw.txt').read())\n"
            f"with whence.run('{name}') as run:\n    run.log(metrics={{'auc': {auc}}})\n",
        )
    script(steps, python("one.py"), python("two.py"))
    steps.run("sh", "all.sh")
    whole, parts = parts_of(steps)
    assert [part["metrics"]["auc"] for part in parts] == [0.5, 0.75]
    assert whole["metrics"]["auc"] == 0.75
    assert whole["metric_details"]["auc"]["part"] == parts[1]["id"]


def test_a_run_within_is_a_part_beside_the_others(steps: Project) -> None:
    whence = f"{sys.executable} -m whence run --job inner -- "
    script(
        steps,
        "sort raw.txt > a.txt",
        whence + python("double.py", "a.txt", "b.txt"),
        "sort b.txt > c.txt",
    )
    steps.run("sh", "all.sh")
    whole, parts = parts_of(steps)
    assert sorted(part["job"] for part in parts) == ["inner", "sort", "sort"]
    assert len(steps.ask("log")["runs"]) == 4
    assert names_of(whole["used"]) == ["raw.txt"]
    assert names_of(whole["generated"]) == ["a.txt", "b.txt", "c.txt"]
    runs = [node for node in steps.ask("trace", "c.txt")["nodes"] if node["kind"] == "run"]
    assert [run["job"] for run in runs] == ["sort", "inner", "sort"]


def test_parts_are_known_of_a_run_whose_recorder_was_killed(steps: Project) -> None:
    steps.write("wait.py", "import os, time\nopen('ready', 'w')\ntime.sleep(60)\n")
    script(steps, "sort raw.txt > a.txt", "sort -r a.txt > b.txt", python("wait.py"))
    watching = steps.start("run", "--", "sh", "all.sh")
    deadline = time.monotonic() + 30
    while not (steps.folder / "ready").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(1.1)  # the journal is on disk within a second
    children = Path(f"/proc/{watching.pid}/task/{watching.pid}/children").read_text("ascii")
    watching.kill()
    watching.wait()
    shells = [int(pid) for pid in children.split()]
    for shell in shells:
        below = Path(f"/proc/{shell}/task/{shell}/children")
        for pid in (*(below.read_text("ascii").split() if below.exists() else ()), shell):
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    whole, parts = parts_of(steps)
    assert whole["state"] == "unknown"
    assert [part["job"] for part in parts][:2] == ["sort", "sort"]
    assert names_of(parts[1]["generated"]) == ["b.txt"]
    again = steps.ask("log")["runs"]
    assert len(again) == 1 + len(parts)


def test_a_program_that_cannot_be_started_ends_at_once(steps: Project) -> None:
    steps.write("bad", "#!/there/is/no/such/interpreter\n").chmod(0o755)
    told = steps.run("./bad", status=127)
    assert "cannot run './bad'" in told.stderr
    assert list((steps.folder / ".whence" / "sessions").iterdir()) == []
