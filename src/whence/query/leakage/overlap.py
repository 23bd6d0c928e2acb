"""How many rows two tables share, estimated from sketches of them.

A sketch holds the smallest hashes of a table's distinct rows. Below the larger of two sketches'
reach, both are complete: the rows of either table down there are a fair sample of it, and of each
one we know for sure whether the other table has it. The interval is Wilson's (1927) at 95 %; of
tables small enough to be sketched whole, the answer is exact.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

FULL = 1024
"""How many hashes a sketch holds of a table that has more distinct rows."""

_Z = 1.959964
"""The normal distribution's quantile for 95 %, two-sided."""

_RANGE = float(1 << 64)


@dataclass(frozen=True, slots=True)
class Rows:
    """A sketch with what is known of the table."""

    hashes: Sequence[int]
    """The smallest 64-bit hashes of its rows, distinct and ascending."""
    count: int
    """How many rows the table has."""
    sketched: int
    """Of how many of them the sketch was made; fewer than ``count`` of very large tables."""

    @property
    def is_whole(self) -> bool:
        """Whether every distinct row is in the sketch."""
        return len(self.hashes) < FULL

    @property
    def reach(self) -> int:
        """The largest hash up to which the sketch is complete."""
        return (1 << 64) - 1 if self.is_whole else self.hashes[-1]

    def repeated(self) -> float:
        """At least what share of the rows says the same as another row of the table."""
        if not self.sketched:
            return 0.0
        distinct = float(len(self.hashes))
        if not self.is_whole:
            # The estimator of Bar-Yossef et al. (2002), raised by two of its standard errors.
            distinct = (FULL - 1) / (self.hashes[-1] / _RANGE) * (1 + 2 / math.sqrt(FULL - 2))
        return max(0.0, 1 - distinct / self.sketched)


@dataclass(frozen=True, slots=True)
class Share:
    """What share of one table's rows is in another."""

    share: float
    low: float
    high: float
    sample: int
    """From how many rows it was estimated."""


def contained(inner: Rows, outer: Rows) -> Share:
    """What share of the rows of ``inner`` is in ``outer``."""
    reach = min(inner.reach, outer.reach)
    mine = inner.hashes[: bisect_right(inner.hashes, reach)]
    common = len(set(mine).intersection(outer.hashes))
    low, high = _wilson(common, len(mine))
    if inner.is_whole and outer.is_whole and mine:
        low = high = common / len(mine)
    share = common / len(mine) if mine else 0.0
    # Where only some rows of the outer table were looked at, it has more in the same proportion.
    seen = outer.sketched / outer.count if 0 < outer.sketched < outer.count else 1.0
    return Share(min(1.0, share / seen), min(1.0, low / seen), min(1.0, high / seen), len(mine))


def _wilson(found: int, of: int) -> tuple[float, float]:
    """Wilson's score interval of a proportion."""
    if not of:
        return 0.0, 1.0
    share, spread = found / of, _Z * _Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    # A bound that is exactly 0 or 1 by the formula shall not miss it by rounding.
    low = 0.0 if found == 0 else max(0.0, middle - half)
    return low, 1.0 if found == of else min(1.0, middle + half)
