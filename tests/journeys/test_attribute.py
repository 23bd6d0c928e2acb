"""Why a metric changed: small real projects whose causes are known, since they were planted."""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from scratch import Project, make_project

TRAIN = """
import argparse, json, random
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=1.0)
rate = parser.parse_args().rate
config = json.load(open("config.json"))
random.seed(config["seed"])
total = sum(float(line) for line in open("data/raw.csv"))
scale = 2
noise = random.gauss(0, config["noise"])
with open("reports/metrics.json", "w") as file:
    json.dump({"score": total * scale * rate + config["leaves"] + noise}, file)
"""
CONFIG = {"leaves": 31, "noise": 0, "seed": 7}


def write_config(project: Project, **changes: float) -> None:
    project.write("config.json", json.dumps(CONFIG | changes, indent=1))


def write_rows(project: Project, count: int) -> None:
    project.write("data/raw.csv", "1\n" * count)


def start(project: Project, train: str = TRAIN, **changes: float) -> None:
    (project.folder / "reports").mkdir()
    project.write("train.py", train)
    write_rows(project, 20)
    write_config(project, **changes)
    project.commit()
    project.run(sys.executable, "train.py")


@pytest.fixture
def planted(project: Project) -> Project:
    """20 rows x 2 x 1 + 31 = 71 becomes 10 x 3 x 1 + 35 = 65, with the first model unchanged."""
    start(project)
    write_rows(project, 10)
    write_config(project, leaves=35)
    project.write("train.py", TRAIN.replace("scale = 2", "scale = 3"))
    project.commit()
    project.run(sys.executable, "train.py")
    return project


def test_known_shares_are_found_kept_and_shown(planted: Project) -> None:
    told = planted.ask("attribute", "last~1", "last", "--metric", "score", "--jobs", "2")
    assert told["standing"] == "explained"
    assert {each["factor"]: each["share"] for each in told["factors"]} == {
        "data/raw.csv": pytest.approx(-25),  # -10 x (2 + 3) / 2
        "train.py": pytest.approx(15),  # (20 + 10) / 2
        "leaves 31 → 35 (config.json)": pytest.approx(4),
    }
    assert told["change"]["value"] == pytest.approx(-6)
    (together,) = told["interactions"]
    assert set(together["between"]) == {"data/raw.csv", "train.py"}
    assert together["effect"] == pytest.approx(-10)

    # The replays are ordinary runs that are not in the way.
    run = next(run for trial in told["trials"] if not trial["recorded"] for run in trial["runs"])
    assert planted.ask("show", run)["reproduction"]["purpose"] == "attribution"
    assert len(planted.ask("log")["runs"]) == 2

    shown = planted.whence("show", "last").stdout
    assert "why score changed since train" in shown
    assert "because of data/raw.csv" in shown

    # Asked again nothing is run, and the picture and the text tell the same.
    again = planted.whence(
        "attribute", "last~1", "last", "--metric", "score", "--svg", "why.svg", "--runs"
    )
    assert "trials, 0 run just now" in again.stdout
    assert again.stdout.count("█") > 10
    assert "data/raw.csv" in (planted.folder / "why.svg").read_text()


def test_a_change_of_the_seed_alone_is_noise(project: Project) -> None:
    start(project, noise=1)
    write_config(project, noise=1, seed=8)
    project.run(sys.executable, "train.py")
    told = project.ask("attribute", "last~1", "last", "--metric", "score", "--jobs", "2")
    assert told["standing"] == "no effect beyond noise"
    assert told["factors"] == []
    assert told["noise"] > 0.1


def test_an_option_that_the_old_code_does_not_know_is_not_separable(project: Project) -> None:
    start(project, TRAIN.replace('"--rate"', '"--speed", dest="rate"'))
    project.write("train.py", TRAIN)
    write_rows(project, 15)
    project.commit()
    project.run(sys.executable, "train.py", "--rate", "0.5")
    told = project.ask("attribute", "last~1", "last", "--metric", "score", "--jobs", "2")
    (found,) = told["not_separable"]
    assert found["members"] == ["--rate 0.5", "train.py"]
    assert "unrecognized arguments: --rate 0.5" in found["why"]
    shares = {each["factor"]: each["share"] for each in told["factors"]}
    assert shares["data/raw.csv"] == pytest.approx(-7.5)
    assert shares["--rate 0.5 with train.py"] == pytest.approx(-17.5)


def test_killed_in_the_middle_it_goes_on_where_it_was(planted: Project) -> None:
    question = ("attribute", "last~1", "last", "--metric", "score")
    asking = planted.start(*question)
    shelf = planted.folder / ".whence" / "stages"
    deadline = time.monotonic() + 60
    while len(list(shelf.rglob("*.json"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(asking.pid, signal.SIGKILL)
    asking.wait()
    done = len(list(shelf.rglob("*.json")))
    assert done >= 3
    told = planted.ask(*question)
    assert told["standing"] == "explained"
    assert told["spent"] <= 10 - done


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("last", "last", "--metric", "score"), "A and B are the same"),
        (("last~1", "last", "--metric", "auc"), "both have: score"),
        (("last~1", "last", "--metric", "score", "--budget", "0"), "nothing can be run"),
        (("last~1", "last", "--metric", "score", "--budget", "soon"), "--budget 30m"),
        (("last~1", "last", "--metric", "score", "--seeds", "0"), "at least 1"),
        (("last~1", "nobody", "--metric", "score"), "nobody"),
    ],
)
def test_bad_questions_are_answered_before_anything_is_run(
    asked: Project, words: tuple[str, ...], said: str
) -> None:
    told = asked.whence("attribute", *words, status=2)
    assert said in told.stderr


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_project(tmp_path_factory.mktemp("asked"))
    start(project)
    write_config(project, leaves=35)
    project.run(sys.executable, "train.py")
    return project


def test_a_small_budget_gives_what_it_can(planted: Project) -> None:
    told = planted.ask("attribute", "last~1", "last", "--metric", "score", "--budget", "5")
    assert told["spent"] <= 5
    assert not told["complete"]
    assert told["sentence"]


def test_what_is_not_at_hand_is_named_before_anything_is_run(planted: Project) -> None:
    for kept in (planted.folder / ".whence" / "objects").rglob("*"):
        if kept.is_file():
            kept.chmod(0o600)
            kept.unlink()
    told = planted.whence("attribute", "last~1", "last", "--metric", "score", status=1)
    assert "as A had it, it is nowhere to be had" in told.stderr
    assert not (Path(planted.folder) / ".whence" / "stages").exists()


FOREST = """
import glob, json, sys
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split
table = pd.concat([pd.read_csv(name) for name in sorted(glob.glob("data/part-*.csv"))])
train, test = train_test_split(table, test_size=0.3, random_state=0)
columns = ["x", "y"]
model = RandomForestRegressor(int(sys.argv[1]), max_depth=6, random_state=1)
model.fit(train[columns], train["target"])
with open("metrics.json", "w") as file:
    json.dump({"r2": model.score(test[columns], test["target"])}, file)
"""


@pytest.mark.slow
def test_a_forest_is_worse_for_a_dropped_column_and_a_broken_batch(project: Project) -> None:
    chance = random.Random(4)

    def part(number: int, *, broken: bool) -> None:
        rows = ["x,y,target"]
        for _ in range(300):
            x, y = chance.random(), chance.random()
            target = chance.random() * 6 if broken else 3 * x + 2 * y
            rows.append(f"{x:.4f},{y:.4f},{target:.4f}")
        project.write(f"data/part-{number}.csv", "\n".join(rows) + "\n")

    project.write("train.py", FOREST)
    for number in range(2):
        part(number, broken=False)
    project.commit()
    project.run(sys.executable, "train.py", "20")
    part(2, broken=True)
    project.write("train.py", FOREST.replace('["x", "y"]', '["x"]'))
    project.commit()
    project.run(sys.executable, "train.py", "20")
    question = ("attribute", "last~1", "last", "--metric", "r2", "--jobs", "2", "--seeds", "1")
    told = project.ask(*question)
    shares = {each["factor"]: each for each in told["factors"]}
    assert shares["train.py"]["high"] < 0
    assert shares["data/part-2.csv, which B alone has"]["high"] < 0
    assert told["noise"] > 0
