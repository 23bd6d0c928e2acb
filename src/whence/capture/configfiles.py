"""What steered a run, as the configuration files say that it read: JSON, TOML, INI, YAML.

Values are flattened to dotted names; lists of plain values stay lists. Data that only has the
form of a configuration, such as a list of records, says nothing here.
"""

import configparser
import json
import math
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, NoReturn

from whence.capture.parameters import Parameter, typed
from whence.model.gap import Gap
from whence.recording.redact import redact_value

LARGEST = 256 * 1024
"""Larger files are data, or too much to tell."""
MOST_LEAVES = 2_000
"""How many values one file may say."""

_DEEPEST = 32
_SURELY_SHALLOW = 1_000
_INDENT = re.compile(r"^[ \t?:-]+", re.MULTILINE)
_TOO_DEEP = "it is nested too deep"
_MOST_TEXT = 4 * LARGEST
_LONGEST_LIST = 100
_MOST_RECORDS = 50
_LARGEST_INTEGER = 2**53
_LARGEST_JSON = 64 * 1024

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        ".json": "json",
        ".toml": "toml",
        ".ini": "ini",
        ".cfg": "ini",
        ".conf": "ini",
        ".env": "ini",
        ".properties": "ini",
        ".yaml": "yaml",
        ".yml": "yaml",
    }
)
"""Suffix → format."""

OTHERS = frozenset(
    "tokenizer.json tokenizer_config.json special_tokens_map.json added_tokens.json vocab.json "
    "package.json package-lock.json composer.json tsconfig.json model.safetensors.index.json "
    "pytorch_model.bin.index.json".split()
)
"""Files of a model or of a tool that steer nothing."""


class _NotReadError(Exception):
    """Why a file says nothing, in words for a gap."""


def looks_like_config(path: str, size: int) -> str | None:
    """The format of a file that may hold parameters, by its name and size."""
    name = os.path.basename(path).lower()
    form = FORMATS.get(os.path.splitext(name)[1] or name)
    if form is None or name in OTHERS or not 0 < size <= LARGEST:
        return None
    return None if form == "json" and size > _LARGEST_JSON else form


def parameters_from_config(
    path: str, data: bytes, form: str | None = None
) -> tuple[list[Parameter], list[Gap]]:
    """What a configuration file says, secrets taken out.

    Args:
        path: How the file is called; the source of the parameters.
        data: What it holds.
        form: ``json``, ``toml``, ``ini`` or ``yaml``; told by the name if not given.

    Returns:
        The parameters, and a gap where the file could not be read. Both are empty for a file
        that holds data rather than parameters.
    """
    if len(data) > LARGEST:
        return [], [_gap(path, f"{len(data):,} bytes are more than the limit of {LARGEST:,}")]
    form = form or looks_like_config(path, len(data))
    try:
        value = _READERS[form](data.decode("utf-8-sig")) if form else None
        leaves = _leaves(value) if isinstance(value, dict) and not _is_data(value) else {}
    except _NotReadError as why:
        return [], [_gap(path, str(why))]
    except UnicodeDecodeError:
        return [], [_gap(path, "it is no UTF-8 text")]
    except RecursionError:
        return [], [_gap(path, _TOO_DEEP)]
    except ValueError as error:
        return [], [_gap(path, f"it has a value that cannot be told: {error}")]
    return [Parameter(name, redact_value(name, leaf), path) for name, leaf in leaves.items()], []


# ------------------------------------------------------------------------- reading


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except ValueError as error:
        raise _NotReadError(f"it is no JSON: {error}") from error


def _read_toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise _NotReadError(f"it is no TOML: {error}") from error


def _read_ini(text: str) -> Any:
    """Sections of names and values; names before the first section have no prefix."""
    parser = configparser.ConfigParser(
        interpolation=None, strict=False, allow_no_value=True, default_section="\0"
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # documented way to keep case
    try:
        parser.read_string("[\1]\n" + text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        where = "" if line is None else f" (line {line - 1})"
        raise _NotReadError(f"it has no sections of names and values{where}") from error
    read: dict[str, Any] = {}
    for section in parser.sections():
        values = {
            name.removeprefix("export "): True if text is None else typed(text.strip("\"'"))
            for name, text in parser.items(section)
        }
        read |= values if section == "\1" else {section: values}
    return read


def _read_yaml(text: str) -> Any:
    import yaml  # noqa: PLC0415  only where a YAML file was read

    loader = _yaml_loader()
    try:
        if _is_deep(text, loader):
            _refuse(_TOO_DEEP)
        documents = list(yaml.load_all(text, loader))
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f" (line {line + 1})"
        raise _NotReadError(f"it is no YAML{where}") from error
    return documents[0] if len(documents) == 1 else dict(enumerate(documents))


def _yaml_loader() -> Any:
    """PyYAML's safe loader, which takes ``1e-3`` for a number and unknown tags for what they tag.

    YAML 1.1 asks for a dot in a float; people do not write it, and OmegaConf reads it as we do.
    """
    import yaml  # noqa: PLC0415  see ``_read_yaml``

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Constructs plain values only."""

    def plain(loader: Any, _tag: str, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_mapping(node, deep=True)

    Loader.add_multi_constructor("", plain)
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(r"[-+]?(\d[\d_]*|\d[\d_]*\.[\d_]*|\.\d+)[eE][-+]?\d+\Z"),
        list("-+0123456789."),
    )
    return Loader


def _is_deep(text: str, loader: Any) -> bool:
    """Whether YAML is nested so deep that libyaml's reader would overrun its stack and crash.

    Its parser does not recurse, its reader does. Most files are shallow by their looks: no deeper
    than they have opening brackets and columns before the first word of a line.
    """
    import yaml  # noqa: PLC0415  see ``_read_yaml``

    columns = max((len(found[0]) for found in _INDENT.finditer(text)), default=0)
    if text.count("[") + text.count("{") + columns <= _SURELY_SHALLOW:
        return False
    depth = 0
    for event in yaml.parse(text, loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


def _refuse(reason: str) -> NoReturn:
    raise _NotReadError(reason)


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"json": _read_json, "toml": _read_toml, "ini": _read_ini, "yaml": _read_yaml}
)


# ---------------------------------------------------------------------- flattening


def _leaves(value: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    text = 0
    for name, leaf in _flatten("", value, 0):
        found[name] = leaf
        text += len(name) + len(str(leaf))  # references to one long text say it many times
        if len(found) > MOST_LEAVES or text > _MOST_TEXT:
            raise _NotReadError(f"it says more than {MOST_LEAVES:,} values")
    return found


def _flatten(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEEPEST:
        raise _NotReadError(_TOO_DEEP)
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            below = _text(key)
            yield from _flatten(f"{name}.{below}" if name else below, inner, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)):
        plain = [each for each in value if not isinstance(each, (Mapping, list, tuple, set))]
        if len(plain) == len(value) <= _LONGEST_LIST:
            yield name, [_leaf(each) for each in value]
            return
        for number, inner in enumerate(value):
            yield from _flatten(f"{name}[{number}]", inner, depth + 1)
    elif name:
        yield name, {} if isinstance(value, Mapping) else _leaf(value)


def _leaf(value: Any) -> Any:
    """One value as JSON: numbers keep their type, and what JSON lacks is told as text."""
    if value is None or isinstance(value, (bool, str)):
        return _text(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_INTEGER else _text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else _text(value)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _is_data(value: Mapping[Any, Any]) -> bool:
    """Whether a mapping is a container of records, or a table by columns."""
    lists = [each for each in value.values() if isinstance(each, list)]
    return any(
        len(each) > _MOST_RECORDS and isinstance(each[0], (Mapping, list)) for each in lists
    ) or (len(lists) == len(value) and any(len(each) > _LONGEST_LIST for each in lists))


def _gap(path: str, reason: str) -> Gap:
    return Gap("parameters-unknown", path, reason)
