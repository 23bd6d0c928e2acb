"""The canonical form of most values in a quarter of the time, where msgspec is at hand.

msgspec writes compact JSON with sorted names, which is RFC 8785 already for values that hold no
float, no integer beyond 2^53, and nothing but ASCII. That a value is such a one is seen from what
was written: reading it back gives an equal value, so nothing was turned into something else, and
meets no float.
"""

import re
from typing import Any

import msgspec

from whence.wire.canonical import MAX_DEPTH

_SMALL = 2**32
_CONTAINERS = frozenset({dict, list})
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_MANY = b"0" * 16
_LONG_NUMBER = re.compile(rb'(?:":|[\[,])-?[0-9]{16}|\A-?[0-9]{16}')


def write_quickly(value: Any) -> bytes | None:
    """The canonical bytes of a value, or ``None`` where the careful way has to be taken."""
    try:
        written = _encode(value)
        if _is_flat(value):
            return written if written.isascii() else None
        if not written.isascii() or _decode(written) != value:
            return None
    except (_FloatMetError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    if _MANY in written.translate(_DIGITS) and _LONG_NUMBER.search(written):
        return None
    return written if is_shallow(value, MAX_DEPTH) else None


def _is_flat(value: Any) -> bool:
    """Whether it is an object of texts and small numbers alone, which can be written in one way."""
    if type(value) is not dict:
        return False
    for each in value.values():
        if type(each) is not str and not (type(each) is int and 0 <= each < _SMALL):
            return False
    return True


def is_shallow(value: Any, depth: int) -> bool:
    """Whether a JSON value has so many containers within one another at most."""
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(depth):
        if not level:
            return True
        level = [
            member
            for container in level
            for member in (container.values() if type(container) is dict else container)
            if type(member) in _CONTAINERS
        ]
    return not level


class _FloatMetError(Exception):
    """A float, which ECMAScript may write otherwise."""


def _refuse(_: str) -> Any:
    raise _FloatMetError


_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(float_hook=_refuse).decode
