"""Parameters in the configuration files that a run read."""

import configparser
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from whence.capture.parameters import Parameter, typed
from whence.model.gap import Gap
from whence.recording.redact import redact_value

LARGEST = 256 * 1024
"""Bytes; a larger file is data."""

MOST = 2_000
"""Values; a file with more of them is data."""

_OF_LIBRARIES = frozenset(
    (
        "transformers_version tokenizer_class added_tokens added_tokens_decoder cls_token "
        "peft_type peft_version weight_map _diffusers_version _fingerprint download_checksums "
        "log_history"
    ).split()
)
"""Keys of JSON that a library wrote beside a network or a table, to read it again by itself: the
network's architecture, a tokenizer's vocabulary, an adapter's, shards, a data set's state."""

_DEEPEST = 40
_SURELY_SHALLOW = 1_000
_LARGEST_TOLD = 4 * LARGEST
_INDENT = re.compile(rb"^[ \t?:-]+", re.MULTILINE)
_FLOAT = re.compile(r"[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d+)[eE][-+]?\d+\Z")
_NO_SECTION = "*"


def looks_like_config(path: str, size: int) -> bool:
    """Whether a file that was read may hold parameters, by its name and size."""
    return suffix_of(path) in _READERS and size <= LARGEST


def suffix_of(path: str) -> str:
    """What tells a file's format: its suffix; the whole name of a ``.env``, which has none."""
    name = os.path.basename(path).lower()
    return ".env" if name == ".env" else os.path.splitext(name)[1]


def parameters_from_config(name: str, data: bytes) -> tuple[list[Parameter], list[Gap]]:
    """The values in a configuration file, by dotted names, with secrets taken out.

    Args:
        name: How the file is called; its suffix tells the format, and it is the source of all.
        data: The file's bytes.

    Returns:
        The parameters, and a gap where the file could not be read as what its name says. A JSON
        file that is no mapping (a list of records, say) is data: neither parameters nor a gap. Nor
        is what libraries write beside a network, for themselves.
    """
    suffix = suffix_of(name)
    try:
        value = _READERS[suffix](data)
    except _NotInstalledError as error:
        return [], [Gap("parameters-unknown", name, str(error), "pip install pyyaml")]
    except (ValueError, RecursionError, configparser.Error, UnicodeError) as error:
        if suffix == ".json":
            return [], []
        reason = f"it is not the {suffix[1:]} that its name says: {str(error).splitlines()[0]}"
        return [], [Gap("parameters-unknown", name, reason[:300])]
    if not isinstance(value, Mapping) or not _OF_LIBRARIES.isdisjoint(value):
        return [], []
    found: list[Parameter] = []
    try:
        for key, leaf in _leaves(value, "", 0, _Room()):
            found.append(Parameter(key, redact_value(key, leaf), name))
    except _FullError as error:
        if suffix == ".json":
            return [], []
        return found, [Gap("truncated", name, f"{error}; the first of them are kept")]
    return found, []


class _NotInstalledError(Exception):
    """What reads the format is not there."""


class _FullError(Exception):
    """There is more than a record should say of one file."""


class _Room:
    """What may still be said of one file: references in YAML can say one thing very often."""

    def __init__(self) -> None:
        self._names = MOST
        self._size = _LARGEST_TOLD

    def take_name(self, name: str) -> None:
        self._names -= 1
        if self._names < 0:
            raise _FullError(f"more than {MOST:,} values")
        self.take(len(name))

    def take(self, size: int) -> None:
        self._size -= size + 1
        if self._size < 0:
            raise _FullError(f"more than {_LARGEST_TOLD:,} characters of values")


def _leaves(value: Any, name: str, depth: int, room: _Room) -> Iterator[tuple[str, Any]]:
    """Values that are not mappings, by the dotted names of what they lie in."""
    if isinstance(value, Mapping) and value and depth < _DEEPEST:
        for key, inner in value.items():
            below = _text(key)
            yield from _leaves(inner, f"{name}.{below}" if name else below, depth + 1, room)
    elif name:
        room.take_name(name)
        yield name, _plain(value, depth, room)


def _plain(value: Any, depth: int, room: _Room) -> Any:
    """A value as JSON can say it: dates and the like by ``str``."""
    room.take(len(value) if isinstance(value, str) else 0)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return value if abs(value) < 2**53 else _text(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124  NaN
    if isinstance(value, list | tuple) and depth < _DEEPEST:
        return [_plain(each, depth + 1, room) for each in value]
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {_text(key): _plain(inner, depth + 1, room) for key, inner in value.items()}
    return "…" if isinstance(value, list | tuple | Mapping) else _text(value)


def _text(value: object) -> str:
    """Text that UTF-8 can say; a number too long for Python to write out is told in base 16."""
    if isinstance(value, int) and value.bit_length() > 10_000:
        return f"{value:#x}"
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _read_json(data: bytes) -> Any:
    return json.loads(data)


def _read_toml(data: bytes) -> Any:
    return tomllib.loads(data.decode("utf-8"))


def _read_yaml(data: bytes) -> Any:
    try:
        import yaml  # noqa: PLC0415  only when a run read a YAML file
    except ImportError as error:
        raise _NotInstalledError("reading YAML needs the package pyyaml") from error
    loader = _make_loader(yaml)
    try:
        if _is_deep(data, yaml, loader):
            raise ValueError("it is nested too deep")
        return yaml.load(data, Loader=loader)  # noqa: S506  the safe loader, in C where there is one
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(str(error) or type(error).__name__) from error


def _make_loader(yaml: Any) -> Any:
    """The safe loader, which takes ``1e-3`` for a number: YAML 1.1 wants a dot, people do not."""
    loader: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
    return loader


def _is_deep(data: bytes, yaml: Any, loader: Any) -> bool:
    """Whether YAML is nested so deep that libyaml's reader would overrun its stack and crash.

    Its parser does not recurse, its reader does. Most files are shallow by their looks: no deeper
    than they have opening brackets and columns before the first word of a line.
    """
    columns = max((len(found[0]) for found in _INDENT.finditer(data)), default=0)
    if data.count(b"[") + data.count(b"{") + columns <= _SURELY_SHALLOW:
        return False
    depth = 0
    for event in yaml.parse(data, loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _SURELY_SHALLOW:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


class _Verbatim(configparser.ConfigParser):
    """Names keep their case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _read_ini(data: bytes) -> Any:
    parser = _Verbatim(interpolation=None, allow_no_value=True, strict=False)
    text = data.decode("utf-8")
    try:
        parser.read_string(text)
    except configparser.MissingSectionHeaderError:
        parser.read_string(f"[{_NO_SECTION}]\n{text}")  # .env and .properties have none
    return {
        (key if section == _NO_SECTION else f"{section}.{key}"): None
        if value is None
        else typed(value)
        for section in parser.sections()
        for key, value in parser.items(section)
    }


_READERS: Mapping[str, Callable[[bytes], Any]] = MappingProxyType(
    {
        ".json": _read_json,
        ".toml": _read_toml,
        ".yaml": _read_yaml,
        ".yml": _read_yaml,
        **dict.fromkeys((".ini", ".cfg", ".conf", ".env", ".properties"), _read_ini),
    }
)
"""Suffix → what reads it; all of them are given at most ``LARGEST`` bytes."""
