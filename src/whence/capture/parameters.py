"""What steered a run, as its command line says: pure, and the same for every program.

No program's own parser is known here, so the usual forms are read: ``--lr 0.1``, ``--lr=0.1``,
``-n 5``, ``--flag``, ``--no-flag``, and Hydra's ``key=value``. What is none of these is a
positional argument, ``argv[1]`` and so on, counted among themselves.
"""

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, NamedTuple

from whence.capture.naming import INTERPRETERS, WRAPPERS
from whence.recording.redact import redact_argv, redact_value

COMMAND_LINE = "command line"

MOST_POSITIONALS = 100
"""Further positional arguments are told by their number only."""

_LARGEST_INTEGER = 2**53
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})\Z")
_WORDS: Mapping[str, Any] = MappingProxyType(
    {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
)
_OVERRIDE = re.compile(r"\+{0,2}([A-Za-z_][\w.@/-]{0,127})=(.*)\Z", re.DOTALL)
_DELETION = re.compile(r"~[A-Za-z_][\w.@/-]{0,127}\Z")
_ATTACHED = re.compile(r"-([A-Za-z])([+-]?\d[\d.eE+-]*)\Z")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_DURATION = re.compile(r"\d+(\.\d+)?[smhd]?\Z")
_STARTS = frozenset({"run", "exec", "launch"})
_TAKES_VALUE = frozenset(
    "-W -X -Q -I -cp -classpath -np -n -H --hostfile --check-hash-based-pycs "
    "--nproc_per_node --nproc-per-node --nnodes --node_rank --node-rank --master_addr "
    "--master-addr --master_port --master-port --rdzv_backend --rdzv-backend --rdzv_endpoint "
    "--rdzv-endpoint --rdzv_id --rdzv-id --num_processes --num_machines --mixed_precision "
    "--config_file --num_gpus --project --with --python".split()
)
"""Switches of interpreters and launchers that take the next word."""
_LAUNCHING_MODULES = frozenset(
    {"torch.distributed.run", "torch.distributed.launch", "accelerate.commands.launch"}
)


class Parameter(NamedTuple):
    """One thing that steered a run."""

    name: str
    value: Any
    """JSON; secrets taken out."""
    source: str
    """Where it was seen: ``command line``, or the name of a file."""


def parameters_from_argv(argv: Sequence[str]) -> list[Parameter]:
    """What a command line says to the program that it starts, each name once.

    A switch that stands there more than once has a list as its value.
    """
    found: dict[str, list[Any]] = {}
    for name, value in _read([_shown(word) for word in program_arguments(redact_argv(argv))]):
        found.setdefault(name, []).append(value)
    return [
        Parameter(name, redact_value(name, values if len(values) > 1 else values[0]), COMMAND_LINE)
        for name, values in found.items()
    ]


def program_arguments(argv: Sequence[str]) -> list[str]:
    """The words after the program itself; what starts it is left out, with its own switches.

    Code that stands on the command line (``python -c``) is a program without a name.
    """
    words = list(argv)
    while len(words) > 1 and os.path.basename(words[0]) in WRAPPERS:
        words = _unwrap(words)
    while words and (_is_interpreter(words[0]) or words[0] in _LAUNCHING_MODULES):
        at = _program_place(words)
        if at < len(words) and words[at] in {"-c", "-e"}:
            return words[at + 2 :]
        if at < len(words) and words[at] == "-m":
            words = words[at + 1 :]
            if words and words[0] not in _LAUNCHING_MODULES and not _is_interpreter(words[0]):
                break
        else:
            words = words[at:]
    return words[1:]


def typed(text: str) -> Any:
    """A word as JSON would have it: a number, ``true``, ``false``, ``null``, a list, or itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        number = int(text)
        return number if abs(number) <= _LARGEST_INTEGER else text
    if _NUMBER.match(text) and ("." in text or "e" in text.lower()):
        value = float(text)
        return value if math.isfinite(value) else text
    if text[:1] in {"[", "{"} and text[-1:] in {"]", "}"}:
        with suppress(ValueError, RecursionError):
            return json.loads(text, parse_constant=str, parse_int=typed, parse_float=typed)
    return text


def _read(words: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Names and values, in their order."""
    positionals = 0
    at, switches_end = 0, False
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--" and not switches_end:
            switches_end = True
        elif _is_switch(word) and not switches_end:
            values = _values_after(words, at)
            name, value = _switch(word, values)
            at += 0 if "=" in word or _ATTACHED.match(word) else len(values)
            yield name, value
        elif (override := _override(word)) is not None and not switches_end:
            yield override
        else:
            positionals += 1
            if positionals <= MOST_POSITIONALS:
                yield f"argv[{positionals}]", typed(word)
    if positionals > MOST_POSITIONALS:
        yield f"argv[{MOST_POSITIONALS + 1}:]", f"{positionals - MOST_POSITIONALS} more words"


def _switch(word: str, values: Sequence[str]) -> tuple[str, Any]:
    name, sign, text = word.partition("=")
    if sign:
        return name.lstrip("-"), typed(text)
    attached = _ATTACHED.match(word)
    if attached is not None:
        return attached[1], typed(attached[2])
    name = name.lstrip("-")
    if values:
        return name, [typed(each) for each in values] if len(values) > 1 else typed(values[0])
    if name.startswith(("no-", "no_")) and len(name) > 3:
        return name[3:], False
    return name, True


def _values_after(words: Sequence[str], at: int) -> Sequence[str]:
    """The words that belong to a switch: one of any kind, or as many as are numbers."""
    end = at
    while end < len(words) and _NUMBER.match(words[end]):
        end += 1
    if end > at:
        return words[at:end]
    word = words[at] if at < len(words) else "--"
    return () if _is_switch(word) or word == "--" or _override(word) else (word,)


def _override(word: str) -> tuple[str, Any] | None:
    if _DELETION.match(word):
        return word, None
    found = _OVERRIDE.match(word)
    if found is None or ("/" in found[1] and "/" in found[2]):
        return None  # a path may well hold a "=", as in out/year=2024/part.csv
    return found[1], typed(found[2])


def _is_switch(word: str) -> bool:
    return len(word) > 1 and word[0] == "-" and word != "--" and not _NUMBER.match(word)


def _is_interpreter(word: str) -> bool:
    return INTERPRETERS.match(os.path.basename(word)) is not None


def _unwrap(words: list[str]) -> list[str]:
    """What a wrapper such as ``env`` or ``nice`` starts."""
    takes_value = WRAPPERS[os.path.basename(words[0])]
    at = 1
    while at < len(words):
        word = words[at]
        if word in takes_value:
            at += 2
        elif (
            word.startswith("-")
            or word in _STARTS
            or _ASSIGNMENT.match(word)
            or _DURATION.match(word)
        ):
            at += 1
        else:
            break
    return words[at:]


def _program_place(words: Sequence[str]) -> int:
    """Where among an interpreter's words its script stands, or ``-m``, ``-c``, ``-e``."""
    at = 1
    while at < len(words) and words[at] not in {"-m", "-c", "-e"}:
        if words[at] in _TAKES_VALUE:
            at += 2
        elif words[at].startswith("-") or words[at] in _STARTS:
            at += 1
        else:
            break
    return at


def _shown(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
