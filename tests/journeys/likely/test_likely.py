"""The planted cause stands first: every case is really run twice, and really compared."""

import pickle
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from journeys.likely.cases import CASES, Case, Files, install
from journeys.likely.projects import FLOWERS, HOUSES, LOANS, flowers, houses, loans
from scratch import Project, make_project

ENOUGH = 18
"""Of twenty: at least nine of ten."""

STEPS = {
    "loans": ("train.py",),
    "flowers": ("train.py",),
    "houses": ("prepare.py", "train.py", "evaluate.py"),
}
MODELS = {
    "loans": "models/loans.pkl",
    "flowers": "models/flowers.joblib",
    "houses": "models/houses.pkl",
}


def files_of(name: str) -> Files:
    """A project before anything is planted."""
    if name == "flowers":
        return {**FLOWERS, "data/flowers.csv": flowers()}
    if name == "houses":
        return {**HOUSES, "data/raw.csv": houses(1), "data/holdout.csv": houses(2, 60)}
    files: Files = {**LOANS, "data/train.csv": loans(1, 200), "data/test.csv": loans(2, 80)}
    files["models/base.pkl"] = pickle.dumps([0.0, 0.0, 0.0])
    for package, version in (("tinystats", "1.2.0"), ("tinymath", "0.5.0"), ("tinyplot", "3.1.4")):
        install(files, package, version)
    return files


class Bench:
    """One project that every one of its cases is planted in, and taken out of again."""

    def __init__(self, project: Project, name: str) -> None:
        self.project, self.name = project, name
        self.files = files_of(name)
        packages = str(project.folder / "lib/site-packages")
        known = project.env.get("PYTHONPATH")
        project.env["PYTHONPATH"] = f"{packages}:{known}" if known else packages
        for folder in ("models", "reports"):
            (project.folder / folder).mkdir()
        self.put(self.files)
        self.play(STEPS[name])
        self.first = str(self.project.ask("show", MODELS[name])["id"])

    def put(self, files: Files) -> None:
        """Make the project what these files are; what Python keeps of others goes."""
        for folder in ("lib", "lender", "__pycache__"):
            shutil.rmtree(self.project.folder / folder, ignore_errors=True)
        for path, content in files.items():
            self.project.write(path, content)

    def play(self, steps: Sequence[str], words: Sequence[str] = (), **variables: str) -> None:
        """Run the scripts."""
        told = dict(self.project.env)
        self.project.env |= variables
        for step in steps:
            self.project.run(sys.executable, step, *words)
        self.project.env = told

    def rank(self, case: Case) -> list[dict[str, Any]]:
        """What is told to matter most, once a case is planted."""
        files = dict(self.files)
        for edit in (*case.planted, *case.beside):
            edit(files)
        self.put(files)
        self.play(case.steps or STEPS[self.name], case.words, **case.variables)
        self.put(self.files)
        told = self.project.ask("diff", self.first, MODELS[self.name])
        ranking: list[dict[str, Any]] = told["ranking"]
        return ranking


def test_the_planted_cause_stands_first(tmp_path: Path) -> None:
    benches: dict[str, Bench] = {}
    table, hits = [], 0
    for case in CASES:
        if case.project not in benches:
            folder = tmp_path / case.project
            folder.mkdir()
            benches[case.project] = Bench(make_project(folder), case.project)
        ranking = benches[case.project].rank(case)
        places = [each["rank"] for each in ranking if (each["layer"], each["change"]) == case.found]
        hits += places[:1] == [1]
        first = ranking[0] if ranking else {"name": "nothing", "weight": 0}
        table.append(
            f"{places[0] if places else '-':>3}  of {len(ranking):>2}  {case.name:<38}"
            f"{first['weight']:>3}  {first['name']}"
        )
    sys.stdout.write("\n".join(["place of the planted cause; what stands first", *table, ""]))
    assert len(CASES) == 20
    assert hits >= ENOUGH, "\n".join(table)
