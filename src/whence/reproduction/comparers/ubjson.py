"""Universal Binary JSON (draft 12) as a tree; typed arrays of numbers as arrays."""

import struct
from typing import Any

from whence.reproduction.comparers.blocks import Block

_NUMBERS = {
    b"i": ">b", b"U": ">B", b"I": ">h", b"l": ">i", b"L": ">q", b"d": ">f", b"D": ">d",
}  # fmt: skip
_DTYPES = {
    b"i": "|i1", b"U": "|u1", b"I": ">i2", b"l": ">i4", b"L": ">i8", b"d": ">f4", b"D": ">f8",
}  # fmt: skip
_FIXED = {b"Z": None, b"T": True, b"F": False}
_DEEPEST = 200


def read_ubjson(data: bytes) -> Any:
    """The value that the bytes begin with.

    Raises:
        ValueError: they are not that.
    """
    reader = _Reader(data)
    try:
        return reader.value(reader.take(1), 0)
    except struct.error as error:
        raise ValueError("UBJSON cut short") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        if len(found) != size or size < 0:
            raise ValueError("UBJSON cut short")
        self._at += size
        return found

    def peek(self) -> bytes:
        return self._data[self._at : self._at + 1]

    def number(self, marker: bytes) -> Any:
        form = _NUMBERS[marker]
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def length(self) -> int:
        marker = self.take(1)
        if marker not in _NUMBERS or marker in b"dD":
            raise ValueError("UBJSON without a length where one must be")
        return int(self.number(marker))

    def text(self) -> str:
        return self.take(self.length()).decode("utf-8", "backslashreplace")

    def value(self, marker: bytes, deep: int) -> Any:
        if deep > _DEEPEST:
            raise ValueError("UBJSON nested too deep")
        if marker in _NUMBERS:
            return self.number(marker)
        if marker in _FIXED:
            return _FIXED[marker]
        if marker in {b"S", b"H"}:
            return self.text()
        if marker == b"C":
            return self.take(1).decode("latin1")
        if marker == b"[":
            return self.array(deep)
        if marker == b"{":
            return self.mapping(deep)
        raise ValueError(f"UBJSON with an unknown marker {marker!r}")

    def head(self) -> tuple[bytes, int | None]:
        """Type and number of what a container holds, where it says so."""
        kind, count = b"", None
        if self.peek() == b"$":
            self.take(1)
            kind = self.take(1)
        if self.peek() == b"#":
            self.take(1)
            count = self.length()
        return kind, count

    def array(self, deep: int) -> Any:
        kind, count = self.head()
        if count is None:
            found = []
            while (marker := self.take(1)) != b"]":
                found.append(self.value(marker, deep + 1))
            return found
        if kind in _DTYPES:
            size = struct.calcsize(_NUMBERS[kind]) * count
            return Block(_DTYPES[kind], (count,), self.take(size))
        if count > len(self._data):
            raise ValueError("UBJSON with a length beyond its end")
        return [self.value(kind or self.take(1), deep + 1) for _ in range(count)]

    def mapping(self, deep: int) -> dict[str, Any]:
        kind, count = self.head()
        found: dict[str, Any] = {}
        while self.peek() != b"}" if count is None else len(found) < count:
            key = self.text()
            found[key] = self.value(kind or self.take(1), deep + 1)
        if count is None:
            self.take(1)
        return found
