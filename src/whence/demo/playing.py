"""Plays the demo's story up to where questions can be asked: two rounds of work, a day apart."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from whence.demo import stage
from whence.demo.story import ARGUMENTS, CHANGES, DROPPED_ROWS, STEPS
from whence.errors import WhenceError

Tell = Callable[[str], None]
"""Where a line of the story goes."""

_OURS = ("WHENCE_DIR", "WHENCE_STORE")
"""What would send the demo's record somewhere else."""


def play(folder: Path, tell: Tell, out: TextIO | None = None) -> None:
    """Work twice on the project, with a day's changes in between.

    Args:
        folder: A new one.
        tell: Where the story goes.
        out: Where goes what its commands print; standard output unless said otherwise.

    Raises:
        WhenceError: a command failed.
        NotFoundError: the demo's packages are not installed.
    """
    tell("\n── A project: four plain scripts and the flights of New York, 2013")
    stage.build(folder)
    tell(f"{folder}")
    for script in STEPS:
        tell(f"  {script}")
    _round(folder, tell, 0, out)
    tell("\n── A day later, one thing of each layer has changed")
    tell(f"  data        {DROPPED_ROWS:,} flights are missing from the raw table")
    for each in CHANGES:
        tell(f"  {each.layer:<11} {each.told}: {each.before} → {each.after} ({each.file})")
    tell("  parameters  " + " ".join(ARGUMENTS[1][1]) + " on the command line")
    stage.change(folder)
    stage.commit(folder, "Work of a day")
    _round(folder, tell, 1, out)


def _round(folder: Path, tell: Tell, number: int, out: TextIO | None) -> None:
    tell(f"\n── {('Run it', 'Run it again')[number]}")
    script_with_arguments, arguments = ARGUMENTS[number]
    for script in STEPS:
        extra = arguments if script == script_with_arguments else ()
        run_whence(folder, tell, "run", "--", "python", script, *extra, out=out)
    run_whence(folder, tell, "register", "models/delay.joblib", "--model", "delay", out=out)
    run_whence(folder, tell, "alias", f"delay@{number + 1}", "production", out=out)


def run_whence(folder: Path, tell: Tell, *words: str, out: TextIO | None = None) -> None:
    """Run a command as the user would, in a process of its own.

    Raises:
        WhenceError: it failed.
    """
    tell("$ whence " + " ".join(words))
    # `python` in the story is this interpreter, whatever the user's PATH says. One thread: where
    # other work runs beside, threads that wait for each other take ten times as long.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}
    for name in _OURS:
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "whence", *words],
        cwd=folder,
        env=environment,
        stdout=out,
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise WhenceError(f"`whence {' '.join(words)}` ended with status {done.returncode}")
