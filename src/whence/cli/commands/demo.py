"""Run the main job on real data: 336,776 flights, four plain scripts, two rounds, every question.

The demo works in a scratch folder that goes when it is done, unless --keep says where to leave it.
Needs the extra packages of `pip install 'whence[demo]'`, and git; no network.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from whence.cli.console import Console
from whence.demo import stage
from whence.demo.story import ARGUMENTS, CHANGES, DROPPED_ROWS, QUESTIONS, STEPS
from whence.errors import UsageError, WhenceError

SUMMARY = "run the main job on real data in a scratch folder"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--keep", metavar="FOLDER", type=Path, help="work in this new folder and leave it there"
    )


def execute(args: argparse.Namespace, console: Console) -> int:
    """Play the story."""
    if args.keep is None:
        folder = Path(tempfile.mkdtemp(prefix="whence-demo-"))
    else:
        folder = args.keep.absolute()
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{args.keep} is not empty", hint="name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
    try:
        _play(folder, console)
    finally:
        if args.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    if args.keep is None:
        console.print("\nThe scratch folder is gone again; `whence demo --keep FOLDER` leaves it.")
    else:
        console.print(f"\nEverything is in {folder}: go there and ask on.")
    return 0


def _play(folder: Path, console: Console) -> None:
    _title(console, "A project: four plain scripts and the flights of New York, 2013")
    stage.build(folder)
    console.print(f"{folder}")
    for script in STEPS:
        console.print(f"  {script}")
    _round(folder, console, 0)
    _title(console, "A day later, one thing of each layer has changed")
    console.print(f"  data        {DROPPED_ROWS:,} flights are missing from the raw table")
    for each in CHANGES:
        console.print(f"  {each.layer:<11} {each.told}: {each.before} → {each.after} ({each.file})")
    console.print("  parameters  " + " ".join(ARGUMENTS[1][1]) + " on the command line")
    stage.change(folder)
    stage.commit(folder, "Work of a day")
    _round(folder, console, 1)
    for question in QUESTIONS:
        _title(console, question.told)
        _whence(folder, console, *question.command)


def _round(folder: Path, console: Console, number: int) -> None:
    _title(console, ("Run it", "Run it again")[number])
    script_with_arguments, arguments = ARGUMENTS[number]
    for script in STEPS:
        extra = arguments if script == script_with_arguments else ()
        _whence(folder, console, "run", "--", "python", script, *extra)
    _whence(folder, console, "register", "models/delay.joblib", "--model", "delay")
    _whence(folder, console, "alias", f"delay@{number + 1}", "production")


def _title(console: Console, text: str) -> None:
    console.print(f"\n── {text}")
    console.out.flush()


def _whence(folder: Path, console: Console, *words: str) -> None:
    """Run a command as the user would, in a process of its own."""
    console.print("$ whence " + " ".join(words))
    console.out.flush()
    # `python` in the story is this interpreter, whatever the user's PATH says. One thread: where
    # other work runs beside, threads that wait for each other take ten times as long.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "whence", *words], cwd=folder, env=environment, check=False
    )
    if done.returncode not in {0, 1}:
        raise WhenceError(f"`whence {' '.join(words)}` ended with status {done.returncode}")
