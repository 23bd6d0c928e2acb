"""A stage as one of its two sides was, and where files of one lie in the workspace of the other."""

import posixpath
import re
from collections.abc import Mapping, Sequence

from whence.reproduction.interface import FileNeed, Recipe, Replay
from whence.reproduction.mixing.stages import Stage, by_name, flows

_PYTHON = re.compile(r"(python|pypy)[\d.]*\Z")


def same_python(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    """B's words with A's Python: which one it is belongs to the environment."""
    if a and b and all(_PYTHON.match(posixpath.basename(words[0])) for words in (a, b)):
        return (a[0], *b[1:])
    return tuple(b)


def as_recorded(
    stages: Sequence[Stage], at: int, recipe: Recipe, made: Mapping[str, str]
) -> Replay:
    """A stage as one of its two sides was, with what earlier stages made this time.

    Args:
        stages: The pipelines.
        at: Which stage.
        recipe: One of its sides.
        made: Name → content.
    """
    side = stages[at].sides.index(recipe)
    files: dict[str, str | bytes] = {}
    for name, need in by_name((*recipe.code, *recipe.inputs)).items():
        if name in made and flows(stages, at, side, need):
            files[need.path] = made[name]
        elif need.sha256 is not None:
            files[need.path] = need.sha256
    return Replay(recipe, recipe.command, files, recipe.variables, recipe.environment)


def named(recipe: Recipe, name: str) -> FileNeed:
    """The file of a run that has this name."""
    return by_name((*recipe.code, *recipe.inputs))[name]


def path_at(home: Recipe, recipe: Recipe, need: FileNeed) -> str:
    """Where a file of one recipe lies in the workspace of another."""
    if need.path == posixpath.join(recipe.root, need.name):
        return posixpath.join(home.root, need.name)
    return need.path
