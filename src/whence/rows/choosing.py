# ruff: noqa: S608  statements are made of our own words and of column numbers
"""What identifies the rows of a table, and by what few-valued columns they are told apart.

Both are found by a look at some rows, all of them where there are few:

- the *key*: the columns that were asked for; else those that served the last table of these
  columns; else one column without a gap or a repeat, named like a key first, then by place; else
  the fewest columns (up to four) that together have no repeat, and of these sets the one with the
  fewest combinations of values. Measurements never are a key.
- the *segments*: columns of two to 64 values, those of the fewest first, as many as fit into 26
  bits a row.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from whence.rows.cells import may_identify
from whence.rows.engine import LoadedTable

WHOLE = 1 << 17
"""A table of up to so many rows is looked at as a whole."""

MOST_CELLS = 1 << 22
"""And of no more cells."""

_LOOKED_AT = 1 << 15
_PLACES = 16
_COLUMNS_AT_ONCE = 32
_MOST_VALUES = 64
_SEGMENT_BITS = 26
_LEAST_PER_VALUE = 4
_KEY_COLUMNS = MappingProxyType({2: 16, 3: 14, 4: 10})
"""Columns of a joint key → of how many columns, those of the most values, it is looked for."""

_SCREENED = 1024
_SETS_AT_ONCE = 32

_KEY_NAME = re.compile(
    r"(?i)(?:id|key|uuid|guid|index|pk|rowid|row_id|code)\Z|.*(?:_id|[a-z]Id|_key|_uuid|_no|_code)\Z"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a column shows."""

    at: int
    """Its place in the table."""
    name: str
    type: str
    filled: int
    """Of the rows looked at, those with a value."""
    distinct: int
    fractions: bool
    """Whether any value is a number that is not whole."""


class Look:
    """Some rows of a table, spread over it: the table ``looked`` in its engine.

    Attributes:
        rows: how many they are.
        whole: whether they are all.
        columns: what each column shows.
    """

    def __init__(self, table: LoadedTable) -> None:
        self._table = table
        width = len(table.columns)
        self.whole = table.row_count <= min(WHOLE, MOST_CELLS // max(width, 1))
        place = None if self.whole else table.numbered()
        shown = [
            f"{raw} AS x{at}, {filled} AS f{at}, {number or 'NULL::DOUBLE'} AS n{at}"
            for at, (raw, filled, number) in enumerate(
                zip(table.hashes, table.filled, table.numbers, strict=True)
            )
        ]
        every = f"SELECT {', '.join(shown) or '0 AS nothing'} FROM cells"
        most = min(_LOOKED_AT, MOST_CELLS // max(width, 1))
        parts = [every]
        if not self.whole and place is None:
            parts = [f"({every} LIMIT {most})"]
        elif not self.whole:
            step, some = table.row_count // _PLACES, max(most // _PLACES, 1)
            parts = [
                f"{every} WHERE {place} BETWEEN {start} AND {start + some - 1}"
                for start in range(0, step * _PLACES, step)
            ]
        table.connection.execute(f"CREATE TEMP TABLE looked AS {' UNION ALL '.join(parts)}")
        self.rows = int(table.ask("SELECT count(*) FROM looked")[0][0])
        self.columns = tuple(self._columns())

    def _columns(self) -> Iterator[Seen]:
        named = list(enumerate(self._table.columns))
        for start in range(0, len(named), _COLUMNS_AT_ONCE):
            part = named[start : start + _COLUMNS_AT_ONCE]
            asked = ", ".join(
                f"count(*) FILTER (f{at}), count(DISTINCT x{at}) FILTER (f{at}),"
                f" coalesce(bool_or(n{at} <> trunc(n{at})), false)"
                for at, _ in part
            )
            (found,) = self._table.ask(f"SELECT {asked} FROM looked")
            for (at, (name, type_)), place in zip(part, range(0, len(found), 3), strict=True):
                yield Seen(at, name, type_, *found[place : place + 3])

    def identifies(self, places: Sequence[int]) -> bool:
        """Whether the columns at these places have neither a gap nor a repeat together."""
        joined = ", ".join(f"x{at}" for at in places)
        gaps = " AND ".join(f"f{at}" for at in places)
        (found,) = self._table.ask(
            f"SELECT count(DISTINCT hash({joined})) FILTER ({gaps}) FROM looked"
        )
        return int(found[0]) == self.rows

    def find_keys(self) -> Iterator[tuple[str, ...]]:
        """What may identify rows, best first."""
        fit = [it for it in self.columns if it.filled == self.rows and may_identify(it.type)]
        fit = [it for it in fit if not it.fractions]
        single = [it for it in fit if it.distinct == self.rows]
        if self.rows and single:
            single.sort(key=lambda it: (_KEY_NAME.match(it.name) is None, it.at))
            yield from ((it.name,) for it in single)
        elif self.rows:
            yield from self._joined(fit)

    def _joined(self, fit: Sequence[Seen]) -> Iterator[tuple[str, ...]]:
        several = [it for it in fit if it.distinct > 1]
        several.sort(key=lambda it: (-it.distinct, it.at))
        sets = [
            chosen
            for width in _KEY_COLUMNS
            for chosen in combinations(several[: _KEY_COLUMNS[width]], width)
            if _product(chosen) >= self.rows
        ]
        sets.sort(key=lambda chosen: (len(chosen), _product(chosen)))
        for chosen in self._without_repeat(sets):
            places = sorted(it.at for it in chosen)
            if self.identifies(places):
                yield tuple(self.columns[at].name for at in places)

    def _without_repeat(self, sets: Sequence[tuple[Seen, ...]]) -> Iterator[tuple[Seen, ...]]:
        """Those that have no repeat in a few rows, where one is quickly found."""
        self._table.connection.execute(
            f"CREATE TEMP TABLE screened AS SELECT * FROM looked LIMIT {_SCREENED}"
        )
        rows = min(self.rows, _SCREENED)
        for start in range(0, len(sets), _SETS_AT_ONCE):
            part = sets[start : start + _SETS_AT_ONCE]
            asked = ", ".join(
                f"count(DISTINCT hash({', '.join(f'x{it.at}' for it in chosen)}))"
                for chosen in part
            )
            (found,) = self._table.ask(f"SELECT {asked} FROM screened")
            yield from (chosen for chosen, many in zip(part, found, strict=True) if many == rows)

    def segments(self, key: Sequence[str]) -> tuple[str, ...]:
        """The columns by which rows are told apart, in the table's order."""
        alone = key[0] if len(key) == 1 else None
        fit = sorted(
            (
                it
                for it in self.columns
                if 2 <= it.distinct <= _MOST_VALUES
                and it.distinct * _LEAST_PER_VALUE <= it.filled
                and it.name != alone
            ),
            key=lambda it: (it.distinct, it.at),
        )
        chosen, left = [], _SEGMENT_BITS
        for it in fit:
            left -= it.distinct.bit_length()  # one more than the values: none is one, too
            if left < 0:
                break
            chosen.append(it)
        return tuple(it.name for it in sorted(chosen, key=lambda it: it.at))


def _product(chosen: Sequence[Seen]) -> int:
    return math.prod(it.distinct for it in chosen)
