"""A real `whence serve` that hears what real OpenLineage producers tell."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from serving import serving


def whence(folder: Path, *words: str, status: int | None = 0) -> str:
    """What a command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "whence", *words],
        cwd=folder,
        env=plain(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert status is None or done.returncode == status, done.stdout + done.stderr
    return done.stdout


def answer(folder: Path, *words: str) -> Any:
    """What a command prints as JSON."""
    return json.loads(whence(folder, *words, "--json"))


def plain(**variables: str) -> dict[str, str]:
    """This process's variables; bytecode is written, or heavy clients compile at every start."""
    environ = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**environ, **variables}


def listening(
    folder: Path, commands: Sequence[Sequence[str]], variables: Mapping[str, str], *, cwd: Path
) -> list[str]:
    """Run a producer's commands while a server of the folder's record listens.

    ``{url}`` in a variable or in a file ``*.in`` below ``cwd`` becomes the server's address.

    Returns:
        The statuses that the server answered to events with, and those of the commands.
    """
    (folder / ".whence").mkdir(exist_ok=True)
    with serving(folder) as (url, _):
        for path in cwd.rglob("*.in"):
            path.with_suffix("").write_text(path.read_text().replace("{url}", url))
        environ = plain(**{name: text.replace("{url}", url) for name, text in variables.items()})
        statuses = []
        for command in commands:
            done = subprocess.run(
                list(command),
                cwd=cwd,
                env=environ,
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )
            statuses.append(f"exit {done.returncode}")
    said = (folder / "serve.log").read_text().splitlines()
    told = [line.split()[1] for line in said if "/api/v1/lineage" in line]
    assert told, "\n".join(said) + done.stdout + done.stderr
    return [*told, *statuses]
