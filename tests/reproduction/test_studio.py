import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reproduction.conftest import recipe_of
from scratch import Project
from whence.errors import ReproductionError
from whence.reproduction.interface import Replay, Replayed
from whence.reproduction.namespace import refusal
from whence.reproduction.scratch import scratch_folders
from whence.reproduction.studio import Studio, as_recorded
from whence.workspace import Workspace

EVERY_VIEW = pytest.mark.parametrize("private", [None, False], ids=["private", "relative"])


def perform(workspace: Workspace, replay: Replay, *, private: bool | None = None) -> Replayed:
    with Studio(workspace, private=private) as studio:
        return studio.perform(replay)


@EVERY_VIEW
def test_a_run_is_done_again_as_it_was(
    project: Project, workspace: Workspace, private: bool | None
) -> None:
    told = project.python("train.py")
    before = snapshot(project.folder)

    again = perform(workspace, as_recorded(recipe_of(workspace, told["id"])), private=private)

    assert again.exit_status == 0
    made = {each["path"]: each["digest"]["sha256"] for each in told["generated"]}
    assert again.outputs == made
    assert again.metrics == told["metrics"]
    assert all(workspace.objects.has(each) for each in made.values())
    assert snapshot(project.folder) == before


@EVERY_VIEW
def test_the_record_says_what_was_done_again_and_stays_out_of_the_way(
    project: Project, workspace: Workspace, private: bool | None
) -> None:
    told = project.python("train.py")
    again = perform(workspace, as_recorded(recipe_of(workspace, told["id"])), private=private)

    assert again.run is not None
    shown = project.ask("show", again.run)
    assert shown["reproduction"]["of"] == told["id"]
    assert {each["name"] for each in shown["generated"]} == {
        f"replays/{again.run[:12]}/{each['name']}" for each in told["generated"]
    }
    assert shown["used"] == told["used"]
    assert project.ask("show", "last")["id"] == told["id"]
    assert [each["id"] for each in project.ask("log", "-n", "1")["runs"]] == [told["id"]]
    listed = project.whence("log", "--replays").stdout
    assert "train (again)" in listed
    led_to = project.ask("impact", "data.csv")["nodes"]
    assert again.run not in {each["id"] for each in led_to}


def test_what_one_makes_the_next_finds(project: Project, workspace: Workspace) -> None:
    project.write("double.py", "open('b.txt', 'w').write(open('a.txt').read() * 2)\n")
    project.write("make.py", "open('a.txt', 'w').write('one')\n")
    first, second = project.python("make.py"), project.python("double.py")
    (project.folder / "a.txt").unlink()
    recipes = [recipe_of(workspace, each["id"]) for each in (first, second)]
    with Studio(workspace) as studio:
        made = studio.perform(as_recorded(recipes[0]))
        replay = as_recorded(recipes[1])
        files = {path: each for path, each in replay.files.items() if path not in made.outputs}
        again = studio.perform(
            Replay(replay.recipe, replay.command, files, replay.variables, replay.environment)
        )
    assert list(again.outputs.values()) == [
        each["digest"]["sha256"] for each in second["generated"]
    ]


def test_a_file_that_is_nowhere_ends_it_before_anything_is_done(
    project: Project, workspace: Workspace
) -> None:
    recipe = recipe_of(workspace, project.python("train.py")["id"])
    replay = as_recorded(recipe)
    lost = {**replay.files, str(project.folder / "data.csv"): "0" * 64}
    with pytest.raises(ReproductionError, match=r"data\.csv is nowhere to be had"):
        perform(workspace, Replay(recipe, recipe.command, lost, {}, recipe.environment))
    assert project.ask("log", "--replays")["runs"][0]["id"] == recipe.run


def test_a_replay_that_takes_too_long_leaves_no_record(
    project: Project, workspace: Workspace
) -> None:
    project.write("slow.py", "import os, time\ntime.sleep(float(os.environ.get('TF_NAP', '0')))\n")
    recipe = recipe_of(workspace, project.python("slow.py")["id"])
    replay = as_recorded(recipe)
    slow = Replay(recipe, replay.command, replay.files, {"TF_NAP": "60"}, replay.environment)
    with Studio(workspace) as studio:
        again = studio.perform(slow, timeout=2)
    assert (again.run, again.exit_status) == (None, None)
    assert "took longer" in again.said
    assert project.ask("log", "--replays")["runs"][0]["id"] == recipe.run
    assert not list(scratch_folders(workspace)[0].iterdir())


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and ".whence" not in path.parts
        and ".git" not in path.parts
        and "__pycache__" not in path.parts
    }


def test_git_inside_finds_the_recorded_commit(project: Project, workspace: Workspace) -> None:
    project.write(
        "train.py",
        "import subprocess\n"
        "text = subprocess.run(['git', 'rev-parse', 'HEAD'], capture_output=True).stdout\n"
        "text += subprocess.run(['git', 'show', 'HEAD:train.py'], capture_output=True).stdout\n"
        "open('commit.txt', 'wb').write(text)\n",
    )
    project.commit()
    told = project.python("train.py")
    project.commit("later")
    head = (project.folder / ".git" / "HEAD").read_bytes()
    for private in (None, False):
        replay = as_recorded(recipe_of(workspace, told["id"]))
        again = perform(workspace, replay, private=private)
        assert list(again.outputs.values()) == [told["generated"][0]["digest"]["sha256"]]
    assert (project.folder / ".git" / "HEAD").read_bytes() == head


def test_large_inputs_are_shown_rather_than_copied(
    project: Project, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whence.reproduction.placing.SHOWN", 4)
    project.whence("config", "data.keep", "none")
    project.write(
        "train.py",
        "try:\n    open('data.csv', 'a').write('!')\n    kind = 'writable'\n"
        "except OSError:\n    kind = 'shown'\n"
        "open('kind.txt', 'w').write(open('data.csv').read() + kind)\n",
    )
    project.write("reader.py", "open('kind.txt', 'w').write(open('data.csv').read())\n")
    told = project.python("reader.py")
    recipe = recipe_of(workspace, told["id"])
    with Studio(workspace) as studio:
        if not studio.is_private:
            pytest.skip("no private view here")
        replay = as_recorded(recipe)
        code = {str(project.folder / "reader.py"): (project.folder / "train.py").read_bytes()}
        files = {**replay.files, **code}
        again = studio.perform(
            Replay(recipe, recipe.command, files, replay.variables, replay.environment)
        )
    content = workspace.objects.read(next(iter(again.outputs.values())))
    assert content == b"1.5\n2.5\n3.25\nshown"
    assert (project.folder / "data.csv").read_text() == "1.5\n2.5\n3.25\n"


def test_a_second_replay_of_a_run_finds_nothing_of_the_first(
    project: Project, workspace: Workspace
) -> None:
    project.write("make.py", "open('a.txt', 'x').write('a')\n")
    recipe = recipe_of(workspace, project.python("make.py")["id"])
    with Studio(workspace) as studio:
        done = [studio.perform(as_recorded(recipe)) for _ in range(2)]
    assert [each.exit_status for each in done] == [0, 0]


def test_nothing_is_registered_by_a_run_that_is_done_again(
    project: Project, workspace: Workspace
) -> None:
    whence = f"{sys.executable} -m whence"
    project.write(
        "all.sh",
        f"{whence} run -- {sys.executable} train.py\n{whence} register models/m.txt --model m\n",
    )
    project.run("sh", "all.sh")
    assert [each["name"] for each in project.ask("show", "m@1")["comes_from"]][:1] == [
        "models/m.txt"
    ]
    recipe = recipe_of(workspace, project.ask("show", "last")["id"])
    before = project.ask("log")["runs"]
    again = perform(workspace, as_recorded(recipe))
    assert again.exit_status == 0
    assert "nothing is registered" in again.said
    project.whence("show", "m@2", status=2)
    assert project.ask("log")["runs"] == before


def test_without_a_network_a_program_reaches_only_itself(
    project: Project, workspace: Workspace
) -> None:
    if refusal() is not None:
        pytest.skip("no private view here")
    with socket.create_server(("127.0.0.1", 0)) as outside:
        project.write(
            "net.py",
            "import socket\n"
            "def reach(address):\n"
            "    try:\n"
            "        socket.create_connection(address, 5).close()\n"
            "    except OSError:\n"
            "        return 'no'\n"
            "    return 'yes'\n"
            "with socket.create_server(('127.0.0.1', 0)) as own:\n"
            f"    told = reach(own.getsockname()) + reach({outside.getsockname()!r})\n"
            "open('net.txt', 'w').write(told)\n",
        )
        recipe = recipe_of(workspace, project.python("net.py")["id"])
        with Studio(workspace, offline=True) as studio:
            again = studio.perform(as_recorded(recipe))
    assert workspace.objects.read(next(iter(again.outputs.values()))) == b"yesno"
    with pytest.raises(ReproductionError, match="network cannot be taken away"):
        Studio(workspace, offline=True, private=False)


def test_what_was_written_outside_is_told_where_nothing_could_be_put_over_it(
    project: Project, workspace: Workspace
) -> None:
    project.write(
        "out.py",
        "import os\nopen(os.environ.get('TF_PLACE', 'a.txt'), 'w').write('a')\n",
    )
    recipe = recipe_of(workspace, project.python("out.py")["id"])
    place = str(project.folder / "real.txt")
    replay = replace(as_recorded(recipe), variables={"TF_PLACE": place.upper()})
    assert perform(workspace, replay, private=False).exit_status == 1
    replay = replace(replay, variables={"TF_PLACE": f"/{place}"})
    assert perform(workspace, replay, private=False).outside == (place,)


def test_a_kept_folder_stays_and_knows_its_commit(project: Project, workspace: Workspace) -> None:
    project.commit()
    recipe = recipe_of(workspace, project.python("train.py")["id"])
    with Studio(workspace, keep=True) as studio:
        studio.perform(as_recorded(recipe))
    project.whence("log")
    tree = studio.folder / "tree" / "0"
    assert (tree / "models" / "m.txt").exists()
    shown = subprocess.run(
        ["git", "-C", tree, "show", "HEAD:train.py"], capture_output=True, check=True, text=True
    )
    assert shown.stdout == (project.folder / "train.py").read_text()


def test_real_files_are_never_at_stake(project: Project, workspace: Workspace) -> None:
    project.write("out.py", f"open('{project.folder}/a.txt', 'w').write('a')\n")
    recipe = recipe_of(workspace, project.python("out.py")["id"])
    project.write("a.txt", "mine")
    with pytest.raises(ReproductionError, match=r"out\.py names .* outright"):
        perform(workspace, as_recorded(recipe), private=False)
    far = replace(as_recorded(recipe), recipe=replace(recipe, writes=("s3://bucket/key",)))
    with pytest.raises(ReproductionError, match="would write s3://bucket/key again"):
        perform(workspace, far)
    assert (project.folder / "a.txt").read_text() == "mine"
