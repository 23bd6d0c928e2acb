"""``whence run`` inside ``whence run``: two runs with their own files, one part of the other."""

import sys

from scratch import Project, names_of


def test_the_inner_run_is_a_part_of_the_outer(project: Project) -> None:
    project.write("inner.py", "open('b.txt', 'w').write(open('a.txt').read() * 2)")
    project.write("a.txt", "a text that is long enough to be told from others")
    whence = f"{sys.executable} -m whence run --job inner -- {sys.executable} inner.py"
    project.whence("run", "--job", "outer", "--", "sh", "-c", f"{whence}; cat b.txt > c.txt")
    runs = {run["job"]: run["id"] for run in project.ask("log")["runs"]}
    inner, outer = (project.ask("show", runs[job]) for job in ("inner", "outer"))
    assert names_of(inner["used"]) == names_of(outer["used"]) == ["a.txt"]
    assert names_of(inner["generated"]) == ["b.txt"]
    assert names_of(outer["generated"]) == ["b.txt", "c.txt"]
    assert [each["path"] for each in outer["code"]["files"]] == ["inner.py"]
    assert inner["execution"]["parent"] == outer["id"]
    assert inner["state"] == outer["state"] == "completed"


def test_the_inner_one_ends_as_its_command_does(project: Project) -> None:
    whence = f"{sys.executable} -m whence run -- sh -c 'exit 4'"
    project.run("sh", "-c", whence, status=4)
    assert {run["exit_status"] for run in project.ask("log")["runs"]} == {4}
    assert list((project.folder / ".whence" / "sessions").iterdir()) == []
