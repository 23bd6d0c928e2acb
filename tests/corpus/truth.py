"""What is true of each program: ``truth.json`` beside it, written by reading the program."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
SCHEMA = HERE / "truth.schema.json"

KINDS = ("inputs", "outputs", "parameters", "metrics", "seeds")
"""What is measured, each by itself."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value that is true of a run."""

    name: str
    value: Any = None
    """``None``: any value."""
    printed: str = ""
    """Its digits as the program wrote them, when that is where the value is known from."""
    any_step: bool = False
    mean: bool = False

    def __str__(self) -> str:
        return f"{self.name} = {self.printed or self.value}"


@dataclass(frozen=True, slots=True)
class Truth:
    """One program and all that is true of it."""

    name: str
    group: str
    commands: tuple[tuple[str, ...], ...]
    exit: int
    told: Mapping[str, Any] = field(repr=False)
    """The file as it stands."""

    @property
    def folder(self) -> Path:
        return PROGRAMS / self.name

    def places(self, kind: str, words: Mapping[str, str]) -> tuple[str, ...]:
        """Inputs or outputs that must be told; ``words`` stand for ``{http}`` and the like."""
        return tuple(filled(place, words) for place in self.told[kind])

    def places_also(self, kind: str, words: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(filled(place, words) for place in self.told.get("also", {}).get(kind, ()))

    def facts(self, kind: str, output: str, folder: Path) -> tuple[Fact, ...]:
        """Parameters, metrics or seeds that must be told, values looked up where they were written.

        Args:
            kind: One of ``KINDS`` that has values.
            output: What the program printed.
            folder: Where it ran.
        """
        return tuple(fact(each, output, folder) for each in self.told[kind])

    def facts_also(self, kind: str) -> tuple[Fact, ...]:
        return tuple(fact(each, "", Path()) for each in self.told.get("also", {}).get(kind, ()))


def fact(told: Any, output: str, folder: Path) -> Fact:
    """One value of ``truth.json``."""
    if isinstance(told, list):
        return Fact(told[0], told[1])
    any_step, mean = told.get("step") == "any", bool(told.get("mean"))
    if "printed" in told:
        text, pattern = output, told["printed"]
    elif "read" in told:
        path = folder / told["read"][0]
        text, pattern = path.read_text() if path.exists() else "", told["read"][1]
    else:
        return Fact(told["name"], any_step=any_step, mean=mean)
    found = re.findall(rf"^.*?{pattern}", text, re.MULTILINE)
    printed = found[-1] if found else "(not printed)"
    return Fact(told["name"], number(printed), printed, any_step, mean)


def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with the services' addresses put in."""
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


def load(name: str) -> Truth:
    """The truth of one program."""
    told = json.loads((PROGRAMS / name / "truth.json").read_text(encoding="utf-8"))
    commands = told.get("commands") or [told["command"]]
    return Truth(
        name, told["group"], tuple(tuple(each) for each in commands), told.get("exit", 0), told
    )


def names() -> tuple[str, ...]:
    """All programs, in order."""
    return tuple(sorted(path.parent.name for path in PROGRAMS.glob("*/truth.json")))
