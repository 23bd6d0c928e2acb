"""JSON bodies, read strictly: quick on what is usual, careful on what is not.

What two parsers could take differently is refused, since one of them may have checked what the
other then obeys: a name said twice, NaN, half of a surrogate pair, a byte order mark. What would
take memory or time without end is refused by the rows of ``limits``.

The quick way never walks the value: it counts in the bytes what could be wrong at most. Only where
a count leaves a doubt the careful way looks at every member.
"""

import json
import re
import zlib
from typing import Any

import msgspec

from whence.errors import WireError
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.wire.quick import is_shallow

_DEPTH, _NODES = limit("depth"), limit("nodes")
_KEY, _STRING, _BITS = limit("key"), limit("string"), limit("integer")
_LONG = re.compile(rb'"[^"]{%d}' % _KEY)
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_SPACE = b" \t\n\r"
_SAYS = b'":'
"""Where a name ends and its value begins, but for space between; and where a text begins so."""
_CHUNK = 65_536

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode


def read_json(data: bytes) -> Any:
    """The value of a JSON text in UTF-8 (RFC 8259).

    Raises:
        WireError: it is none, or one that two readers could take differently.
        RefusedError: it is beyond a limit, or holds what no store can keep.
    """
    return read_sorted(data)[0]


def read_sorted(data: bytes) -> tuple[Any, bytes]:
    """The same, and the value as it is written with sorted names and nothing between.

    Raises:
        WireError: see ``read_json``.
        RefusedError: see ``read_json``.
    """
    try:
        value = _decode(data)
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError as error:
        raise WireError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    except msgspec.MsgspecError as error:
        raise WireError(f"not JSON: {error}") from None
    try:
        written = _encode(value)
    except RecursionError:
        raise _too_deep() from None
    if not _is_plainly_good(data, value, written):
        _look_closely(value, data)
    return value, written


def _is_plainly_good(data: bytes, value: Any, written: bytes) -> bool:
    """Whether counting in the bytes alone shows that no limit is passed and no name said twice.

    A name that is said twice is missing once in the value, so that writing the value again gives
    fewer places where a quote meets a colon; without escapes nothing else changes their number.
    """
    size = len(data)
    containers = data.count(b"{") + data.count(b"[")
    return (
        size <= _STRING
        and b"\\" not in data  # so that no text holds a quote
        and (size <= _NODES or containers + data.count(b",") < _NODES)
        and (size <= _KEY or _LONG.search(data) is None)
        and b"0" * 17 not in data.translate(_DIGITS)
        and count_names(data) == written.count(_SAYS)
        and (containers <= _DEPTH or is_shallow(value, _DEPTH))
    )


def count_names(data: bytes) -> int:
    """How many names some JSON has, as far as a count of its bytes can tell.

    Where there are no escapes it is their number; else it is the same for the same bytes.
    """
    return data.translate(None, _SPACE).count(_SAYS)


def _look_closely(value: Any, data: bytes) -> None:
    level: list[Any] = [(value,)]
    nodes = 0
    for _ in range(_DEPTH + 1):
        below: list[Any] = []
        for container in level:
            nodes += len(container)
            if nodes > _NODES:
                raise RefusedError(413, f"more than {_NODES} values in one body")
            members = container
            if type(container) is dict:
                for key in container:
                    _check_text(key, _KEY, "a name")
                members = container.values()
            below += filter(_is_container, members)
        if not below:
            _refuse_names_said_twice(data)
            return
        level = below
    raise _too_deep()


def _is_container(member: Any) -> bool:
    """Whether there is more in it; what stands alone is checked."""
    if isinstance(member, str):
        _check_text(member, _STRING, "a text")
    elif isinstance(member, int) and not -(2 ** (_BITS - 1)) <= member < 2**_BITS:
        raise RefusedError(
            422, f"a whole number of {member.bit_length()} bits", hint="send it as text"
        )
    return isinstance(member, dict | list)


def _check_text(text: str, longest: int, what: str) -> None:
    if "\0" in text:
        raise RefusedError(422, f"{what} holds a NUL character", hint="leave it out")
    if len(text) > longest // 4 and len(text.encode()) > longest:
        raise RefusedError(413, f"{what} of more than {longest} bytes")


def _too_deep() -> WireError:
    return WireError(f"more than {_DEPTH} arrays and objects in one another")


def _refuse_names_said_twice(data: bytes) -> None:
    try:
        json.loads(data, object_pairs_hook=_object, parse_int=len, parse_float=len)
    except ValueError as error:
        raise WireError(f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> None:
    said = {name for name, _ in pairs}
    if len(said) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise WireError(f"an object says the name {json.dumps(twice)[:80]} twice")


def unpack(data: bytes, longest: int) -> bytes:
    """What a gzip body (RFC 1952) holds, as far as it is not more than the limit.

    Raises:
        WireError: it is damaged, or ends too early.
        RefusedError: it unpacks to more; unpacking stopped there.
    """
    packed = zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    size = 0
    rest = data
    try:
        while not packed.eof:
            part = packed.decompress(rest, _CHUNK)
            rest = packed.unconsumed_tail
            size += len(part)
            if size > longest:
                raise RefusedError(413, f"a body that unpacks to more than {longest} bytes")
            if not part and not rest:
                raise WireError("the gzip body ends too early")
            parts.append(part)
    except zlib.error as error:
        raise WireError(f"the body is no gzip: {error}") from None
    if packed.unused_data:
        raise WireError("something follows the gzip body")
    return b"".join(parts)
