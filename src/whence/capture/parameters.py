"""What steered a run, as far as the words of its command tell."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from whence.capture.naming import command_arguments
from whence.recording.redact import redact_value

SOURCE = "command line"

_INTEGER = re.compile(r"[+-]?\d{1,15}\Z")
_FLOAT = re.compile(r"[+-]?((\d+\.\d*|\.\d+)([eE][+-]?\d{1,3})?|\d+[eE][+-]?\d{1,3})\Z")
_WORDS = {"true": True, "True": True, "false": False, "False": False, "None": None, "null": None}
_ASSIGNMENT = re.compile(r"[+~]{0,2}([A-Za-z_][\w./@-]*)=(.*)\Z", re.DOTALL)
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
    and so on. The interpreter, its switches and the script are no parameters.
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
            elif at < len(words) and _is_value(words[at]):
                found.append(_parameter(name, typed(words[at])))
                at += 1
            elif name.startswith(("no-", "no_")):
                found.append(_parameter(name[3:], value=False))
            else:
                found.append(_parameter(name, value=True))
        elif told := _ASSIGNMENT.match(word):
            found.append(_parameter(told[1], typed(told[2])))
        else:
            plain += 1
            found.append(_parameter(f"argument {plain}", typed(word)))
    return found


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


def _is_value(word: str) -> bool:
    return not word.startswith("-") or word == "-" or bool(_NEGATIVE_NUMBER.match(word))


def _parameter(name: str, value: Any) -> Parameter:
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        value = os.fsencode(value).decode("utf-8", "backslashreplace")
    return Parameter(shown, redact_value(shown, value), SOURCE)
