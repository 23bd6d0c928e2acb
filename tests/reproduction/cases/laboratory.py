"""Records a program of ``programs/`` and does it again under a condition; by itself, all of them.

``python tests/reproduction/cases/laboratory.py [--python PATH] [PROGRAM …]`` prints the table that
``docs/guides/verdicts.md`` shows.
"""

import csv
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reproduction.cases.conditions import CONDITIONS
from reproduction.cases.expected import EXPECTED
from scratch import Project, make_project
from whence.reproduction.reproduce import Demand, reproduce
from whence.reproduction.survey import Wish, draw_up
from whence.reproduction.verdict import FileVerdict, Verdict
from whence.workspace import Workspace, open_workspace

PROGRAMS = Path(__file__).parent / "programs"
NAMES = "abcdefgh"
WORDS = "gate fog engine crew storm on time early smooth calm sunny the of a".split()


@dataclass(frozen=True)
class Recorded:
    """A project in which a program ran once."""

    project: Project
    run: str


@contextmanager
def recorded(folder: Path, program: str, python: Path) -> Iterator[Recorded]:
    """A project in which the program ran once, with seed 0 and hash seed 0."""
    project = make_project(folder)
    project.env |= {"PYTHONHASHSEED": "0"}
    make_data(project)
    source = (PROGRAMS / f"{program}.py").read_text(encoding="utf-8")
    project.write("train.py", source)
    seed = ["0"] if "sys.argv" in source else []
    project.run(str(python), "train.py", *seed)
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update({**project.env, "HOME": kept.get("HOME", project.env["HOME"])})
    try:
        yield Recorded(project, project.ask("show", "last")["id"])
    finally:
        os.environ.clear()
        os.environ.update(kept)


def make_data(project: Project) -> None:
    """Flights with numbers, and notes with words; the same ones each time."""
    draw = random.Random(7)
    rows = []
    for _ in range(1500):
        row = [draw.gauss(0, 1) for _ in NAMES]
        late = row[0] + row[1] * row[2] + draw.gauss(0, 0.7) > 0.4
        rows.append([*(f"{each:.4f}" for each in row), int(late)])
    parts = {"train": rows[:1000], "test": rows[1000:]}
    parts |= {f"parts/{'zqkcvw'[at]}": rows[at * 160 : at * 160 + 160] for at in range(6)}
    for name, some in parts.items():
        write_table(project.folder / "data" / f"{name}.csv", [*NAMES, "late"], some)
    notes = []
    for _ in range(400):
        words = draw.choices(WORDS, k=8)
        late = sum(word in {"fog", "storm", "engine"} for word in words) > draw.choice([0, 1, 1])
        notes.append([" ".join(words), int(late)])
    write_table(project.folder / "data" / "notes.csv", ["text", "late"], notes)


def write_table(path: Path, header: list[str], rows: Sequence[Sequence[object]]) -> None:
    """A CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


@dataclass(frozen=True)
class Outcome:
    """What came of doing it again."""

    verdict: Verdict

    @property
    def model(self) -> FileVerdict:
        """The file that holds the model."""
        models = [each for each in self.verdict.files if each.name.startswith("model.")]
        assert len(models) == 1, f"{self.verdict.why}: {self.verdict.causes} {self.verdict.said}"
        return models[0]

    @property
    def likeness(self) -> str:
        """How alike the model is."""
        assert self.model.comparison is not None
        return self.model.comparison.likeness.value

    def __str__(self) -> str:
        """As the table shows it."""
        assert self.model.comparison is not None
        apart = self.model.comparison.detail.get("largest_difference")
        amount = f" {apart:.0e}" if self.likeness == "values" and apart else ""
        return f"{self.likeness}{amount}"


def do_again(recorded: Recorded, condition: str) -> Outcome:
    """Do the recorded run again under a condition."""
    circumstances = CONDITIONS[condition]
    workspace: Workspace = open_workspace(recorded.project.folder)
    try:
        with workspace.reading() as reader:
            (run,) = reader.starting_with(recorded.run, 1)
            wish = Wish(resolve=False, private=circumstances.private)
            plan = draw_up(workspace, reader, run, wish)
        demand = Demand(private=circumstances.private)
        return Outcome(
            reproduce(workspace, circumstances.applied(plan), demand, lambda _line: None)
        )
    finally:
        workspace.close()


def applicable(program: str) -> list[str]:
    """The conditions under which a program can be done again: one without a seed has no other."""
    takes_seed = "sys.argv" in (PROGRAMS / f"{program}.py").read_text(encoding="utf-8")
    return [name for name in CONDITIONS if takes_seed or name != "other seed"]


def come_to_what_is_known(program: str, folder: Path, python: Path) -> None:
    """Do a program again under every condition but a rebuilt environment, which loads packages."""
    with recorded(folder, program, python) as run:
        for condition, expected in zip(applicable(program), EXPECTED[program], strict=True):
            if condition == "rebuilt":
                continue
            comparison = do_again(run, condition).model.comparison
            assert comparison is not None
            assert comparison.likeness in expected, f"{condition}: {comparison.reason}"


def main(words: list[str]) -> None:
    """Print the table, a row as soon as it is known."""
    python = Path(sys.executable)
    if words[:1] == ["--python"]:
        python, words = Path(words[1]), words[2:]
    print(f"| program | {' | '.join(CONDITIONS)} |")
    print(f"|---{'|---' * len(CONDITIONS)}|")
    for program in words or sorted(path.stem for path in PROGRAMS.glob("*.py")):
        cells = []
        with tempfile.TemporaryDirectory() as folder:
            try:
                with recorded(Path(folder), program, python) as found:
                    for condition in CONDITIONS:
                        known = condition in applicable(program)
                        cells.append(str(do_again(found, condition)) if known else "")
            except Exception as error:
                cells.append(repr(error)[:300])
        print(f"| {program} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
