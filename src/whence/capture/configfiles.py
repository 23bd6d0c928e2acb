"""Parameters in the configuration files that a run read."""

import configparser
import json
import os
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

_DEEPEST = 40
_NO_SECTION = "*"


def looks_like_config(path: str, size: int) -> bool:
    """Whether a file that was read may hold parameters, by its name and size."""
    return os.path.splitext(path)[1].lower() in _READERS and size <= LARGEST


def parameters_from_config(name: str, data: bytes) -> tuple[list[Parameter], list[Gap]]:
    """The values in a configuration file, by dotted names, with secrets taken out.

    Args:
        name: How the file is called; its suffix tells the format, and it is the source of all.
        data: The file's bytes.

    Returns:
        The parameters, and a gap where the file could not be read as what its name says. A JSON
        file that is no mapping (a list of records, say) is data: neither parameters nor a gap.
    """
    suffix = os.path.splitext(name)[1].lower()
    try:
        value = _READERS[suffix](data)
    except _NotInstalledError as error:
        return [], [Gap("parameters-unknown", name, str(error), "pip install pyyaml")]
    except (ValueError, RecursionError, configparser.Error, UnicodeError) as error:
        if suffix == ".json":
            return [], []
        reason = f"it is not the {suffix[1:]} that its name says: {str(error).splitlines()[0]}"
        return [], [Gap("parameters-unknown", name, reason[:300])]
    if not isinstance(value, Mapping):
        return [], []
    found: list[Parameter] = []
    for key, leaf in _leaves(value, "", 0):
        if len(found) == MOST:
            if suffix == ".json":
                return [], []
            reason = f"more than {MOST:,} values; the first of them are kept"
            return found, [Gap("truncated", name, reason)]
        found.append(Parameter(key, redact_value(key, leaf), name))
    return found, []


class _NotInstalledError(Exception):
    """What reads the format is not there."""


def _leaves(value: Any, name: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Values that are not mappings, by the dotted names of what they lie in."""
    if isinstance(value, Mapping) and value and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif name:
        yield name, _plain(value, depth)


def _plain(value: Any, depth: int) -> Any:
    """A value as JSON can say it: dates and the like by ``str``."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124  NaN
    if isinstance(value, list | tuple) and depth < _DEEPEST:
        return [_plain(each, depth + 1) for each in value]
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {str(key): _plain(inner, depth + 1) for key, inner in value.items()}
    return str(value)


def _read_json(data: bytes) -> Any:
    return json.loads(data)


def _read_toml(data: bytes) -> Any:
    return tomllib.loads(data.decode("utf-8"))


def _read_yaml(data: bytes) -> Any:
    try:
        import yaml  # noqa: PLC0415  only when a run read a YAML file
    except ImportError as error:
        raise _NotInstalledError("reading YAML needs the package pyyaml") from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(data, Loader=loader)  # noqa: S506  the safe loader, in C where there is one
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


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
