"""A scratch project, and Whence as a user has it: a command in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from whence.wire.schema import load_schema

SCHEMAS = {
    "log": "history-1",
    "trace": "lineage-1",
    "impact": "lineage-1",
    "path": "route-1",
    "diff": "difference-1",
    "attribute": "attribution-1",
    "bisect": "bisection-1",
    "gaps": "gaps-1",
    "fsck": "fsck-1",
    "user": "users-1",
    "audit": "audit-1",
    "config": "config-1",
    "gc": "clearing-1",
    "hold": "holds-1",
    "push": "travelled-1",
    "pull": "travelled-1",
    "remote": "remotes-1",
    "models": "models-1",
    "system": "systems-1",
    "describe": "words-1",
    "alias": "aliases-1",
    "check": "check-1",
    "approve": "approval-1",
    "reject": "approval-1",
    "retire": "retired-1",
    "deploy": "deployed-1",
    "undeploy": "deployed-1",
    "deployments": "deployments-1",
}


@dataclass
class Project:
    """A folder with a git repository and a few scripts."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def git(self, *words: str) -> None:
        subprocess.run(
            ["git", *words], cwd=self.folder, check=True, capture_output=True, env=self.env
        )

    def commit(self, message: str = "work") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def start(self, *words: str, **more: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "whence", *words], cwd=self.folder, env=self.env, **more
        )

    def whence(
        self, *words: str, status: int | None = 0, cwd: Path | None = None, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "whence", *words],
            cwd=cwd or self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **more,
        )
        assert "Traceback" not in done.stderr, done.stderr
        if status is not None:
            assert done.returncode == status, done.stdout + done.stderr
        return done

    def run(self, *command: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        return self.whence("run", "--", *command, status=status)

    def python(self, script: str, *words: str, status: int | None = 0) -> dict[str, Any]:
        """Run a Python script under ``whence run``; the record of the run."""
        self.run(sys.executable, script, *words, status=status)
        told: dict[str, Any] = self.ask("show", "last")
        return told

    def ask(self, verb: str, *words: str, status: int | None = 0) -> Any:
        """A command's JSON, held to its schema."""
        told = json.loads(self.whence(verb, *words, "--json", status=status).stdout)
        schema = SCHEMAS.get(verb) or ("run-1" if told.get("kind") == "run" else "thing-1")
        if verb in SCHEMAS or verb == "show":
            Draft202012Validator(load_schema(schema)).validate(told)
        return told


def make_project(tmp_path: Path) -> Project:
    """A fresh project with a home of its own and no configuration of anybody's."""
    home = tmp_path / "home"
    home.mkdir()
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WHENCE", "GIT_", "XDG_")) and name != "PYTHONDONTWRITEBYTECODE"
    }
    env |= {
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "COLUMNS": "120",
    }
    folder = tmp_path / "project"
    folder.mkdir()
    project = Project(folder, env)
    project.write(".gitignore", "data/\nmodels/\nreports/\n__pycache__/\n")
    project.git("init", "--quiet", "--initial-branch=main")
    project.commit("start")
    return project


def names_of(met: Sequence[Mapping[str, Any]], *roles: str) -> list[str]:
    return sorted(each["name"] for each in met if not roles or each["role"] in roles)
