"""Where rows that came, went or changed lie: in which values of a column, if that is telling.

It is where values that have at least one and a half times their share of such rows hold at least
half of them, and chance would hardly give as many: five standard deviations, since many columns
are looked at.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whence.rows.opening import printable

_LEAST_LIFT = 1.5
_LEAST_COVERED = 0.5
_DEVIATIONS = 5.0
_TOLD = 3
_VALUES_TOLD = 4

UNNAMED = "values too rare to be named"


@dataclass(frozen=True, slots=True)
class Segment:
    """Values of one column in which rows of one kind of change lie."""

    what: str
    """``added``, ``removed`` or ``changed``."""
    column: str
    values: tuple[str, ...]
    rows: int
    """How many of the rows that came, went or changed have these values."""
    of: int
    """How many rows came, went or changed."""
    base: int
    """How many rows of the table have these values: of the newer for what came, else the older."""
    total: int
    """How many rows that table has."""

    @property
    def weight(self) -> float:
        """How telling it is: what it covers, and how much more that is than its share."""
        covered, usual = self.rows / self.of, self.base / self.total
        return covered * math.log2(covered / usual)

    def sentence(self) -> str:
        """The segment in a plain line; safe to print."""
        where = f"`{printable(self.column)}` {_named(self.values)}"
        usual = _percent(self.base / self.total)
        if self.rows == self.base and self.what != "changed":
            gone = "gone" if self.what == "removed" else "new"
            part = "all" if self.rows == self.of else _percent(self.rows / self.of)
            return (
                f"{self.what} rows: {part} have {where}; "
                f"these are all rows that have it, so it is {gone}"
            )
        covered = "all" if self.rows == self.of else _percent(self.rows / self.of)
        return f"{self.what} rows: {covered} have {where} ({usual} of all rows do)"


def find_segment(
    what: str,
    column: str,
    moved: Mapping[int, int],
    base: Mapping[int, int],
    names: Mapping[int, str],
) -> Segment | None:
    """Where rows of one kind of change lie by one column; ``None`` where that tells nothing.

    Args:
        what: ``added``, ``removed`` or ``changed``.
        column: The column's name.
        moved: Hash of a value → rows that changed so.
        base: Hash of a value → rows of the table.
        names: Hash of a value → the value, where it is kept by name.
    """
    of, total = sum(moved.values()), sum(base.values())
    if not of or of >= total:
        return None
    telling = [
        code
        for code, rows in moved.items()
        if rows / of >= _LEAST_LIFT * max(base.get(code, 0), rows) / total
    ]
    rows = sum(moved[code] for code in telling)
    usual = sum(max(base.get(code, 0), moved[code]) for code in telling)
    share = usual / total
    if not telling or rows / of < _LEAST_COVERED or share >= 1:
        return None
    if rows - of * share < _DEVIATIONS * math.sqrt(of * share * (1 - share)):
        return None
    telling.sort(key=lambda code: -moved[code])
    values = tuple(dict.fromkeys(names.get(code, UNNAMED) for code in telling))
    return Segment(what, column, values, rows, of, usual, total)


def most_telling(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The most telling ones of each kind of change: removed, added, changed."""
    found = sorted(segments, key=lambda it: -it.weight)
    return tuple(
        each
        for what in ("removed", "added", "changed")
        for each in [it for it in found if it.what == what][:_TOLD]
    )


def _named(values: tuple[str, ...]) -> str:
    known = [value for value in values if value != UNNAMED]
    if len(known) < len(values) and not known:
        return f"of {UNNAMED}"
    span = _span(values)
    if span:
        return span
    shown = [printable(value)[:40] for value in values[:_VALUES_TOLD]]
    more = len(values) - len(shown)
    if more:
        return f"one of {', '.join(shown)} and {more} more"
    return f"= {shown[0]}" if len(shown) == 1 else f"one of {', '.join(shown)}"


def _span(values: tuple[str, ...]) -> str:
    """Three or more whole numbers without a gap, as a span."""
    if len(values) < 3 or not all(value.isdecimal() and value.isascii() for value in values):
        return ""
    numbers = sorted(map(int, values))
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return ""
    return f"from {numbers[0]} to {numbers[-1]}"


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")
