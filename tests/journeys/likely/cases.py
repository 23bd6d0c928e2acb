"""Twenty cases: one cause planted in a project, and innocent changes beside it."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

Files = dict[str, str | bytes]
Edit = Callable[[Files], None]


@dataclass(frozen=True)
class Case:
    """What is planted, what accompanies it, and where it must be found."""

    name: str
    project: str
    planted: tuple[Edit, ...]
    beside: tuple[Edit, ...]
    found: tuple[str, str]
    """The layer of the first candidate, and the change that it belongs to."""
    words: tuple[str, ...] = ()
    """What the second round is given on its command line."""
    variables: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    """The scripts of the second round, where they are others than those of the first."""


# ------------------------------------------------------------------- edits


def swap(path: str, before: str, after: str) -> Edit:
    """Other words in a file."""

    def edit(files: Files) -> None:
        text = files[path]
        assert isinstance(text, str)
        assert before in text, (path, before)
        files[path] = text.replace(before, after)

    return edit


def write(path: str, content: str | bytes) -> Edit:
    """Another file."""

    def edit(files: Files) -> None:
        files[path] = content

    return edit


def lines(path: str, change: Callable[[list[str]], list[str]]) -> Edit:
    """Other rows below the heading of a table."""

    def edit(files: Files) -> None:
        text = files[path]
        assert isinstance(text, str)
        head, *rows = text.splitlines()
        files[path] = "\n".join([head, *change(rows)]) + "\n"

    return edit


def package(name: str, version: str, before: str = "", after: str = "") -> Edit:
    """Another version of a package, which may do something else."""

    def edit(files: Files) -> None:
        install(files, name, version)
        if before:
            swap(f"lib/site-packages/{name}/__init__.py", before, after)(files)

    return edit


def install(files: Files, name: str, version: str) -> None:
    """Say which version of a package is there."""
    start = f"lib/site-packages/{name}-"
    for path in [each for each in files if each.startswith(start)]:
        del files[path]
    files[f"{start}{version}.dist-info/METADATA"] = f"Name: {name}\nVersion: {version}\n"


def shuffled(rows: list[str]) -> list[str]:
    """The same rows in another order."""
    return Random(9).sample(rows, len(rows))


def fewer(rows: list[str]) -> list[str]:
    """A fifth of the rows is gone."""
    return [row for at, row in enumerate(rows) if at % 5]


def mislabelled(rows: list[str]) -> list[str]:
    """The last column of each sixth row says the contrary."""
    return [f"{row[:-1]}{1 - int(row[-1])}" if at % 6 == 0 else row for at, row in enumerate(rows)]


def stretched(rows: list[str]) -> list[str]:
    """The first column in another unit."""
    told = [row.split(",", 1) for row in rows]
    return [f"{float(first) * 2.54:.2f},{rest}" for first, rest in told]


COMMENTED = swap("train.py", "\ndef ", "\n# As it was agreed.\ndef ")
REFORMATTED = swap(
    "train.py",
    "weights = fit(rows, config, args, start, shrink)",
    "weights = fit(\n        rows,\n        config,\n        args,\n        start, shrink,\n    )",
)
TALKATIVE = swap(
    "train.py", "    args = arguments()\n", '    args = arguments()\n    print("go")\n'
)
DOCUMENTED = swap(
    "train.py",
    "def accuracy(weights, rows):\n",
    'def accuracy(weights, rows):\n    """The share of right guesses."""\n',
)
NEVER_CALLED = swap("train.py", 'print("weight", at, weight)', 'print("the weight", at, weight, 1)')
OLD_FEATURES = swap("lender/features.py", "return [amount, income]", "return [amount * 2, age]")
OLD_STEP = swap("lender/loss.py", "return error * 0.5", "return error * 0.9 + 0.1")
SPARE = write("lender/spare.py", "def spare():\n    total = 0\n    return total + 2\n")
UNUSED_KEY = swap("config.json", '"comment_of_old": 1', '"comment_of_old": 2')
PLOT = package("tinyplot", "9.0.0")
BELOW = package("tinymath", "0.5.1")

CASES = (
    Case(
        "a formula of a feature",
        "loans",
        (swap("lender/features.py", "amount / (income + 1)", "income / (amount + 1)"),),
        (COMMENTED, NEVER_CALLED, PLOT),
        ("code", "lender/features.py"),
    ),
    Case(
        "a value of the configuration",
        "loans",
        (swap("config.json", '"rate": 0.05', '"rate": 0.5'),),
        (REFORMATTED, UNUSED_KEY, OLD_STEP),
        ("parameters", "rate"),
    ),
    Case(
        "a fifth of the rows is missing",
        "loans",
        (lines("data/train.csv", fewer),),
        (DOCUMENTED, NEVER_CALLED, PLOT, BELOW),
        ("data", "data/train.csv"),
    ),
    Case(
        "wrong labels",
        "loans",
        (lines("data/train.csv", mislabelled),),
        (TALKATIVE, UNUSED_KEY, OLD_FEATURES),
        ("data", "data/train.csv"),
    ),
    Case(
        "another test set",
        "loans",
        (lines("data/test.csv", fewer),),
        (REFORMATTED, OLD_FEATURES, BELOW),
        ("data", "data/test.csv"),
    ),
    Case(
        "another model to begin with",
        "loans",
        (write("models/base.pkl", pickle.dumps([1.0, -2.0, 3.0])),),
        (COMMENTED, PLOT, UNUSED_KEY),
        ("data", "models/base.pkl"),
    ),
    Case(
        "another seed",
        "loans",
        (),
        (REFORMATTED, UNUSED_KEY, NEVER_CALLED, PLOT),
        ("parameters", "seed"),
        words=("--seed", "2"),
    ),
    Case(
        "a package that the sources import",
        "loans",
        (package("tinystats", "1.3.0", "1 + abs(", "2 + abs("),),
        (BELOW, PLOT, COMMENTED, TALKATIVE),
        ("environment", "tinystats"),
    ),
    Case(
        "a variable that the sources ask for",
        "loans",
        (),
        (COMMENTED, OLD_STEP, PLOT),
        ("parameters", "SHRINK"),
        variables={"SHRINK": "0.01", "PYTHONUNBUFFERED": "1"},
    ),
    Case(
        "a default of a function",
        "loans",
        (swap("lender/loss.py", "most=1.0", "most=0.1"),),
        (OLD_FEATURES, DOCUMENTED, UNUSED_KEY),
        ("code", "lender/loss.py"),
    ),
    Case(
        "a word of the command line",
        "loans",
        (),
        (lines("data/train.csv", shuffled), COMMENTED, OLD_STEP),
        ("parameters", "epochs"),
        words=("--epochs", "1", "--note", "short"),
    ),
    Case(
        "how rows are read",
        "loans",
        (swap("lender/table.py", "split()[1:]", "split()[1:-40]"),),
        (SPARE, NEVER_CALLED, TALKATIVE, BELOW),
        ("code", "lender/table.py"),
    ),
    Case(
        "a forest with more trees",
        "flowers",
        (swap("train.py", "n_estimators=5", "n_estimators=1"),),
        (swap("train.py", "n_jobs=1", "n_jobs=2"), COMMENTED),
        ("code", "train.py"),
    ),
    Case(
        "a larger test set",
        "flowers",
        (swap("train.py", "test_size=0.25", "test_size=0.5"),),
        (COMMENTED, swap("train.py", '"""Never called."""', '"""Not called."""')),
        ("code", "train.py"),
    ),
    Case(
        "a column in another unit",
        "flowers",
        (lines("data/flowers.csv", stretched),),
        (COMMENTED, swap("train.py", "n_jobs=1", "n_jobs=2")),
        ("data", "data/flowers.csv"),
    ),
    Case(
        "another kind of model",
        "flowers",
        (
            swap("train.py", "import RandomForestClassifier", "import ExtraTreesClassifier"),
            swap("train.py", "return RandomForestClassifier(", "return ExtraTreesClassifier("),
        ),
        (COMMENTED, swap("train.py", "return model.feature_importances_", "return model")),
        ("code", "train.py"),
    ),
    Case(
        "a threshold far upstream",
        "houses",
        (swap("prepare.py", "LARGEST = 400", "LARGEST = 4000"),),
        (COMMENTED, lines("data/raw.csv", shuffled)),
        ("code", "prepare.py"),
    ),
    Case(
        "a step that was not there",
        "houses",
        (),
        (COMMENTED,),
        ("steps", "round"),
        steps=("round.py", "prepare.py", "train.py", "evaluate.py"),
    ),
    Case(
        "how it is measured",
        "houses",
        (swap("evaluate.py", "abs(model", "max(0, model"),),
        (COMMENTED, lines("data/raw.csv", shuffled)),
        ("code", "evaluate.py"),
    ),
    Case(
        "what it is measured on",
        "houses",
        (lines("data/holdout.csv", fewer),),
        (COMMENTED, swap("evaluate.py", "\ndef ", "\n# As agreed.\ndef ")),
        ("data", "data/holdout.csv"),
    ),
)
