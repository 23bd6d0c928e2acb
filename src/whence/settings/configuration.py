"""What is set for a workspace: the file ``.whence/config.toml``, one line for each setting.

::

    "data.keep" = "small"
    "data.keep:data/raw/**" = "all"
    "data.keep.largest" = "64 MiB"

Lines that people write between these stay as they are.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from whence.errors import StoreError, UsageError
from whence.settings.patterns import matches
from whence.settings.table import SETTINGS, Value, find_setting, write_value

FILE_NAME = "config.toml"


class Configuration:
    """Settings of one workspace.

    Args:
        told: What is set, by name or ``NAME:PATTERN``, as written; the last that fits holds.

    Raises:
        UsageError: a name or value that no setting has.
    """

    def __init__(self, told: Mapping[str, str] | None = None) -> None:
        self.values: dict[str, Value] = {
            name: find_setting(name).read(text) for name, text in (told or {}).items()
        }
        """What somebody set, by name or ``NAME:PATTERN``."""

    def get(self, name: str, path: str | None = None) -> Value:
        """What a setting is, for a file where one is named.

        Raises:
            UsageError: there is no such setting.
        """
        value = self.values.get(name, find_setting(name).default)
        if path is not None:
            for told, special in self.values.items():
                bare, _, pattern = told.partition(":")
                if bare == name and pattern and matches(pattern, path):
                    value = special
        return value

    def word(self, name: str, path: str | None = None) -> str:
        """A setting that is a word."""
        return str(self.get(name, path))

    def size(self, name: str, path: str | None = None) -> int:
        """A setting that is a size, in bytes."""
        return int(self.get(name, path))


def load(folder: Path) -> Configuration:
    """What is set in a ``.whence`` folder; nothing where there is no such file.

    Raises:
        UsageError: the file cannot be understood; says where.
        StoreError: it cannot be read.
    """
    path = folder / FILE_NAME
    told = _parse(path, _text(path))
    try:
        return Configuration(told)
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from error


def put(folder: Path, name: str, value: str | None) -> None:
    """Set a setting, or unset it; other lines stay as they are.

    Raises:
        UsageError: there is no such setting, or it cannot be that.
        StoreError: the file cannot be written.
    """
    setting = find_setting(name)
    wanted = None if value is None else write_value(setting, setting.read(value))
    path = folder / FILE_NAME
    text = _text(path)
    text += "" if text.endswith("\n") or not text else "\n"
    _parse(path, text)
    lines = [line for line in text.split("\n")[:-1] if _name_in(line) != name]
    if wanted is not None:
        lines.append(f"{_quoted(name)} = {_quoted(wanted)}")  # of several patterns the last holds
    _write(path, "".join(line + "\n" for line in lines))


def listed(configuration: Configuration) -> list[dict[str, str | bool]]:
    """Every setting, and rules for paths below theirs, as ``whence config`` tells them."""
    rows: list[dict[str, str | bool]] = []
    for setting in SETTINGS:
        told = [setting.name]
        told += [name for name in configuration.values if name.startswith(setting.name + ":")]
        rows += [
            {
                "name": name,
                "value": write_value(setting, configuration.values.get(name, setting.default)),
                "default": write_value(setting, setting.default),
                "is_set": name in configuration.values,
                "form": setting.form,
                "meaning": setting.meaning,
            }
            for name in told
        ]
    return rows


def _parse(path: Path, text: str) -> dict[str, str]:
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{path} is no TOML: {error}", hint="mend that line, or delete it"
        ) from error
    for name, value in told.items():
        if not isinstance(value, str):
            raise UsageError(
                f'{path}: {name} is not of the form "NAME" = "VALUE"',
                hint='names have quotes: "data.keep" = "small"',
            )
    return told


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}", hint="check who may read it") from error


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"{path} cannot be written: {error.strerror}", hint="check who owns the folder"
        ) from error


def _name_in(line: str) -> str | None:
    """The setting that a line sets."""
    try:
        return next(iter(tomllib.loads(line)), None)
    except tomllib.TOMLDecodeError:
        return None


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    plain = (each if each.isprintable() else f"\\U{ord(each):08x}" for each in escaped)
    return f'"{"".join(plain)}"'
