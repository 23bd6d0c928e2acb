"""What a rule may be asked for: one line for each option, and how a value of it is read."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import Any

from whence.governance.document import Place


class Sort(Enum):
    """What sort of value an option takes; the value is how people call it."""

    TEXT = "a text"
    TEXTS = "one text or several"
    NUMBER = "a number"
    COUNT = "a whole number, 0 or more"
    FLAG = "true or false"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a rule may be asked for."""

    name: str
    sort: Sort
    meaning: str
    default: Any = None
    """What holds where a policy does not say it; ``None`` where nothing does."""
    required: bool = False
    choices: tuple[str, ...] = ()
    """The words that it may be, or that may be in it; empty where any may."""


class Asked(Mapping[str, Any]):
    """What a policy asks of a rule, every option with its value."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = MappingProxyType(dict(values))

    def __getitem__(self, name: str) -> Any:
        """The value of an option."""
        return self._values[name]

    def __iter__(self) -> Any:
        """The names."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many."""
        return len(self._values)

    def text(self, name: str) -> str:
        """A text; empty where there is none."""
        return str(self._values[name] or "")

    def texts(self, name: str) -> tuple[str, ...]:
        """Several texts, perhaps none."""
        return tuple(self._values[name] or ())

    def number(self, name: str) -> float | None:
        """A number, or ``None``."""
        value = self._values[name]
        return None if value is None else float(value)

    def count(self, name: str) -> int | None:
        """A whole number, or ``None``."""
        value = self._values[name]
        return None if value is None else int(value)

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return bool(self._values[name])


def read_options(
    options: Sequence[Option], told: Mapping[str, Place], where: Place, rule: str
) -> Asked:
    """The values that a policy gives for these options, checked.

    Args:
        options: What the rule knows.
        told: What the policy says, without what every rule knows.
        where: The place of the rule in the policy.
        rule: Its name.

    Raises:
        UsageError: an option is unknown, missing, or of another sort; says the line.
    """
    known = {each.name: each for each in options}
    for name, place in told.items():
        if name not in known:
            near = get_close_matches(name, known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"it knows: {', '.join(known) or 'none'}"
            place.refuse(f"the rule {rule} knows no {name!r}", hint)
    values: dict[str, Any] = {}
    for option in options:
        place_of = told.get(option.name)
        if place_of is None or place_of.value is None:
            if option.required:
                where.refuse(
                    f"the rule {rule} needs {option.name!r}: {option.meaning}",
                    f"add a line: {option.name}: …",
                )
            values[option.name] = option.default
        else:
            values[option.name] = _READERS[option.sort](option, place_of)
    return Asked(values)


def _text(option: Option, place: Place) -> str:
    text = place.text(option.name)
    _choose(option, text, place)
    return text


def _texts(option: Option, place: Place) -> tuple[str, ...]:
    found = []
    for each in place.items(option.name):
        text = each.text(option.name)
        _choose(option, text, each)
        found.append(text)
    return tuple(found)


def _number(option: Option, place: Place) -> float:
    value = place.value
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", value):
        value = float(value)  # YAML takes 1e-3 for a text
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        place.refuse(f"{option.name} is {option.sort.value}, not {_shown(place)}", "such as 0.75")
    return float(value)


def _count(option: Option, place: Place) -> int:
    value = place.value
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        place.refuse(f"{option.name} is {option.sort.value}, not {_shown(place)}", "such as 2")
    return value


def _flag(option: Option, place: Place) -> bool:
    if not isinstance(place.value, bool):
        place.refuse(f"{option.name} is {option.sort.value}, not {_shown(place)}")
    return place.value


def _choose(option: Option, text: str, place: Place) -> None:
    if option.choices and text not in option.choices:
        near = get_close_matches(text, option.choices, 1, 0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        place.refuse(
            f"{option.name} cannot be {text!r}", f"{hint}it is one of: {', '.join(option.choices)}"
        )


def _shown(place: Place) -> str:
    if isinstance(place.value, dict):
        return "a mapping"
    return "a list" if isinstance(place.value, list) else repr(place.value)


_READERS: Mapping[Sort, Callable[[Option, Place], Any]] = MappingProxyType(
    {
        Sort.TEXT: _text,
        Sort.TEXTS: _texts,
        Sort.NUMBER: _number,
        Sort.COUNT: _count,
        Sort.FLAG: _flag,
    }
)
