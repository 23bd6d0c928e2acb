"""The header of a fingerprint as bytes, and back."""

import json
from typing import Any

from whence.errors import TableError
from whence.rows.fingerprint import Column, Marks, TableFingerprint
from whence.rows.format import TableKind
from whence.rows.profile import parse_profile, profile_json

_VERSION = 2


def header_bytes(of: TableFingerprint) -> bytes:
    """The header as JSON."""
    told = {
        "version": _VERSION,
        "algorithm": of.algorithm,
        "mark": of.mark,
        "kind": of.kind.value,
        "rows": of.row_count,
        "key": of.key,
        "found": of.found,
        "marks": [of.marks.bits, of.marks.words],
        "segments": of.segments,
        "values": [[[code, value] for code, value in named.items()] for named in of.values],
        "part": of.part,
        "columns": [[it.name, it.type, profile_json(it.profile)] for it in of.columns],
        "notes": of.notes,
    }
    return json.dumps(told, separators=(",", ":"), allow_nan=False).encode()


def parse_header(data: bytes) -> TableFingerprint:
    """The header that ``header_bytes`` wrote.

    Raises:
        TableError: the bytes are not what it writes.
    """
    try:
        told: dict[str, Any] = json.loads(data)
        if told["version"] != _VERSION:
            raise TableError(
                "a table's fingerprint of another version", hint="install a newer whence"
            )
        found = TableFingerprint(
            algorithm=str(told["algorithm"]),
            mark=str(told["mark"]),
            kind=TableKind(told["kind"]),
            columns=tuple(
                Column(str(name), str(type_), parse_profile(profile))
                for name, type_, profile in told["columns"]
            ),
            row_count=int(told["rows"]),
            key=_words(told["key"]),
            found=bool(told["found"]),
            marks=Marks(*map(int, told["marks"])),
            segments=_words(told["segments"]),
            values=tuple(
                {int(code): str(value) for code, value in named} for named in told["values"]
            ),
            part=int(told["part"]),
            notes=_words(told["notes"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TableError(
            "not a table's fingerprint", hint="delete it; the next run keeps a new one"
        ) from error
    if header_bytes(found) != data:
        raise TableError(
            "a table's fingerprint is not written as it should be",
            hint="delete it; the next run keeps a new one",
        )
    return found


def _words(told: Any) -> tuple[str, ...]:
    return tuple(map(str, told))
