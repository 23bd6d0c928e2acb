"""When two values are the same, however they are written."""

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

_NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?\Z")
_TRUTH: Mapping[str, bool] = {"true": True, "false": False}
_LONGEST = 4_000
"""Digits; a longer text is no number that steers a run, and is compared as text."""


def normal(value: Any) -> Hashable:
    """A form in which values are equal that mean the same.

    ``0.10``, ``0.1``, ``1e-1`` and the text ``"0.1"`` mean the same; so do ``true`` and
    ``"True"``. A number and a truth value do not, nor do ``7`` and ``"007"``, which is a name.
    """
    if isinstance(value, bool) or value is None:
        return ("truth", value)
    if isinstance(value, int | float):
        return _number(str(value)) or ("text", repr(value))
    if isinstance(value, str):
        if value.lower() in _TRUTH:
            return ("truth", _TRUTH[value.lower()])
        return _number(value) or ("text", value)
    if isinstance(value, Mapping):
        return ("mapping", frozenset((str(name), normal(each)) for name, each in value.items()))
    if isinstance(value, list | tuple):
        return ("list", tuple(normal(each) for each in value))
    return ("text", repr(value))


def same_value(a: Any, b: Any) -> bool:
    """Whether two values mean the same."""
    return normal(a) == normal(b)


def difference_of(a: Any, b: Any) -> float | int | None:
    """``b - a`` where both are numbers; without the noise of binary fractions."""
    if isinstance(a, bool) or isinstance(b, bool):
        return None
    if isinstance(a, int) and isinstance(b, int):
        return b - a
    if isinstance(a, int | float) and isinstance(b, int | float):
        return float(f"{b - a:.12g}")
    return None


def is_rounded(exact: Any, written: Any) -> bool:
    """Whether a number was written out of another, with at least three of its digits."""
    if not isinstance(exact, float) or not isinstance(written, float):
        return False
    if exact == written:
        return True
    digits = f"{written!r}".partition(".")[2]
    return digits.isdecimal() and len(digits) >= 3 and round(exact, len(digits)) == written


def flatten(facts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested facts as dotted names with plain values or lists."""
    for name, value in facts.items():
        dotted = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{dotted}.")
        else:
            yield dotted, value


def _number(text: str) -> Hashable | None:
    """Sign, digits without zeros at either end, and exponent; ``None`` if it is no number."""
    if len(text) > _LONGEST:
        return None
    told = _NUMBER.match(text.strip())
    if told is None:
        return None
    sign, whole, part, power = told[1], told[2], told[3] or "", int(told[4] or 0)
    if not whole + part or (len(whole) > 1 and whole[0] == "0"):
        return None
    digits = (whole + part).lstrip("0")
    short = digits.rstrip("0")
    if not short:
        return ("number", "", "0", 0)
    return ("number", sign.replace("+", ""), short, power - len(part) + len(digits) - len(short))
