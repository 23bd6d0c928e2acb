"""What stages gave, by what went into them: the same stage is never run twice.

A stage that was run for an earlier mixture, question or attempt is an ordinary run of the record;
here stands only which one. A question that was interrupted goes on where it was.
"""

import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whence.errors import StoreError
from whence.reproduction.interface import Recipe, Replay
from whence.store.shelf import Shelf

_LANGUAGE = 1
"""Counts up when what a key is made of changes."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a stage gave."""

    run: str
    outputs: Mapping[str, str]
    """Name → SHA-256."""
    metrics: Mapping[str, float]
    reason: str = ""
    """Why it did not run to its end; empty where it did."""
    recorded: bool = False
    """Whether it is a run of the user's own."""


class StageShelf:
    """Keeps what stages gave in a folder; the folder may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder, ".json")

    def get(self, key: str) -> Given | None:
        """What a stage gave; ``None`` where it was not run, or the shelf cannot be read."""
        try:
            content = self._shelf.get(key)
        except StoreError:
            return None
        if content is None:
            return None
        told = json.loads(content)
        return Given(told["run"], told["outputs"], told["metrics"], told["reason"])

    def put(self, key: str, given: Given) -> None:
        """Keep what a stage gave.

        Raises:
            StoreError: the folder cannot be written.
        """
        told = {
            "run": given.run,
            "outputs": dict(given.outputs),
            "metrics": dict(given.metrics),
            "reason": given.reason,
        }
        self._shelf.put(key, json.dumps(told).encode())


def key_of(replay: Replay) -> str:
    """A digest of everything that a replay depends on, as far as it is recorded."""
    recipe = replay.recipe
    told = {
        "language": _LANGUAGE,
        "command": replay.command,
        "cwd": _inside(recipe, recipe.cwd),
        "files": sorted((_inside(recipe, path), _digest(it)) for path, it in replay.files.items()),
        "variables": dict(sorted(replay.variables.items())),
        "environment": _environment(replay),
        "reseed": replay.reseed,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def given_by(recipe: Recipe) -> Given:
    """What a recorded run gave."""
    return Given(
        recipe.run,
        {each.name: each.sha256 for each in recipe.outputs if each.sha256 is not None},
        recipe.metrics,
        "" if recipe.state == "completed" else f"it {recipe.state}",
        recorded=True,
    )


def _inside(recipe: Recipe, path: str) -> str:
    """A path from the workspace's folder, so that a project may lie elsewhere."""
    root = recipe.root.rstrip("/") + "/"
    return path[len(root) :] if path.startswith(root) else posixpath.normpath(path)


def _digest(content: str | bytes) -> str:
    return content if isinstance(content, str) else hashlib.sha256(content).hexdigest()


def _environment(replay: Replay) -> dict[str, Any]:
    """The Python, and the packages that a program of this kind imports."""
    need = replay.environment
    imported = replay.recipe.imports or tuple(need.packages)
    return {
        "version": need.version,
        "packages": {name: need.packages[name] for name in imported if name in need.packages},
    }
