"""What steered a run, as far as the words of its command tell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from whence.capture.legible import legible
from whence.capture.naming import command_arguments
from whence.recording.redact import redact_value

SOURCE = "command line"

_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,14})\Z")
_FLOAT = re.compile(r"[+-]?((\d+\.\d*|\.\d+)([eE][+-]?\d{1,3})?|\d+[eE][+-]?\d{1,3})\Z")
_WORDS = {"true": True, "True": True, "false": False, "False": False, "None": None, "null": None}
_ASSIGNMENT = re.compile(r"[+~]{0,2}([A-Za-z_][\w./@-]*)=(.*)\Z", re.DOTALL)
_ATTACHED = re.compile(r"-([A-Za-z])([+-]?\d[\d.eE+-]*)\Z")
_NEGATIVE_NUMBER = re.compile(r"-\.?\d")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named value with where it was seen."""

    name: str
    value: Any
    """As JSON would have it: a number where it reads as one, else text."""
    source: str
    """``command line``, or the name of a file."""


def parameters_from_argv(argv: Sequence[str]) -> list[Parameter]:
    """The parameters among a command's words.

    ``--lr 0.1`` and ``--lr=0.1`` are ``lr``; ``--flag`` alone is true and ``--no-flag`` false;
    ``-n 5`` is ``n``; ``model.depth=3`` is itself, as Hydra has it; other words are ``argument 1``
    and so on. The interpreter, its switches and the script are no parameters. A switch that stands
    there more than once, or has several numbers after it, has a list as its value.
    """
    found: list[Parameter] = []
    words = list(command_arguments(argv))
    at = plain = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            continue
        if word.startswith("-") and len(word) > 1 and not _NEGATIVE_NUMBER.match(word):
            name, equals, value = word.lstrip("-").partition("=")
            if equals:
                found.append(_parameter(name, typed(value)))
            elif attached := _ATTACHED.match(word):
                found.append(_parameter(attached[1], typed(attached[2])))
            elif at < len(words) and _is_value(words[at]):
                end = _numbers_end(words, at)
                read = [typed(each) for each in words[at:end]]
                found.append(_parameter(name, read if len(read) > 1 else read[0]))
                at = end
            elif name.startswith(("no-", "no_")):
                found.append(_parameter(name[3:], value=False))
            else:
                found.append(_parameter(name, value=True))
        elif told := _ASSIGNMENT.match(word):
            found.append(_parameter(told[1], typed(told[2])))
        else:
            plain += 1
            found.append(_parameter(f"argument {plain}", typed(word)))
    return _together(found)


def typed(text: str) -> Any:
    """A word as the value that it reads as: integer, float, boolean, nothing, or itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        value = float(text)
        return value if abs(value) != float("inf") else text
    return text


def _numbers_end(words: Sequence[str], at: int) -> int:
    """Where a switch's values end: after one of any kind, or after all that are numbers."""
    end = at
    while end < len(words) and isinstance(typed(words[end]), int | float):
        end += 1
    return max(end, at + 1)


def _together(found: Sequence[Parameter]) -> list[Parameter]:
    """Each name once."""
    values: dict[str, list[Any]] = {}
    for each in found:
        values.setdefault(each.name, []).append(each.value)
    return [
        Parameter(name, several if len(several) > 1 else several[0], SOURCE)
        for name, several in values.items()
    ]


def _is_value(word: str) -> bool:
    return not word.startswith("-") or word == "-" or bool(_NEGATIVE_NUMBER.match(word))


def _parameter(name: str, value: Any) -> Parameter:
    shown = legible(name)
    if isinstance(value, str):
        value = legible(value)
    return Parameter(shown, redact_value(shown, value), SOURCE)
