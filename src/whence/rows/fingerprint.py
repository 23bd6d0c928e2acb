"""A table's fingerprint: what is kept of a table so that its next version can be compared to it."""

import json
import os
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from operator import le
from typing import Any

from whence.errors import TableError
from whence.rows.engine import LoadedTable, load_table
from whence.rows.format import TableFormat, TableKind
from whence.rows.opening import DEFAULT_LIMITS, Limits, open_table

ALGORITHM = "whence-rows-1"
"""How cells, rows and columns become hashes; defined in the docstring of the room."""

_MAGIC = b"whence rows\x00\x01"
_HEADER_LENGTH = 4
_MOST_ROWS = 1 << 32


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in the words of the table's format, the hash of its values."""

    name: str
    type: str
    hash: int


@dataclass(frozen=True, slots=True)
class TableFingerprint:
    """What is kept of one version of a table. Equal fingerprints: the same rows, in any order."""

    kind: TableKind
    columns: tuple[Column, ...]
    """In the table's order; of JSON lines, where order means nothing, by name."""
    rows: "array[int]"
    """One 64-bit hash per row, sorted, repeated where rows repeat."""
    notes: tuple[str, ...] = ()
    """What had to be mended to read it, as phrases."""

    @property
    def row_count(self) -> int:
        """How many rows the table had."""
        return len(self.rows)

    def to_bytes(self) -> bytes:
        """A compact form, six to eight bytes a row, that ``from_bytes`` reads.

        ``whence rows``, NUL, version 1; the header's length (4 bytes, little-endian); the header,
        JSON; the hashes, little-endian, transposed so that bytes of one weight stand together
        (of sorted numbers, the high ones hardly change) and compressed (zlib, RFC 1950).
        """
        header = _header(self).encode()
        plain = _little(self.rows).tobytes()
        planes = b"".join(plain[weight::8] for weight in reversed(range(8)))
        length = len(header).to_bytes(_HEADER_LENGTH, "little")
        return b"".join((_MAGIC, length, header, zlib.compress(planes, 1)))

    @classmethod
    def from_bytes(cls, data: bytes) -> "TableFingerprint":
        """The fingerprint that ``to_bytes`` wrote.

        Raises:
            TableError: the bytes are not exactly what ``to_bytes`` writes.
        """
        if data[: len(_MAGIC) - 1] != _MAGIC[:-1]:
            raise _damaged("does not begin like one")
        if data[: len(_MAGIC)] != _MAGIC:
            raise TableError(
                "a table's fingerprint of another version", hint="install a newer whence"
            )
        start = len(_MAGIC) + _HEADER_LENGTH
        end = start + int.from_bytes(data[len(_MAGIC) : start], "little")
        if len(data) < start or len(data) < end:
            raise _damaged("is cut short")
        kind, columns, count, notes = _parse_header(data[start:end])
        found = cls(kind, columns, _parse_rows(data[end:], count), notes)
        if _header(found).encode() != data[start:end]:
            raise _damaged("its header is not written as it should be")
        return found


def fingerprint(
    path: str | os.PathLike[str],
    *,
    format: TableFormat | None = None,  # noqa: A002  the word of the field
    limits: Limits = DEFAULT_LIMITS,
) -> TableFingerprint:
    """The fingerprint of the table in a file; ``format`` None means to find its format out.

    Raises:
        TableError: the file is missing, no table, damaged, half-written, over a limit, or was
            changed while it was read. Says what, where, and what to try.
    """
    with open_table(path, format, limits) as opened, load_table(opened) as table:
        return describe(opened.format.kind, table, sorted(name for name, _ in table.columns))


def describe_columns(table: LoadedTable) -> tuple[Column, ...]:
    """The columns of a table that is loaded."""
    return tuple(
        Column(name, type_, digest)
        for (name, type_), digest in zip(table.columns, table.column_hashes, strict=True)
    )


def describe(kind: TableKind, table: LoadedTable, names: Sequence[str]) -> TableFingerprint:
    """The fingerprint of a table that is loaded, its rows read over these columns in this order."""
    places = {name: at for at, (name, _) in enumerate(table.columns)}
    rows = table.hash_rows([places[name] for name in names])
    return TableFingerprint(kind, describe_columns(table), rows, table.notes)


def _header(of: TableFingerprint) -> str:
    return json.dumps(
        {
            "algorithm": ALGORITHM,
            "kind": of.kind.value,
            "rows": of.row_count,
            "columns": [[column.name, column.type, f"{column.hash:016x}"] for column in of.columns],
            "notes": of.notes,
        },
        separators=(",", ":"),
    )


def _parse_header(text: bytes) -> tuple[TableKind, tuple[Column, ...], int, tuple[str, ...]]:
    try:
        header: dict[str, Any] = json.loads(text)
        if header["algorithm"] != ALGORITHM:
            raise TableError(
                "a table's fingerprint made by another algorithm", hint="install a newer whence"
            )
        columns = tuple(Column(str(n), str(t), int(h, 16)) for n, t, h in header["columns"])
        notes = tuple(str(note) for note in header["notes"])
        return TableKind(header["kind"]), columns, int(header["rows"]), notes
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise _damaged("its header cannot be read") from error


def _parse_rows(packed: bytes, count: int) -> "array[int]":
    if not 0 <= count <= _MOST_ROWS:
        raise _damaged("its number of rows cannot be")
    reader = zlib.decompressobj()
    try:
        planes = reader.decompress(packed, 8 * count + 1)
    except zlib.error as error:
        raise _damaged("its rows cannot be unpacked") from error
    if len(planes) != 8 * count or not reader.eof or reader.unused_data:
        raise _damaged("it holds more or fewer rows than it says")
    plain = bytearray(8 * count)
    for place, weight in enumerate(reversed(range(8))):
        plain[weight::8] = planes[place * count : (place + 1) * count]
    rows = _little(array("Q", bytes(plain)))
    if not all(map(le, rows, rows[1:])):
        raise _damaged("its rows are not sorted")
    return rows


def _little(rows: "array[int]") -> "array[int]":
    """The numbers with their bytes in little-endian order, or back."""
    if sys.byteorder == "little":
        return rows
    turned = rows[:]
    turned.byteswap()
    return turned


def _damaged(what: str) -> TableError:
    return TableError(
        f"not a table's fingerprint: {what}", hint="delete it; the next run keeps a new one"
    )
