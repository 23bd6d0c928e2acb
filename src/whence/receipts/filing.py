"""Receipts for good: one file for each model, day and spool, Parquet where that can be written.

::

    receipts/
    ├── spool/                            lines just written, by the processes that serve
    ├── keys/                             what inputs are digested with; never leaves this folder
    └── model=delay@3/day=2026-11-21/
        └── 019aa5f3c2d1-5b1c….parquet    or .jsonl, where the extra `receipts` is not installed

A file is named after its spool, so that filing once more after a crash gives the same file again.
The folders are named as Hive does, which DuckDB, Spark and others read as columns.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from urllib.parse import unquote

from whence.receipts.keys import file_name
from whence.receipts.receipt import Receipt, write_line
from whence.receipts.spool import left_behind, read_lines, segments

_MODEL, _DAY = "model=", "day="
_ENDINGS = frozenset({".parquet", ".jsonl"})


def file_segment(folder: Path, path: Path, known: Mapping[str, str] | None = None) -> int:
    """File the receipts of a spool and remove it.

    Args:
        folder: The folder of receipts.
        path: A spool that nobody appends to.
        known: What is known by now of receipts that lack it: ``version``, ``version_name``,
            ``deployment``.

    Returns:
        How many receipts were filed.

    Raises:
        OSError: a file cannot be written; the spool stays.
    """
    try:
        count = _file_columns(folder, path, known or {})
    except ImportError:
        count = _file_lines(folder, path, known or {})
    path.unlink(missing_ok=True)
    return count


def _file_columns(folder: Path, path: Path, known: Mapping[str, str]) -> int:
    from whence.receipts.columns import (  # noqa: PLC0415  needs the extra
        complete,
        parts,
        read_columns,
        write_parquet,
    )

    table = read_columns(path)
    if known:
        table = complete(table, known)
    for model, day, part in parts(table):
        stem = _place(folder, model, day) / path.stem
        _write(stem, ".parquet", partial(write_parquet, part))
    return int(table.num_rows)


def _file_lines(folder: Path, path: Path, known: Mapping[str, str]) -> int:
    found = [_completed(each, known) for each in read_lines(path)]
    for (model, day), rows in groupby(
        sorted(found, key=attrgetter("model", "day", "id")), key=attrgetter("model", "day")
    ):
        lines = b"".join(map(write_line, rows))
        stem = _place(folder, model, day) / path.stem
        _write(stem, ".jsonl", partial(_write_bytes, lines))
    return len(found)


def _place(folder: Path, model: str, day: str) -> Path:
    place = folder / f"{_MODEL}{file_name(model)}" / f"{_DAY}{day}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def file_all(folder: Path) -> int:
    """File every spool that was left behind; how many receipts that were.

    Raises:
        OSError: a file cannot be written.
    """
    count = 0
    for path in segments(folder):
        with left_behind(path) as is_free:
            if is_free:
                count += file_segment(folder, path)
    return count


def places(folder: Path) -> list[tuple[str, str, Path]]:
    """Day, model and folder of everything filed, latest day first."""
    found = []
    for path in folder.glob(f"{_MODEL}*/{_DAY}*"):
        model = unquote(path.parent.name.removeprefix(_MODEL))
        found.append((path.name.removeprefix(_DAY), model, path))
    return sorted(found, reverse=True)


def _completed(receipt: Receipt, known: Mapping[str, str]) -> Receipt:
    if receipt.version:
        return receipt
    missing = {name: text for name, text in known.items() if not getattr(receipt, name)}
    return replace(receipt, **missing)  # type: ignore[arg-type]  # they are all texts


def _write_bytes(told: bytes, path: Path) -> None:
    path.write_bytes(told)


def _write(stem: Path, ending: str, write: Callable[[Path], None]) -> None:
    """A file, whole or not at all; one of the other kind that an earlier try left goes."""
    temporary = stem.with_name(f".{stem.name}-{os.urandom(4).hex()}")
    try:
        write(temporary)
        _sync(temporary)
        temporary.replace(stem.with_name(stem.name + ending))
        _sync(stem.parent)
        for other in _ENDINGS - {ending}:
            stem.with_name(stem.name + other).unlink(missing_ok=True)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
