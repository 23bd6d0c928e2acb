"""JSON values in their one byte form (RFC 8785, JCS), and the strict way back.

``canonical`` has two ways to the same bytes. Most values are plain: the C encoder of the standard
library writes them just as RFC 8785 asks, which ``_is_plain`` proves beforehand. Whatever it cannot
prove (a float that ECMAScript writes otherwise, keys beyond the Basic Multilingual Plane, an error
to be named) takes the careful way in Python.

``parse`` reads what others hand us and refuses all that two parsers could take differently.

Integers lie within ±(2^53 - 1), since readers of JSON hold numbers as IEEE 754 doubles (RFC 7493,
section 2.2). A float has no such bound, and RFC 8785 writes 1e20 as twenty-one digits; so ``parse``
gives a longer integer back as a float, if it is written just as that float would be, and refuses it
otherwise. As in all of JCS, 1.0 comes back as 1.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from whence.errors import WireError

MAX_INTEGER = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly (RFC 7493, section 2.2)."""

MAX_DEPTH = 100
"""How many arrays and objects may stand in one another."""

_BEYOND_INTEGERS = f"an integer beyond ±{MAX_INTEGER}"
_TOO_DEEP = f"more than {MAX_DEPTH} arrays and objects in one another"
_HALF_A_PAIR = "half of a surrogate pair, which is no character"

_PLAIN = frozenset({str, bool, type(None)})
_NUMBERS = frozenset({int, float})
_PLAIN_TO_CHECK = _PLAIN | _NUMBERS | {dict, list, tuple}
_CONTAINERS = (dict, list, tuple)
_FIRST_SURROGATE = "\ud800"
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_WIDE = 1000
_SURELY_SMALL = len(str(MAX_INTEGER))

_encode_quickly = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode
_quote = json.encoder.encode_basestring


_quicker: list[Callable[[Any], bytes | None]] = []


def try_first(write: Callable[[Any], bytes | None]) -> None:
    """Let another way be tried first, for processes that write by the thousand.

    Args:
        write: Gives the canonical bytes, or ``None`` where it cannot be sure of them.
    """
    if write not in _quicker:
        _quicker.append(write)


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value (RFC 8785).

    Args:
        value: Strings, numbers, booleans, ``None``, and lists, tuples and dictionaries of these;
            subclasses count as what they are built on.

    Raises:
        WireError: the value has no such form; names what and where, as a JSON Pointer (RFC 6901).
    """
    for write in _quicker:
        written = write(value)
        if written is not None:
            return written
    try:
        if _is_plain(value):
            return _encode_quickly(value).encode()
    except (TypeError, ValueError):
        pass  # the careful way finds out what is wrong, and where
    try:
        return _write(value, MAX_DEPTH).encode()
    except UnicodeEncodeError:
        raise WireError(f"{_pointer(_path_to_surrogate(value))}: {_HALF_A_PAIR}") from None
    except _Refusal as refusal:
        raise WireError(f"{_pointer(refusal.path)}: {refusal.reason}") from None


def _is_plain(value: Any) -> bool:
    """Whether the C encoder writes this value canonically, if it writes it at all.

    Walks containers level by level and lets C code look at what is in them.
    """
    level: list[Any] = [(value,)]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for container in level:
            members: Iterable[Any] = container
            if type(container) is dict:
                keys = "".join(container)  # TypeError, if one is not a string
                # Below the surrogates, code points sort as UTF-16 does (RFC 8785, section 3.2.3).
                if not keys.isascii() and max(keys) >= _FIRST_SURROGATE:
                    return False
                members = container.values()
            kinds = set(map(type, members))
            if kinds <= _PLAIN:
                continue
            if not kinds <= _PLAIN_TO_CHECK:
                return False
            if not kinds.isdisjoint(_NUMBERS) and not all(map(_is_plain_number, members)):
                return False
            below += [member for member in members if type(member) in _CONTAINERS]
        if not below:
            return True
        if len(below) > _WIDE:  # members met twice would meet theirs four times, and so on
            below = list({id(member): member for member in below}.values())
        level = below
    return False


def _is_plain_number(value: Any) -> bool:
    """Whether a value is no number, or one that Python writes as ECMAScript does."""
    kind = type(value)
    if kind is float:
        return abs(value) >= 1e-4 and not value.is_integer()
    return kind is not int or -MAX_INTEGER <= value <= MAX_INTEGER


class _Refusal(Exception):  # noqa: N818  caught in this file, where it is no error yet
    """A value that may not be written; each container that it leaves adds where it stood."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str | int] = []
        """From the inside out."""


def _write(value: Any, depth: int) -> str:
    """The canonical text of a value; ``depth`` arrays and objects may still be opened."""
    if isinstance(value, str):
        text: str = _quote(value)
    elif value is None:
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise _Refusal(_BEYOND_INTEGERS)
        text = int.__repr__(value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _Refusal(f"{float.__repr__(value)}, which JSON cannot write")
        text = _number(value)
    elif isinstance(value, (list, tuple)):
        text = _write_array(value, depth)
    elif isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101  dict is quick
        text = _write_object(value, depth)
    else:
        raise _Refusal(f"a {type(value).__name__}, which is no JSON value")
    return text


def _write_array(items: Sequence[Any], depth: int) -> str:
    if depth == 0:
        raise _Refusal(_TOO_DEEP)
    parts: list[str] = []
    try:
        for item in items:
            parts.append(_write(item, depth - 1))  # noqa: PERF401  its length tells where it failed
    except _Refusal as refusal:
        refusal.path.append(len(parts))
        raise
    return f"[{','.join(parts)}]"


def _write_object(members: Mapping[Any, Any], depth: int) -> str:
    if depth == 0:
        raise _Refusal(_TOO_DEEP)
    names = _sorted_names(members)
    parts: list[str] = []
    try:
        for key in names:
            item = members[key]
            text = _quote(item) if type(item) is str else _write(item, depth - 1)
            parts.append(f"{_quote(key)}:{text}")
    except _Refusal as refusal:
        refusal.path.append(names[len(parts)])
        raise
    return f"{{{','.join(parts)}}}"


def _sorted_names(members: Mapping[Any, Any]) -> list[str]:
    """The names in the order of their UTF-16 code units (RFC 8785, section 3.2.3)."""
    try:
        together = "".join(members)
    except TypeError:
        name = next(name for name in members if not isinstance(name, str))
        raise _Refusal(f"its name {name!r} is a {type(name).__name__}, not a string") from None
    if together.isascii():
        return sorted(members)
    return sorted(members, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def _path_to_surrogate(value: Any) -> list[str | int]:
    """Where the first half of a pair stands in a value that has one, from the inside out."""
    members: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        members = value.items()
    elif isinstance(value, list | tuple):
        members = enumerate(value)
    for key, member in members:
        if _has_surrogate(key) or _has_surrogate(member):
            return [key]
        path = _path_to_surrogate(member)
        if path:
            return [*path, key]
    return []


def _has_surrogate(value: Any) -> bool:
    return isinstance(value, str) and _SURROGATE.search(value) is not None


def _number(value: float) -> str:
    """A finite float as ECMAScript writes it (RFC 8785, section 3.2.2.3).

    Python and ECMAScript choose the same digits, the fewest that give the same float back, and
    differ in where they set the point and when they write an exponent.
    """
    if value.is_integer() and -MAX_INTEGER <= value <= MAX_INTEGER:
        return str(int(value))
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = float.__repr__(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.DIGITS x 10**point.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def _pointer(path: list[str | int]) -> str:
    """Where a value stands, as a JSON Pointer (RFC 6901), from a path that starts inside."""
    if not path:
        return "the value itself"
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in reversed(path))
    return "".join(f"/{step}" for step in steps).encode(errors="backslashreplace").decode()


def parse(data: bytes) -> Any:
    """The value of a JSON text in UTF-8 (RFC 8259), read strictly.

    Returns:
        ``dict``, ``list``, ``str``, ``int``, ``float``, ``bool`` and ``None``; ``canonical``
        writes whatever is returned.

    Raises:
        WireError: it is no JSON text, or one that two readers could take differently: a name said
            twice, half of a surrogate pair, a byte order mark, NaN, a number that no double holds,
            more than ``MAX_DEPTH`` arrays and objects in one another.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise WireError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    if text.startswith("\ufeff"):
        raise WireError("starts with a byte order mark (RFC 8259, section 8.1)")
    try:
        value = _decode(text)
    except json.JSONDecodeError as error:
        raise WireError(f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise WireError(_TOO_DEEP) from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(value)
    if _ESCAPED_SURROGATE.search(text):
        try:
            _encode_quickly(value).encode()
        except UnicodeEncodeError:
            raise WireError(_HALF_A_PAIR) from None
    return value


def parse_canonical(data: bytes) -> Any:
    """The value of a JSON text that is in its canonical form already.

    Raises:
        WireError: as for ``parse``, or the same value has another, canonical form.
    """
    value = parse(data)
    wanted = canonical(value)
    if wanted != data:
        shorter = min(len(wanted), len(data))
        at = next((at for at in range(shorter) if wanted[at] != data[at]), shorter)
        raise WireError(f"not in canonical form (RFC 8785) from byte {at} on")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise WireError(f"an object says the name {json.dumps(name)} twice")
    return value


def _integer(digits: str) -> int | float:
    if len(digits) < _SURELY_SMALL:
        return int(digits)
    value = float(digits)
    if abs(value) <= MAX_INTEGER:
        return int(digits)
    if not math.isfinite(value) or _number(value) != digits:
        raise WireError(_BEYOND_INTEGERS)
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise WireError(f"the number {digits[:40]} is more than any double holds")
    return value


def _constant(name: str) -> Any:
    raise WireError(f"{name}, which is no JSON value")


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            member
            for container in level
            if isinstance(container, list | dict)
            for member in (container.values() if isinstance(container, dict) else container)
        ]
    if any(isinstance(member, list | dict) for member in level):
        raise WireError(_TOO_DEEP)


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
).decode
