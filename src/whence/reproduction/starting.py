"""With what words and variables a recorded command is started again."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whence.recording.variables import without_told
from whence.reproduction.interface import EnvironmentNeed
from whence.reproduction.interpreters import Interpreter

REDACTED = "[redacted"
"""How a word begins in whose place a secret stood."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What lies elsewhere than it did."""

    need: EnvironmentNeed
    interpreter: Interpreter | None
    root: str
    """Where the workspace was."""
    tree: str
    """Where it will be for the program: the same in a private view."""

    @property
    def is_other_python(self) -> bool:
        """Whether another Python stands in for the recorded one."""
        return (
            self.interpreter is not None
            and os.fspath(self.interpreter.path) != self.need.interpreter
        )


def command_again(command: Sequence[str], cwd: str, moved: Moved) -> list[str]:
    """The words, with places that moved in their new form."""
    return [_word(word, at, cwd, moved) for at, word in enumerate(command)]


def _word(word: str, at: int, cwd: str, moved: Moved) -> str:
    folder = os.path.dirname(moved.need.interpreter)  # noqa: PTH120
    if moved.is_other_python and folder:
        assert moved.interpreter is not None
        called = os.path.join(cwd, word) if at == 0 and "/" in word else word  # noqa: PTH118
        if called == moved.need.interpreter:
            return os.fspath(moved.interpreter.path)
        program = moved.interpreter.path.parent / os.path.basename(called)  # noqa: PTH119
        if os.path.dirname(called) == folder and program.exists():  # noqa: PTH120
            return os.fspath(program)
    if moved.root != moved.tree:
        return put_in(word, moved.root, moved.tree)
    return word


def put_in(text: str, root: str, tree: str) -> str:
    """A word or a list of paths with one folder in the place of another."""
    parts = text.split(os.pathsep) if "://" not in text else [text]
    for at, part in enumerate(parts):
        head, equals, path = part.partition("=")
        if not equals:
            head, path = "", part
        if path == root or path.startswith(root + "/"):
            parts[at] = head + equals + tree + path[len(root) :]
    return os.pathsep.join(parts)


def variables_again(
    recorded: Mapping[str, str], environ: Mapping[str, str], moved: Moved
) -> dict[str, str]:
    """The variables: those that the record tells as recorded, all others as they are now.

    Args:
        recorded: What the record tells; what was taken out as a secret is taken from now.
        environ: The variables of now.
        moved: What lies elsewhere.
    """
    found = {k: v for k, v in without_told(environ).items() if not k.startswith("WHENCE_")}
    for name, value in recorded.items():
        if REDACTED not in value:
            found[name] = put_in(value, moved.root, moved.tree)
        elif name in environ:
            found[name] = environ[name]
    if "WHENCE_TRACER" in environ:
        found["WHENCE_TRACER"] = environ["WHENCE_TRACER"]
    if moved.interpreter is not None:
        if "VIRTUAL_ENV" in found and moved.is_other_python:
            found["VIRTUAL_ENV"] = os.fspath(moved.interpreter.prefix)
        folder = os.fspath(Path(moved.interpreter.path).parent)
        found["PATH"] = os.pathsep.join([folder, found.get("PATH", os.defpath)])
    return found
