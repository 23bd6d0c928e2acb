"""Programs that log to real trackers, offline, recorded by ``whence run``."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OFFLINE = {
    "DO_NOT_TRACK": "1",
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
    "CLEARML_OFFLINE_MODE": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false",
    "DVC_NO_ANALYTICS": "1",
    "HF_HUB_OFFLINE": "1",
}


@dataclass(frozen=True)
class Recorded:
    """A run as ``whence show`` tells it, and what the program printed."""

    told: dict[str, Any]
    stdout: str
    folder: Path

    def values(self, singular: str, source: str) -> dict[str, Any]:
        """Declared parameters or metrics of one tracker."""
        return {
            name: each["value"]
            for name, each in self.told[f"{singular}_details"].items()
            if each["source"] == source and each["basis"] == "declared"
        }

    def series(self, name: str) -> Any:
        """The points of a metric."""
        return self.told["metric_details"][name]["series"]

    def contradictions(self) -> list[str]:
        """What is declared and was observed otherwise."""
        return [
            f"{each['about']}: {each['reason']}"
            for each in self.told["gaps"]
            if each["kind"] == "contradiction"
        ]


Record = Callable[..., Recorded]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment of its own for the programs: no account, no network, a home in a folder."""
    home = tmp_path / "home"
    home.mkdir()
    # Forked while a thread of ClearML starts git, its reporter may make that thread wait forever.
    (home / "clearml.conf").write_text("sdk.development.report_use_subprocess: false\n")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WHENCE_", "MLFLOW_", "WANDB_"))
        and name != "PYTHONDONTWRITEBYTECODE"
    }
    return kept | OFFLINE | {"HOME": str(home), "MPLCONFIGDIR": str(home)}


@pytest.fixture
def record(tmp_path: Path, client: Path, environ: dict[str, str]) -> Record:
    """Write a program into a workspace and run it under Whence with the trackers' interpreter."""
    folder = tmp_path / "p"
    folder.mkdir()

    def whence(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "whence", *words],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def run(source: str, *words: str, name: str = "main.py") -> Recorded:
        (folder / name).write_text(source)
        done = whence("run", "--", str(client), name, *words)
        assert done.returncode == 0, done.stderr
        shown = whence("show", "last", "--json")
        assert shown.returncode == 0, shown.stderr
        return Recorded(json.loads(shown.stdout), done.stdout, folder)

    return run
