"""The same models by one environment's libraries, several times, each time otherwise."""

import os
import subprocess
from pathlib import Path

import pytest

from clients.environments import interpreter, lack
from whence.reproduction.comparing import compare_files
from whence.reproduction.interface import Comparison
from whence.reproduction.sandbox import ChildSandbox

VARIANTS = ("recorded", "threads", "rounding", "seed")
"""As recorded; with more threads; with weights rounded otherwise; with another seed."""


class Versions:
    """Files that a program made in each variant, and the sandbox of its environment."""

    def __init__(self, group: str, program: str, folder: Path) -> None:
        if reason := lack(group):
            pytest.skip(reason)
        self.folder = folder
        self.sandbox = ChildSandbox(interpreter(group))
        for variant in VARIANTS:
            (folder / variant).mkdir()
            done = subprocess.run(
                [interpreter(group), "-c", program, variant],
                cwd=folder / variant,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), "KERAS_BACKEND": "torch"},
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == 0, done.stderr

    def compare(self, variant: str, name: str, *, predict: bool = False) -> Comparison:
        """How alike a file of a variant is to the recorded one; with what it predicts, or not."""
        recorded, again = (self.folder / each / name for each in ("recorded", variant))
        tables = [self.folder / "recorded" / "test.csv"] if predict else []
        return compare_files(recorded, again, name=name, sandbox=self.sandbox, evaluation=tables)
