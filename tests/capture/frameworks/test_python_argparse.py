from typing import Any

PROGRAM = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--lr", "-l", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--hidden-sizes", type=int, nargs="*", default=[8])
parser.add_argument("--verbose", action="store_true")
sub = parser.add_subparsers(dest="verb")
sub.add_parser("fit").add_argument("--depth", type=int, default=5)
print(parser.parse_args())
"""


def test_values_with_where_they_came_from(watch: Any) -> None:
    told = watch(PROGRAM, "a.csv", "--lr=0.5", "--hid", "4", "5", "--verbose", "fit").one(
        "configured"
    )
    assert told["source"] == "argparse"
    assert told["values"] == {
        "data": "a.csv",
        "lr": 0.5,
        "epochs": 3,
        "hidden_sizes": [4, 5],
        "verbose": True,
        "verb": "fit",
        "depth": 5,
    }
    given = {name for name, origin in told["origins"].items() if origin == "command line"}
    assert given == {"data", "lr", "hidden_sizes", "verbose", "verb"}


def test_wrong_words_end_the_program_as_ever(watch: Any) -> None:
    found = watch(PROGRAM, "a.csv", "--lr", "x")
    assert found.status == 2
    assert found.told == ()


def test_parsers_of_tools_are_theirs(watch: Any) -> None:
    assert watch("import runpy, sys\n", env={"X": "1"}).told == ()
    found = watch(
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'json.tool', '--help'], capture_output=True)\n"
    )
    assert found.all("configured") == []
