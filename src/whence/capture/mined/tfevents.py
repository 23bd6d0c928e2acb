"""Scalars and hyperparameters in TensorBoard's event files.

The file is a row of TFRecords (length, its checksum, data, its checksum), each an ``Event`` message
of TensorFlow (``tensorflow/core/util/event.proto``) in the protobuf wire format. Only the fields
that hold scalars are looked at, so nothing of TensorFlow is needed. A torn or damaged record ends
the reading: what follows cannot be found.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read; beyond lie mostly pictures."""

_HEADER, _FOOTER = 12, 4
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
"""Wire types of protobuf."""
_FLOAT, _DOUBLE, _INT32, _INT64 = 1, 2, 3, 9
"""Data types of a TensorProto (``types.proto``)."""
_HPARAMS = "_hparams_/session_start_info"
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class Scalar:
    """One number that a writer was told."""

    tag: str
    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Events:
    """What a file holds, as far as it can be read."""

    scalars: tuple[Scalar, ...]
    hparams: Mapping[str, Any]


def read_events(data: bytes) -> Events:
    """Read an event file; what is no event file gives nothing."""
    scalars: list[Scalar] = []
    hparams: dict[str, Any] = {}
    known: set[str] = set()
    try:
        for record in _records(data):
            _take_event(record, scalars, hparams, known)
    except (_TornError, struct.error, UnicodeDecodeError):
        pass
    return Events(tuple(scalars), hparams)


class _TornError(Exception):
    """The bytes end, or go on in a way that they may not."""


def _records(data: bytes) -> Iterator[memoryview]:
    view, at = memoryview(data), 0
    while at + _HEADER <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        (checksum,) = struct.unpack_from("<I", data, at + 8)
        if _masked(_crc32c(data[at : at + 8])) != checksum:
            return
        start, at = at + _HEADER, at + _HEADER + length + _FOOTER
        if at > len(data):
            return
        yield view[start : start + length]


def _take_event(
    record: memoryview, scalars: list[Scalar], hparams: dict[str, Any], known: set[str]
) -> None:
    fields = list(_fields(record))
    step = next((_signed(value) for number, value in fields if number == 2), 0)
    for number, value in fields:
        if number == 5 and isinstance(value, memoryview):
            for inner, summary in _fields(value):
                if inner == 1 and isinstance(summary, memoryview):
                    _take_value(summary, step, scalars, hparams, known)


def _take_value(
    summary: memoryview,
    step: int,
    scalars: list[Scalar],
    hparams: dict[str, Any],
    known: set[str],
) -> None:
    """One ``Summary.Value``: 1 tag, 2 simple_value, 8 tensor, 9 metadata."""
    found = dict(_fields(summary))
    tag = _text(found.get(1))
    plugin, content = _plugin(found.get(9))
    if tag == _HPARAMS or (plugin == "hparams" and not isinstance(found.get(2), float)):
        hparams.update(_hparams(content))
        return
    if plugin == "scalars":
        known.add(tag)  # told with the first value of a tag alone
    simple, tensor = found.get(2), found.get(8)
    if isinstance(simple, float):
        scalars.append(Scalar(tag, step, simple))
    elif tag in known and isinstance(tensor, memoryview):
        value = _tensor(tensor)
        if value is not None:
            scalars.append(Scalar(tag, step, value))


def _plugin(metadata: Any) -> tuple[str, memoryview]:
    nothing = memoryview(b"")
    if not isinstance(metadata, memoryview):
        return "", nothing
    data = dict(_fields(metadata)).get(1)
    if not isinstance(data, memoryview):
        return "", nothing
    found = dict(_fields(data))
    content = found.get(2)
    return _text(found.get(1)), content if isinstance(content, memoryview) else nothing


def _tensor(tensor: memoryview) -> float | None:
    """The number in a ``TensorProto`` of one element; ``None`` for any other."""
    found = dict(_fields(tensor))
    kind, content = found.get(1), found.get(4)
    if isinstance(content, memoryview) and len(content):
        forms = {_FLOAT: "<f", _DOUBLE: "<d", _INT32: "<i", _INT64: "<q"}
        form = forms.get(kind) if isinstance(kind, int) else None
        if form is None or len(content) != struct.calcsize(form):
            return None
        (value,) = struct.unpack(form, content)
        return _shortest(value) if kind == _FLOAT else float(value)
    for number, form in ((5, "<f"), (6, "<d")):
        value = found.get(number)
        if isinstance(value, float):
            return value
        if isinstance(value, memoryview) and len(value) == struct.calcsize(form):
            (number_in,) = struct.unpack(form, value)
            return _shortest(number_in) if number == 5 else float(number_in)
    return None


def _hparams(content: memoryview) -> dict[str, Any]:
    """The map in ``HParamsPluginData.session_start_info``: names with ``google.protobuf.Value``."""
    found: dict[str, Any] = {}
    for number, session in _fields(content):
        if number != 3 or not isinstance(session, memoryview):
            continue
        for inner, entry in _fields(session):
            if inner == 1 and isinstance(entry, memoryview):
                pair = dict(_fields(entry))
                value = pair.get(2)
                if isinstance(value, memoryview):
                    found[_text(pair.get(1))] = _value(value)
    return found


def _value(message: memoryview) -> Any:
    for number, value in _fields(message):
        if number == 2 and isinstance(value, float):
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        if number == 3:
            return _text(value)
        if number == 4:
            return bool(value)
    return None


# ------------------------------------------------------------------ wire format


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """Numbers and values: integers, floats of both widths, and bytes for whatever is long."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == _BYTES:
            length, at = _varint(message, at)
        elif kind in {_EIGHT, _FOUR}:
            length = 8 if kind == _EIGHT else 4
        else:
            raise _TornError
        if at + length > end:
            raise _TornError
        piece, at = message[at : at + length], at + length
        if kind == _EIGHT:
            yield number, struct.unpack("<d", piece)[0]
        elif kind == _FOUR:
            yield number, _shortest(struct.unpack("<f", piece)[0])
        else:
            yield number, piece


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    for _ in range(_LONGEST_VARINT):
        if at >= len(message):
            raise _TornError
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise _TornError


def _signed(value: Any) -> int:
    """An ``int64``, which is written as if it were unsigned."""
    if not isinstance(value, int):
        return 0
    number: int = value & (2**64 - 1)
    return number - 2**64 if number >= 2**63 else number


def _text(value: Any) -> str:
    return str(value, "utf-8") if isinstance(value, memoryview) else ""


def _shortest(value: float) -> float:
    """The shortest decimal number that is this single-precision one: 0.1, not 0.10000000149."""
    if value - value != 0:
        return value
    for digits in range(6, 10):
        short = float(f"{value:.{digits}g}")
        try:
            if struct.unpack("<f", struct.pack("<f", short))[0] == value:
                return short
        except OverflowError:
            continue
    return value


# -------------------------------------------------------------------- checksums


def _table() -> tuple[int, ...]:
    """CRC-32C, Castagnoli's polynomial, reflected (RFC 3720, appendix B.4)."""
    rows = []
    for row in range(256):
        value = row
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_CRC = _table()


def _crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value = _CRC[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def _masked(checksum: int) -> int:
    """As TFRecord writes it, so that a checksum of checksums is no trivial number."""
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
