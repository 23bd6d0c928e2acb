"""How far apart two numbers may be and still count as the same, by how finely they are kept.

A tolerance is relative: to the larger of the two numbers, or, for an array, to its root mean
square where that is larger still; near zero a sum's rounding is as large as anywhere else.

Measured with equal code, data, packages and seeds, other numbers of threads and other processors
moved weights by 5e-7 of themselves at most where they were float32, and by 4e-14 where they were
float64 (``docs/guides/verdicts.md``). A change of data or seed moves them by 1e-3 and more.
"""

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolerance:
    """One row of the table."""

    kind: str
    relative: float
    because: str


TOLERANCES = {
    row.kind: row
    for row in (
        Tolerance("float64", 1e-10, "sums in another order; 4e-14 was measured"),
        Tolerance("float32", 1e-6, "sums in another order; 5e-7 was measured"),
        Tolerance("float16", 2e-3, "two steps of its 11 bits"),
        Tolerance("bfloat16", 1.6e-2, "two steps of its 8 bits"),
    )
}
"""Everything else (whole numbers, truth values, texts, times) is equal or it is not."""

LEAST = 1e-15
"""A number by itself this close to another is the same: what rounding leaves of a zero."""


def kind_of(number: float) -> str:
    """Which row a number by itself goes by: one that float32 holds exactly was one, as a rule."""
    try:
        (single,) = struct.unpack("<f", struct.pack("<f", number))
    except (OverflowError, struct.error):
        return "float64"
    return "float32" if single == number else "float64"


def distance(recorded: float, again: float, scale: float = 0.0) -> float:
    """How far apart, relative to the larger of the two or to the scale; infinite where not finite.

    Two that are not a number are the same.
    """
    if recorded == again or (recorded != recorded and again != again):  # noqa: PLR0124  NaN
        return 0.0
    apart = abs(recorded - again)
    if not apart < float("inf"):
        return float("inf")
    return apart / max(abs(recorded), abs(again), scale)


def is_within(recorded: float, again: float) -> bool:
    """Whether two numbers by themselves are within tolerance."""
    kind = "float32" if kind_of(recorded) == kind_of(again) == "float32" else "float64"
    apart = distance(recorded, again)
    return apart <= TOLERANCES[kind].relative or abs(recorded - again) <= LEAST
