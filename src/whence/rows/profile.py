# ruff: noqa: S608  statements are made of our own words and of column numbers
"""What the values of a column look like as a whole, small enough to be kept: its profile.

A large table is profiled by a part of its rows, those whose key (or, where there is none, whose
whole row) has a hash that a power of two divides. So two versions are profiled by the same rows,
as far as they have them, and rows that are in both never look like drift.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from whence.rows.choosing import MOST_CELLS
from whence.rows.engine import LoadedTable
from whence.rows.hashing import RowKey, cell_hash

GRID = 100
"""Quantiles are kept in steps of a hundredth, the least and the greatest value among them."""

WHOLE = 1 << 16
"""A table of up to so many rows is profiled by all of them."""

_COLUMNS_AT_ONCE = 32
_MOST_SHARES = 64
_MOST_SHARED = 128
"""Columns whose values are counted, the first ones: each costs some milliseconds."""

_FEWEST = 5
"""Rows that must have a value for it to be kept by name."""

_LONGEST = 80
"""Bytes of a value that may be kept by name."""
_NUMERIC_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the numbers of a column are distributed."""

    mean: float
    deviation: float
    """The sample standard deviation; 0 of a single number."""
    grid: tuple[float, ...]
    """Quantiles from 0 to 1 in steps of ``1 / GRID``."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A column as a whole, by the rows that were looked at."""

    rows: int
    """How many were looked at."""
    nulls: int
    """Of these, without a value."""
    distinct: int
    """About how many values there are, by a sketch of the rows looked at."""
    check: int
    """The sum of the keyed hashes of the cells looked at, modulo 2^64."""
    numbers: Numbers | None = None
    shares: Mapping[str, int] | None = None
    """Of a column with few values: value → rows, the most frequent first; without rare ones."""


def profiles_of(table: LoadedTable, key: RowKey, identity: str) -> tuple[int, list[Profile]]:
    """The profiles of all columns, and one row of how many they were made of.

    The rows that they are made of stay in the engine as ``profiled``: the cells, and their keyed
    hashes ``h0``, ``h1`` …

    Args:
        table: The table.
        key: What hashes are keyed with.
        identity: SQL: the keyed hash by which rows are picked, over ``h0``, ``h1`` …
    """
    part = _part(table)
    width = range(len(table.columns))
    if not width:
        return 1, []
    hashes = ", ".join(f"{cell_hash(raw, key)} AS h{at}" for at, raw in enumerate(table.hashes))
    picked = f" WHERE {identity} % {part} = 0" * (part > 1)
    table.connection.execute(
        f"CREATE TEMP TABLE profiled AS SELECT * FROM (SELECT *, {hashes} FROM cells){picked}"
    )
    rows = int(table.ask("SELECT count(*) FROM profiled")[0][0])
    basics = list(_basics(table, width))
    numeric = [
        at
        for at, (filled, _, numbers, _) in enumerate(basics)
        if numbers and numbers >= _NUMERIC_SHARE * filled
    ]
    few = [
        at
        for at, (filled, distinct, _, _) in enumerate(basics)
        if filled and distinct <= _MOST_SHARES and distinct * 2 <= filled
    ][:_MOST_SHARED]
    numbers = dict(_numbers(table, numeric))
    shares = dict(_shares(table, few))
    return part, [
        Profile(rows, rows - filled, distinct, check, numbers.get(at), shares.get(at))
        for at, (filled, distinct, _, check) in enumerate(basics)
    ]


def _part(table: LoadedTable) -> int:
    most = min(WHOLE, MOST_CELLS // max(len(table.columns), 1)) or 1
    return 1 << max(0, math.ceil(math.log2(max(table.row_count, 1) / most)))


def _blocks(places: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(places), _COLUMNS_AT_ONCE):
        yield places[start : start + _COLUMNS_AT_ONCE]


def _basics(table: LoadedTable, places: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """(filled, distinct, numbers, check) of each column."""
    for block in _blocks(places):
        asked = ", ".join(
            f"count(*) FILTER ({table.filled[at]}), coalesce(approx_count_distinct(h{at}), 0),"
            f" count({table.numbers[at] or 'NULL'}),"
            f" coalesce(sum(h{at}::HUGEINT) % 18446744073709551616, 0)"
            for at in block
        )
        (found,) = table.ask(f"SELECT {asked} FROM profiled")
        for at in range(0, len(found), 4):
            filled, distinct, numbers, check = found[at : at + 4]
            yield filled, min(distinct, filled), numbers, int(check)


def _numbers(table: LoadedTable, places: Sequence[int]) -> Iterator[tuple[int, Numbers]]:
    steps = f"[i / {GRID}.0 for i in range({GRID + 1})]"
    for block in _blocks(places):
        asked = ", ".join(
            f"avg({number}) {finite}, coalesce(stddev_samp({number}) {finite}, 0),"
            f" quantile_cont({number}, {steps}) {finite}"
            for number in (table.numbers[at] for at in block)
            for finite in [f"FILTER (isfinite({number}))"]
        )
        (found,) = table.ask(f"SELECT {asked} FROM profiled")
        for at, place in zip(block, range(0, len(found), 3), strict=True):
            mean, deviation, grid = found[place : place + 3]
            if grid is not None and all(map(math.isfinite, chain((mean, deviation), grid))):
                yield at, Numbers(mean, deviation, tuple(grid))


def _shares(table: LoadedTable, places: Sequence[int]) -> Iterator[tuple[int, dict[str, int]]]:
    for block in _blocks(places):
        asked = " UNION ALL ".join(
            f"SELECT {at}, {table.labels[at]} AS label, count(*) FROM profiled"
            f" WHERE {table.filled[at]} GROUP BY label HAVING count(*) >= {_FEWEST}"
            f" AND strlen(label) <= {_LONGEST}"
            for at in block
        )
        found: dict[int, list[tuple[str, int]]] = {at: [] for at in block}
        for at, label, count in table.ask(asked):
            found[at].append((label, count))
        for at, values in found.items():
            yield at, dict(sorted(values, key=lambda it: (-it[1], it[0])))


def profile_json(profile: Profile) -> dict[str, Any]:
    """A profile as JSON."""
    told: dict[str, Any] = {
        "rows": profile.rows,
        "nulls": profile.nulls,
        "distinct": profile.distinct,
        "check": f"{profile.check:016x}",
    }
    if profile.numbers is not None:
        numbers = profile.numbers
        told["numbers"] = [numbers.mean, numbers.deviation, *numbers.grid]
    if profile.shares is not None:
        told["shares"] = dict(profile.shares)
    return told


def parse_profile(told: Mapping[str, Any]) -> Profile:
    """The profile that ``profile_json`` wrote.

    Raises:
        ValueError, TypeError, KeyError: it is none.
    """
    numbers = None
    if "numbers" in told:
        mean, deviation, *grid = map(float, told["numbers"])
        if len(grid) != GRID + 1 or not all(map(math.isfinite, (mean, deviation, *grid))):
            raise ValueError("not a grid of quantiles")
        numbers = Numbers(mean, deviation, tuple(grid))
    shares = told.get("shares")
    return Profile(
        rows=int(told["rows"]),
        nulls=int(told["nulls"]),
        distinct=int(told["distinct"]),
        check=int(told["check"], 16),
        numbers=numbers,
        shares=None if shares is None else {str(k): int(v) for k, v in shares.items()},
    )
