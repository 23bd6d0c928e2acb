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
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from urllib.parse import unquote

from whence.receipts.keys import file_name
from whence.receipts.receipt import NAMES, Receipt, write_line
from whence.receipts.spool import left_behind, read_lines, segments

_MODEL, _DAY = "model=", "day="
_ROWS = 20_000
"""Rows of one group: what must be read to find one receipt."""


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
    found = [_completed(each, known or {}) for each in read_lines(path)]
    for (model, day), rows in groupby(
        sorted(found, key=attrgetter("model", "day", "id")), key=attrgetter("model", "day")
    ):
        place = folder / f"{_MODEL}{file_name(model)}" / f"{_DAY}{day}"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(place / path.stem, list(rows))
    path.unlink(missing_ok=True)
    return len(found)


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


def _write(stem: Path, rows: list[Receipt]) -> None:
    parquet = stem.with_name(f"{stem.name}.parquet")
    lines = stem.with_name(f"{stem.name}.jsonl")
    temporary = stem.with_name(f".{stem.name}-{os.urandom(4).hex()}")
    try:
        try:
            _write_parquet(temporary, rows)
        except ImportError:
            temporary.write_bytes(b"".join(map(write_line, rows)))
            target, other = lines, parquet
        else:
            target, other = parquet, lines
        _sync(temporary)
        temporary.replace(target)
        _sync(target.parent)
        other.unlink(missing_ok=True)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_parquet(path: Path, rows: Iterable[Receipt]) -> None:
    """Write rows sorted by id as Parquet.

    Raises:
        ImportError: pyarrow is not installed.
    """
    import pyarrow as pa  # noqa: PLC0415  the extra `receipts`; loaded by the writing thread alone
    from pyarrow import parquet  # noqa: PLC0415

    rows = list(rows)
    columns = {
        name: pa.array(
            [getattr(row, name) for row in rows],
            pa.float64() if name == "seconds" else pa.string(),
        )
        for name in NAMES
    }
    columns["at"] = pa.array([row.at for row in rows], pa.string())
    table = pa.table(columns)
    many = [name for name in NAMES if name not in {"id", "input", "output", "request", "seconds"}]
    parquet.write_table(table, path, compression="zstd", use_dictionary=many, row_group_size=_ROWS)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
