"""Protocol Buffers' wire format, read by a table of the fields that matter."""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Mapping[int, tuple[str, str]]]
"""Message → field number → (name, kind). Kinds: ``whole``, ``single``, ``double``, ``bytes``,
``text``, or a message; with ``*`` behind it where there may be several."""

_DEEPEST = 64
_PACKED = {"single": "<f", "double": "<d"}


def read_message(data: bytes, message: str, schema: Schema, deep: int = 0) -> dict[str, Any]:
    """A message as a tree; fields that the table lacks under their number.

    Raises:
        ValueError: it is none.
    """
    if deep > _DEEPEST:
        raise ValueError("a message nested too deep")
    found: dict[str, Any] = {}
    for number, wire, value in _fields(data):
        name, kind = schema[message].get(number, (f"field_{number}", "bytes*"))
        several = kind.endswith("*")
        kind = kind.rstrip("*")
        if kind in schema:
            read: Any = read_message(_bytes(value), kind, schema, deep + 1)
        else:
            read = _scalar(kind, wire, value)
        if not several:
            found[name] = read
        elif isinstance(read, list):
            found.setdefault(name, []).extend(read)
        else:
            found.setdefault(name, []).append(read)
    return found


def _fields(data: bytes) -> Iterator[tuple[int, int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, wire, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise ValueError("no message: an unknown wire type")
        if at + size > len(data):
            raise ValueError("a message cut short")
        yield number, wire, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("a message cut short")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (value - (1 << 64) if value >> 63 else value), at


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("a number where a message must be")  # noqa: TRY004  of what a file says
    return value


def _scalar(kind: str, wire: int, value: Any) -> Any:
    if kind == "text":
        return _bytes(value).decode("utf-8", "backslashreplace")
    if kind in _PACKED:
        form = _PACKED[kind]
        numbers = [each for (each,) in struct.iter_unpack(form, _bytes(value))]
        return numbers if wire == 2 else numbers[0]
    if kind == "whole" and wire == 2:
        numbers, at = [], 0
        while at < len(value):
            number, at = _varint(value, at)
            numbers.append(number)
        return numbers
    return value
