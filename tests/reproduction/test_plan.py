from dataclasses import replace
from typing import Any

import pytest

from whence.model.identity import NodeId
from whence.reproduction.environment import Plan as Python
from whence.reproduction.interface import EnvironmentNeed, FileNeed, Recipe
from whence.reproduction.plan import (
    HASH_SEED,
    Circumstances,
    Found,
    Step,
    View,
    Where,
    judge_step,
)

RUN, MAKER = NodeId("1" * 32), NodeId("2" * 32)
PRIVATE = View(private=True)
OPEN = View(private=False, refusal="it needs Linux")


def a_need(path: str, role: str = "input", **more: Any) -> FileNeed:
    return FileNeed(path, path.rsplit("/", 1)[-1], role, "0" * 64, **more)


def a_recipe(**more: Any) -> Recipe:
    told: dict[str, Any] = {
        "run": RUN,
        "job": "train",
        "command": ("python", "train.py"),
        "root": "/home/ada/p",
        "cwd": "/home/ada/p",
        "environment": EnvironmentNeed("", "/usr/bin/python3", "3.11.7"),
        "variables": {"PYTHONHASHSEED": "0"},
        "commit": None,
        "diff": "",
        "code": (),
        "inputs": (),
        "outputs": (a_need("/home/ada/p/m.pkl", "output"),),
        "parameters": {},
        "metrics": {},
        "seeds": {},
        "state": "completed",
    }
    return Recipe(**{**told, **more})


def a_step(view: View = PRIVATE, files: tuple[Found, ...] = (), **more: Any) -> Step:
    around = more.pop("around", Circumstances())
    recipe = a_recipe(**more)
    python = Python("recorded", None)
    return judge_step(Step(recipe, recipe.environment, python, files, view, around))


def test_a_run_of_which_all_is_there_has_no_problem() -> None:
    step = a_step()
    assert (step.problems, step.notes) == ((), ())


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (a_step(command=("train", "--token", "[redacted:hf-token]")), "had a secret"),
        (a_step(around=Circumstances(program=None)), "no program 'python' any more"),
        (a_step(around=Circumstances(is_notebook=True)), "live notebook"),
        (
            a_step(files=(Found(a_need("/d.csv"), Where.MISSING, "it is gone"),)),
            "its input d.csv is not to be had: it is gone",
        ),
        (
            a_step(files=(Found(a_need("/a.py", "code"), Where.MISSING, "it is gone"),)),
            "its source file a.py",
        ),
        (a_step(writes=("s3://b/k",)), "it would write s3://b/k again"),
        (a_step(OPEN, outputs=(a_need("/data/m.pkl", "output"),)), "it would write /data/m.pkl"),
        (a_step(OPEN, around=Circumstances(naming_root=("a.py",))), "names /home/ada/p outright"),
    ],
)
def test_what_stands_in_the_way(step: Step, said: str) -> None:
    (problem,) = step.problems
    assert said in problem.what
    assert problem.hint


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (a_step(variables={}), HASH_SEED),
        (a_step(variables={"PYTHONHASHSEED": "random"}), HASH_SEED),
        (a_step(state="failed", exit_status=2), "it had failed with exit status 2"),
        (a_step(trackers=("wandb",)), "wandb may get a run of it again"),
        (a_step(outputs=()), "left no file and no metric"),
        (a_step(remote=("s3://b/k",)), "reads s3://b/k again"),
        (a_step(commit="a" * 40), "commit aaaaaaaaaaaa is not in the repository"),
        (a_step(OPEN), "absolute paths lead to the real files (it needs Linux)"),
        (a_step(around=Circumstances(asked_part="c" * 32)), "cccccccc is a part"),
        (a_step(around=Circumstances(unseen="no observer of files")), "nobody saw which files"),
        (
            a_step(files=(Found(a_need("/d.csv"), Where.UNCHECKED, now="1" * 64),)),
            "what d.csv held then is not known",
        ),
    ],
)
def test_what_a_reader_should_know(step: Step, said: str) -> None:
    assert not step.problems
    assert any(said in note for note in step.notes)


def test_without_a_network_nothing_is_written_beyond_this_machine() -> None:
    offline = Circumstances(offline=True)
    assert a_step(writes=("s3://b/k",), trackers=("wandb",), around=offline).notes == ()
    assert a_step(writes=("s3://b/k",), around=offline).problems == ()


def test_a_recorded_run_could_make_what_is_missing() -> None:
    lost = Found(a_need("/d.csv", made_by=MAKER), Where.MISSING, "it is gone")
    (problem,) = a_step(files=(lost,)).problems
    assert problem.hint == "--upstream does run 22222222 again, which made it"


def test_many_missing_files_are_counted() -> None:
    lost = tuple(Found(a_need(f"/{at}.csv"), Where.MISSING, "it is gone") for at in range(14))
    problems = a_step(files=lost).problems
    assert len(problems) == 11
    assert problems[-1].what == "4 more files are not to be had"


def test_a_replay_gets_what_is_at_hand_and_not_what_others_make() -> None:
    files = (
        Found(a_need("/kept.csv"), Where.KEPT),
        Found(a_need("/made.csv"), Where.MADE, MAKER),
        Found(a_need("/text.py", "code"), Where.TEXT, content=b"pass"),
        Found(replace(a_need("/now.csv"), sha256=None), Where.UNCHECKED, now="1" * 64),
    )
    replay = a_step(files=files).replay(3)
    assert replay.files == {"/kept.csv": "0" * 64, "/text.py": b"pass", "/now.csv": "1" * 64}
    assert replay.reseed == 3
