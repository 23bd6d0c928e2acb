"""Inputs and outputs as bytes, so that equal values give equal digests.

=========  ====================================================================================
``bytes``  the bytes themselves
``json``   the canonical form of a JSON value (RFC 8785): neither the order of names nor spaces
           count, and 1.0 is 1
``value``  the same for values that JSON cannot write: NaN, long integers, dates, sets, arrays
           inside of lists
``array``  element type, shape, and the elements in C order, little-endian, with 0.0 for -0.0:
           views, strides and byte order do not count; the element type does
``frame``  names of columns, and each column as an array, or as a value where it holds other
           than numbers; pandas, polars and Arrow give the same
=========  ====================================================================================
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from math import isfinite, isnan
from typing import Any
from uuid import UUID

from whence.errors import WireError
from whence.wire.canonical import MAX_INTEGER, canonical, parse

_NUMBERS = frozenset("biufcmM")
"""Kinds of NumPy's element types whose bytes say all."""

_BYTES = (bytes, bytearray, memoryview)
_JSON = frozenset({dict, list, tuple, str, int, float, bool, type(None)})
_MISSING = frozenset({"NAType", "NaTType"})
"""What pandas calls a value that is not there."""


class UnreadableError(Exception):
    """A value of a type that has no form here."""


def read_form(value: Any) -> tuple[str, bytes]:
    """The name of a value's form, and the value in it.

    Raises:
        UnreadableError: it has none.
    """
    try:
        return _read(value)
    except (RecursionError, WireError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{type(value).__name__}: {error}") from error


def read_body(body: bytes, *, is_json: bool) -> tuple[str, bytes]:
    """The form of a request's or an answer's body; JSON that cannot be read strictly is bytes."""
    if is_json:
        try:
            return "json", canonical(parse(body))
        except (WireError, RecursionError):
            pass
    return "bytes", body


def _read(value: Any) -> tuple[str, bytes]:
    if isinstance(value, _BYTES):
        return "bytes", bytes(value)
    if type(value) in _JSON:
        return _read_value(value)
    columns = _columns(value)
    if columns is not None:
        return "frame", b"".join(_column_bytes(*each) for each in columns)
    array = _array(value)
    if array is not None and array.shape != ():
        return "array", _array_bytes(array)
    return _read_value(value)


def _read_value(value: Any) -> tuple[str, bytes]:
    try:
        return "json", canonical(value)
    except WireError:
        plain = _Plainly()
        written = plain.write(value)
        if not plain.is_marked:
            return "json", canonical(written)
        return "value", canonical(_Plainly(escape="$").write(value))


class _Plainly:
    """Writes a value as JSON, with marks for what JSON has not."""

    def __init__(self, escape: str = "") -> None:
        self._escape = escape
        self.is_marked = False

    def write(self, value: Any) -> Any:  # noqa: C901  one row for each kind of value
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Enum):
            return self.write(value.value)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int):
            fits = -MAX_INTEGER <= value <= MAX_INTEGER
            return int(value) if fits else self._mark("int", str(int(value)))
        if isinstance(value, float):
            return float(value) if isfinite(value) else self._mark("float", repr(float(value)))
        if isinstance(value, _BYTES):
            return self._mark("bytes", hashlib.sha256(value).hexdigest())
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            return [self.write(each) for each in value]
        if isinstance(value, AbstractSet):
            return self._mark("set", sorted((self.write(each) for each in value), key=canonical))
        if isinstance(value, date | time):
            return self._mark("time", value.isoformat())
        if isinstance(value, Decimal | UUID):
            return self._mark(type(value).__name__.lower(), str(value))
        return self._other(value)

    def _other(self, value: Any) -> Any:
        if type(value).__name__ in _MISSING:
            return None
        if is_dataclass(value) and not isinstance(value, type):
            return self.write({each.name: getattr(value, each.name) for each in fields(value)})
        if callable(dump := getattr(value, "model_dump", None)):
            return self.write(dump())
        if _columns(value) is None and (array := _array(value)) is not None and array.shape == ():
            return self.write(array.item())
        form, data = _read(value) if _has_form(value) else ("", b"")
        if not form:
            raise UnreadableError(f"a {type(value).__name__} has no form")
        return self._mark(form, hashlib.sha256(data).hexdigest())

    def _text(self, text: str) -> Any:
        try:
            text.encode()
        except UnicodeEncodeError:
            return self._mark("text", text.encode("utf-8", "surrogatepass").hex())
        return str(text)

    def _mapping(self, value: Mapping[Any, Any]) -> Any:
        if all(isinstance(name, str) for name in value):
            return {
                (self._escape + name if name.startswith("$") else name): self.write(each)
                for name, each in value.items()
            }
        pairs = [[self.write(name), self.write(each)] for name, each in value.items()]
        return self._mark("map", sorted(pairs, key=canonical))

    def _mark(self, name: str, told: Any) -> Any:
        self.is_marked = True
        return {f"${name}": told}


def _has_form(value: Any) -> bool:
    return _columns(value) is not None or _array(value) is not None


def _array(value: Any) -> Any | None:
    """A NumPy array of what is one, or offers itself as one; no library is loaded for it."""
    if hasattr(value, "detach") and hasattr(value, "cpu"):  # a tensor of PyTorch
        value = value.detach().cpu()
    told = getattr(value, "__array__", None)
    if told is None or isinstance(value, type):
        return None
    return value if hasattr(value, "tobytes") and hasattr(value, "strides") else told()


def _array_bytes(array: Any) -> bytes:
    kind = array.dtype.kind
    if kind not in _NUMBERS:
        return _head("O", array.shape) + _read_value(_without_nan(array.tolist()))[1]
    plain = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if kind in "fc":
        plain = plain + plain.dtype.type(0)
    return _head(plain.dtype.newbyteorder("<").str, array.shape) + bytes(plain.tobytes("C"))


def _head(kind: str, shape: Sequence[int]) -> bytes:
    return canonical([kind, [int(each) for each in shape]]) + b"\0"


def _columns(value: Any) -> list[tuple[str, Any]] | None:
    """Names and columns of a table of pandas, polars or Arrow."""
    library = type(value).__module__.partition(".")[0]
    if library == "pandas" and hasattr(value, "columns"):
        return [*_pandas_index(value.index), *((str(name), each) for name, each in value.items())]
    if library == "pandas" and hasattr(value, "to_frame"):
        return [*_pandas_index(value.index), (str(value.name), value)]
    if library == "polars" and hasattr(value, "get_columns"):
        return [(each.name, each) for each in value.get_columns()]
    if library == "polars" and hasattr(value, "to_frame"):
        return [(value.name, value)]
    if library == "pyarrow" and hasattr(value, "column_names"):
        return list(zip(value.column_names, value.columns, strict=True))
    return None


def _pandas_index(index: Any) -> Iterator[tuple[str, Any]]:
    """An index that says more than the number of a row counts as a column."""
    if type(index).__name__ == "RangeIndex":
        return
    yield "\0index", index


def _column_bytes(name: str, column: Any) -> bytes:
    values = _column_array(column)
    if values is not None and values.dtype.kind in _NUMBERS:
        data = _array_bytes(values)
    else:
        listed = column.to_pylist() if hasattr(column, "to_pylist") else list(column.to_list())
        data = _read_value(_without_nan(listed))[1]
    return canonical([name, hashlib.sha256(data).hexdigest()])


def _column_array(column: Any) -> Any | None:
    if hasattr(column, "to_pylist"):  # Arrow
        return column.to_numpy()
    told = column.to_numpy()
    return told if hasattr(told, "dtype") else None


def _without_nan(values: Any) -> Any:
    """What stands for no value in columns of texts: NaN in one library, null in another."""
    if isinstance(values, list):
        return [_without_nan(each) for each in values]
    return None if isinstance(values, float) and isnan(values) else values
