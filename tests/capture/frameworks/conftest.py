"""Programs that never heard of Whence, run with the agent inside, and what its hooks told."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from whence.capture import agent
from whence.capture.agent.reports import Telling, read_reports


@dataclass(frozen=True)
class Watched:
    """How a program ended, and what was told of it."""

    status: int
    stdout: str
    stderr: str
    told: tuple[Telling, ...]

    def all(self, event: str) -> list[dict[str, Any]]:
        """What was told in one form, without the form's name."""
        return [
            {name: value for name, value in each.fields.items() if name != "event"}
            for each in self.told
            if each.event == event
        ]

    def one(self, event: str) -> dict[str, Any]:
        """What was told in one form, which was told once."""
        (found,) = self.all(event)
        return found


Watch = Callable[..., Watched]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """Run Python source with the agent inside; its output is as it would be without."""

    def run(
        source: str,
        *words: str,
        env: dict[str, str] | None = None,
        python: str = sys.executable,
        compare: bool = True,
    ) -> Watched:
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        (work / "main.py").write_text(source)
        bare = {
            name: value
            for name, value in os.environ.items()
            if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
            and not name.startswith("WHENCE")
        } | (env or {})
        session = tmp_path / f"session{len(list(tmp_path.iterdir()))}"
        session.mkdir()
        equipped = dict(bare)
        agent.equip(equipped, str(session))
        command = [python, "main.py", *words]
        done = _run(command, work, equipped)
        if compare:
            alone = _run(command, work, bare)
            assert (done.returncode, done.stdout, done.stderr) == (
                alone.returncode,
                alone.stdout,
                alone.stderr,
            )
        return Watched(done.returncode, done.stdout, done.stderr, read_reports(str(session)).told)

    return run


def _run(
    command: Sequence[str], work: Path, env: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=work, env=env, capture_output=True, text=True, check=False, timeout=120
    )
