"""Before an engine may read: is the file there, is it small enough, is it the same at the end?"""

import gzip
import os
import re
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from whence.errors import TableError
from whence.rows.format import HEAD_BYTES, KNOWN_ENDINGS, TableFormat, table_format

_PLAIN = re.compile(r"[\w/.,:=@~+ -]+")
_HINT = f"tables are files ending in {', '.join(KNOWN_ENDINGS)}; text ones also with .gz"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a table may cost."""

    bytes: int = 4 << 30
    """Of the file, and of a packed one when unpacked."""
    rows: int = 50_000_000
    columns: int = 5_000
    memory_mb: int = 512
    """For the engine; beyond it, a private temporary folder is used, up to four times ``bytes``."""
    threads: int = 2


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class OpenedTable:
    """A file that is fit to be tried as a table."""

    shown: str
    """The path as error messages name it."""
    format: TableFormat
    source: Path
    """Where an engine may read it: a link or an unpacked copy, of a name that no engine expands."""
    folder: Path
    """Private and empty but for ``source``; gone afterwards."""
    limits: Limits


def printable(text: str) -> str:
    """The text with everything that a terminal might obey written as an escape."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


@contextmanager
def open_table(
    path: str | os.PathLike[str], form: TableFormat | None, limits: Limits
) -> Iterator[OpenedTable]:
    """The file at ``path``, ready to be read; ``form`` None means to find its format out.

    Raises:
        TableError: it is missing, no regular file, no table, too large, damaged as gzip, or was
            changed by somebody else before the ``with`` block ended.
    """
    path = Path(path)
    shown = printable(str(path))
    before = _look(path, shown)
    form = form or _detect(path, shown)
    if before.st_size > limits.bytes:
        raise _too_large(shown, limits)
    try:
        folder = Path(tempfile.mkdtemp(prefix="whence-rows-"))
    except OSError as error:
        raise TableError(
            f"{shown}: no folder for temporary files: {error.strerror}",
            hint="set TMPDIR to a folder that can be written",
        ) from error
    try:
        if not _PLAIN.fullmatch(str(folder)):
            raise TableError(
                f"{shown}: the folder for temporary files has a name that engines misread",
                hint="set TMPDIR to a folder with a plain name",
            )
        source = folder / f"table.{form.kind.value}"
        if form.gzip:
            _unpack(path, source, shown, limits)
        else:
            source.symlink_to(path.absolute())
        yield OpenedTable(shown, form, source, folder, limits)
        if _identity(_look(path, shown)) != _identity(before):
            raise TableError(
                f"{shown}: was changed while it was read",
                hint="try again when nothing writes to it",
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _look(path: Path, shown: str) -> os.stat_result:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise TableError(f"{shown}: cannot be read: {reason}", hint="check the path") from error
    if not stat.S_ISREG(status.st_mode):
        raise TableError(f"{shown}: is not a regular file", hint=_HINT)
    return status


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    # Without the change time: a new link to the file moves it and changes no byte.
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _detect(path: Path, shown: str) -> TableFormat:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise TableError(
            f"{shown}: cannot be read: {error.strerror}", hint="check who may read it"
        ) from error
    form = table_format(path.name, head)
    if form is None:
        raise TableError(f"{shown}: is not a known kind of table", hint=_HINT)
    return form


def _too_large(shown: str, limits: Limits) -> TableError:
    return TableError(
        f"{shown}: is larger than the {limits.bytes:,} bytes that a table may have here",
        hint="its digest still tells whether it changed",
    )


def _unpack(path: Path, target: Path, shown: str, limits: Limits) -> None:
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            _copy(packed, plain, shown, limits)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TableError(
            f"{shown}: is damaged or half-written gzip: {error}",
            hint="write it again; the writer may have been stopped",
        ) from error
    except OSError as error:
        raise TableError(
            f"{shown}: cannot be unpacked: {error.strerror}",
            hint="set TMPDIR to a folder with more space",
        ) from error


def _copy(packed: "gzip.GzipFile", plain: BinaryIO, shown: str, limits: Limits) -> None:
    left = limits.bytes
    while block := packed.read(1 << 20):
        left -= len(block)
        if left < 0:
            raise _too_large(shown, limits)
        plain.write(block)
