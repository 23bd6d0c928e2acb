"""Whether a column's values as a whole moved from one version to the next, and how far.

=========  ==========  ======  ==================================================================
measure    moderate    large   what it is
=========  ==========  ======  ==================================================================
``psi``    0.10        0.25    population stability index over tenths of the older version, or
                               over values where there are few
``ks``     0.10        0.20    the greatest distance of the two distribution functions
``share``  0.05        0.10    the greatest change of one value's share
``empty``  0.05        0.10    the change of the share of rows without a value
=========  ==========  ======  ==================================================================

The limits of ``psi`` are the customary ones (Siddiqi, Credit Risk Scorecards, Wiley 2006); since
its value without any drift grows with the number of bins and shrinks with the number of rows, it
must also be beyond what chance gives in one of a hundred tables (Yurdakul and Naranjo, Statistical
properties of the population stability index, Journal of Risk Model Validation 14(4), 2020).
``ks`` must be beyond the same limit of Smirnov (Annals of Mathematical Statistics 19, 1948). What
is below ``moderate`` is not told.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from whence.rows.opening import printable
from whence.rows.profile import GRID, Numbers, Profile

LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"psi": (0.10, 0.25), "ks": (0.10, 0.20), "share": (0.05, 0.10), "empty": (0.05, 0.10)}
)
"""Measure → from where it is moderate, from where it is large."""

_FEWEST_ROWS = 50
_TENTHS = 10
_LEAST_SHARE = 1e-4

_VALUES_TOLD = 3
_NORMAL_99 = 2.326347874
_SMIRNOV_99 = 1.628


@dataclass(frozen=True, slots=True)
class Drift:
    """A column that moved."""

    name: str
    measures: Mapping[str, float]
    """Those that are at least moderate; see the table of the module."""
    large: bool
    mean: tuple[float, float] | None = None
    """Before and after, of numbers."""
    values: tuple[tuple[str, float, float], ...] = ()
    """(value, share before, share after) of what moved most, of a column with few values."""
    empty: tuple[float, float] | None = None
    """The share of rows without a value, where that moved."""

    @property
    def weight(self) -> float:
        """How far it moved, in units of what is large."""
        return max(value / LIMITS[name][1] for name, value in self.measures.items())

    def sentence(self) -> str:
        """The drift in a plain line; safe to print."""
        told = []
        if self.mean is not None:
            told.append(f"mean {_figure(self.mean[0])} → {_figure(self.mean[1])}")
        told += [
            f"{printable(value) or 'an empty text'} {_share(a)} → {_share(b)}"
            for value, a, b in self.values
        ]
        if self.empty is not None:
            told.append(f"without a value {_share(self.empty[0])} → {_share(self.empty[1])}")
        figures = ", ".join(
            f"{name.upper()} {self.measures[name]:.2f}"
            for name in ("psi", "ks")
            if name in self.measures
        )
        shown = f" ({figures})" if figures else ""
        word = "far " if self.large else ""
        return f"`{printable(self.name)}` moved {word}as a whole: {', '.join(told)}{shown}"


def find_drifts(pairs: Sequence[tuple[str, Profile, Profile]]) -> tuple[Drift, ...]:
    """The columns that moved, the farthest first.

    Args:
        pairs: (name, profile before, profile after).
    """
    found = [drift for name, a, b in pairs if (drift := _compare(name, a, b)) is not None]
    return tuple(sorted(found, key=lambda it: -it.weight))


def _compare(name: str, a: Profile, b: Profile) -> Drift | None:
    if min(a.rows, b.rows) < _FEWEST_ROWS:
        return None
    measures: dict[str, float] = {}
    empty = a.nulls / a.rows, b.nulls / b.rows
    measures["empty"] = abs(empty[1] - empty[0])
    filled = a.rows - a.nulls, b.rows - b.nulls
    mean = None
    values: tuple[tuple[str, float, float], ...] = ()
    if min(filled) >= _FEWEST_ROWS:
        if a.shares is not None and b.shares is not None:
            measures |= _of_shares(a, b)
            values = tuple(_moved_most(a, b))
        elif a.numbers is not None and b.numbers is not None:
            measures |= _of_numbers(a.numbers, b.numbers, filled)
            mean = a.numbers.mean, b.numbers.mean
    telling = {name: value for name, value in measures.items() if value >= LIMITS[name][0]}
    if not telling:
        return None
    return Drift(
        name,
        MappingProxyType(telling),
        any(value >= LIMITS[name][1] for name, value in telling.items()),
        mean if telling.keys() & {"psi", "ks"} else None,
        values if telling.keys() & {"psi", "share"} else (),
        empty if "empty" in telling else None,
    )


def _of_shares(a: Profile, b: Profile) -> dict[str, float]:
    labels = list(dict.fromkeys([*(a.shares or {}), *(b.shares or {})]))
    old, new = (_shares(profile, labels) for profile in (a, b))
    moved = [abs(y - x) for x, y in zip(old, new, strict=True)]
    found = {"share": max(moved)}
    value = psi(old, new, _least(a.rows, b.rows))
    if value > _chance(len(labels), a.rows - a.nulls, b.rows - b.nulls):
        found["psi"] = value
    return found


def _shares(profile: Profile, labels: Sequence[str]) -> list[float]:
    """The share of each label, and last that of all others."""
    filled = max(profile.rows - profile.nulls, 1)
    shares = [(profile.shares or {}).get(label, 0) / filled for label in labels]
    return [*shares, max(0.0, 1 - sum(shares))]


def _moved_most(a: Profile, b: Profile) -> Iterator[tuple[str, float, float]]:
    labels = list(dict.fromkeys([*(a.shares or {}), *(b.shares or {})]))
    moved = list(zip(labels, _shares(a, labels), _shares(b, labels), strict=False))
    moved.sort(key=lambda it: (-round(abs(it[2] - it[1]), 6), min(it[1], it[2])))  # new, gone first
    for at, each in enumerate(moved[:_VALUES_TOLD]):
        if at == 0 or abs(each[2] - each[1]) >= LIMITS["share"][0]:
            yield each


def _of_numbers(a: Numbers, b: Numbers, filled: tuple[int, int]) -> dict[str, float]:
    found = {}
    old, new = tenths(a.grid, b.grid)
    value = psi(old, new, _least(*filled))
    if value > _chance(len(old) - 1, *filled):
        found["psi"] = value
    distance = ks(a.grid, b.grid)
    if distance > _SMIRNOV_99 * math.sqrt(sum(filled) / (filled[0] * filled[1])):
        found["ks"] = distance
    return found


def psi(expected: Sequence[float], actual: Sequence[float], least: float = _LEAST_SHARE) -> float:
    """The population stability index of two lists of shares over the same bins.

    ``least`` is what an empty bin counts as, so that its logarithm stays finite.
    """
    return sum(
        (y - x) * math.log(y / x)
        for x, y in (
            (max(each, least), max(other, least))
            for each, other in zip(expected, actual, strict=True)
        )
    )


def _least(rows: int, others: int) -> float:
    """Half a row of the smaller table: in a small one an empty bin says little."""
    return max(_LEAST_SHARE, 0.5 / min(rows, others))


def tenths(before: Sequence[float], after: Sequence[float]) -> tuple[list[float], list[float]]:
    """The shares of both between the tenths of the older; fewer bins where tenths are equal."""
    edges = sorted({before[at * GRID // _TENTHS] for at in range(1, _TENTHS)})
    return _between(before, edges), _between(after, edges)


def _between(grid: Sequence[float], edges: Sequence[float]) -> list[float]:
    below = [0.0, *(cdf(grid, edge) for edge in edges), 1.0]
    return [high - low for low, high in pairwise(below)]


def ks(before: Sequence[float], after: Sequence[float]) -> float:
    """The greatest distance of two distribution functions, to a hundredth."""
    return max(abs(cdf(before, x) - cdf(after, x)) for x in {*before, *after})


def cdf(grid: Sequence[float], x: float) -> float:
    """The share of values that are not greater, from quantiles in equal steps."""
    at = bisect_right(grid, x)
    if at == 0:
        return 0.0
    last = len(grid) - 1
    if at > last:
        return 1.0
    low, high = grid[at - 1], grid[at]
    return (at - 1 + (x - low) / (high - low)) / last


def _chance(freedom: int, rows: int, others: int) -> float:
    """What chance gives in one of a hundred tables: a chi-square, as Wilson and Hilferty near it.

    Wilson and Hilferty, The distribution of chi-square, PNAS 17(12), 1931.
    """
    freedom = max(freedom, 1)
    part = 2 / (9 * freedom)
    quantile = freedom * (1 - part + _NORMAL_99 * math.sqrt(part)) ** 3
    return quantile * (1 / rows + 1 / others)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def _share(share: float) -> str:
    return f"{share:.1%}".replace(".0%", "%").replace("%", " %")
