"""Recipes as the record would give them, and a studio that computes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from whence.model.identity import NodeId
from whence.reproduction.interface import EnvironmentNeed, FileNeed, Recipe, Replay, Replayed

ROOT = "/home/ada/project"


class Contents:
    """Contents by their digest."""

    def __init__(self) -> None:
        self.of: dict[str, bytes] = {}

    def put(self, text: str) -> str:
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.of[digest] = text.encode()
        return digest

    def read(self, content: str | bytes) -> str:
        return (content if isinstance(content, bytes) else self.of[content]).decode()


def recipe(  # noqa: PLR0917
    contents: Contents,
    run: str,
    command: str,
    code: Mapping[str, str],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str] | None = None,
    metrics: Mapping[str, float] | None = None,
    **more: Any,
) -> Recipe:
    """A run; files by name and text. Names that end in ``.json``, ``.yaml`` are configuration."""

    def need(name: str, text: str, role: str) -> FileNeed:
        return FileNeed(f"{ROOT}/{name}", name, role, contents.put(text))

    words = tuple(command.split())
    made = Recipe(
        run=NodeId(run),
        job=words[1].removesuffix(".py"),
        command=words,
        root=ROOT,
        cwd=ROOT,
        environment=EnvironmentNeed(
            "e" * 64, "/usr/bin/python3", "3.11.7", {"numpy": "2.0", "pip": "24"}
        ),
        variables={},
        commit=None,
        diff="",
        code=tuple(need(name, text, "code") for name, text in code.items()),
        inputs=tuple(
            need(name, text, "config" if name.endswith((".json", ".yaml")) else "input")
            for name, text in inputs.items()
        ),
        outputs=tuple(need(name, text, "output") for name, text in (outputs or {}).items()),
        parameters={},
        metrics=metrics or {},
        seeds={},
        state="completed",
        imports=("numpy",),
    )
    return replace(made, **more)


Program = Callable[[Mapping[str, str], Sequence[str], int], tuple[dict[str, str], dict[str, float]]]
"""Files, words and seed → what it writes, and metrics; or it raises, and ends with status 1."""


class Computing:
    """A studio whose programs are functions, by their script."""

    def __init__(self, contents: Contents, programs: Mapping[str, Program]) -> None:
        self.contents = contents
        self.programs = programs
        self.performed: list[Replay] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        pass

    def perform(self, replay: Replay, *, timeout: float | None = None) -> Replayed:
        self.performed.append(replay)
        run = NodeId(f"{len(self.performed):032x}")
        files = {
            path.removeprefix(ROOT + "/"): self.contents.read(content)
            for path, content in replay.files.items()
        }
        try:
            made, metrics = self.programs[replay.command[1]](
                files, replay.command, replay.reseed or 0
            )
        except (KeyError, ValueError) as error:
            return Replayed(run, 1, {}, {}, f"Traceback\n{type(error).__name__}: {error}\n")
        outputs = {f"{ROOT}/{name}": self.contents.put(text) for name, text in made.items()}
        return Replayed(run, 0, outputs, metrics)
