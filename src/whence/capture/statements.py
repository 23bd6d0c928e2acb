"""What a program states of its own run, as lines in the run's session.

Each statement is one JSON object on one line, written in one call, so that a program that dies
leaves every statement it has made. The forms are a table (``FORMS``); whoever reads a line that
has none of them leaves it out.
"""

import hashlib
import json
import math
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from whence.errors import NotFoundError, UsageError

FORMS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "used": frozenset({"name", "path", "uri", "sha256", "claimed", "size", "kind", "role"}),
        "generated": frozenset(
            {"name", "path", "uri", "sha256", "claimed", "size", "kind", "role"}
        ),
        "log": frozenset({"parameters", "metrics", "seeds", "tags"}),
    }
)
"""Statement → the fields it may have."""

_LARGEST_EXACT = 2**53 - 1
_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}


class StatementLog:
    """Appends statements to a session; threads may share it, forked children open their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._pid = 0
        self._handle = -1

    def write(self, form: str, fields: Mapping[str, Any]) -> None:
        """Append one statement."""
        line = json.dumps({"form": form, **fields}).encode("ascii") + b"\n"
        with self._lock:
            if self._pid != os.getpid():
                self._open()
            os.write(self._handle, line)

    def _open(self) -> None:
        self._pid = os.getpid()
        path = self._folder / f"declared.{self._pid}"
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._handle >= 0 and self._pid == os.getpid():
                os.close(self._handle)
            self._handle, self._pid = -1, 0


class Silence:
    """Takes statements and keeps none, where there is nowhere to keep them."""

    def write(self, form: str, fields: Mapping[str, Any]) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing is held."""


def describe_thing(
    thing: str | os.PathLike[str],
    *,
    name: str | None,
    kind: str | None,
    role: str,
    sha256: str | None,
) -> dict[str, Any]:
    """The fields of a ``used`` or ``generated`` statement about a file or a URI.

    A file is read now: what it holds at the moment of the statement is what is stated.

    Raises:
        NotFoundError: there is no such file.
        UsageError: it is a folder, or the claimed digest is none.
    """
    text = os.fspath(thing)
    if sha256 is not None and (len(sha256) != 64 or set(sha256) - set("0123456789abcdef")):
        raise UsageError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
    fields: dict[str, Any] = {"role": role, "claimed": sha256, "kind": kind, "name": name}
    if "://" in text:
        return {**fields, "uri": text}
    path = os.path.abspath(text)
    if Path(path).is_dir():
        raise UsageError(f"{text!r} is a folder", hint="state its files one by one")
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise NotFoundError(f"{text!r} cannot be read: {error.strerror}") from error
    return {**fields, "path": path, "sha256": digest, "size": size}


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Named values as JSON that every reader reads alike.

    Numbers of numpy and the like become Python's. What JSON cannot say exactly is written as
    text: not-a-number, infinities, integers beyond 2**53, and anything else by ``str``.
    """
    return {str(name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST_EXACT else str(int(value))
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return _NOT_FINITE.get(value, "NaN")
    if isinstance(value, Mapping):
        return plain_values(value)
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", 0) == 0:
        return _plain(item())
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_plain(each) for each in value]
    return str(value)
