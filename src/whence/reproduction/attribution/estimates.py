"""Estimates with their intervals: every answer is a weighted sum of what mixtures gave.

Few seeds are run of each mixture, so a bootstrap of three values would be far too sure of itself.
The noise of one mixture is taken from all that were repeated, or its own where that is larger, and
intervals follow Student's t with as many degrees of freedom as there were repeats.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from whence.reproduction.attribution.laboratory import Mixture, Values

Contrast = Mapping[Mixture, float]
"""Mixture → its weight in a sum."""

EXACT = 1e-9
"""Relative; differences below it are the rounding of sums."""
OWN = 3
"""Repeats from which on a mixture's own noise counts where it is larger than that of all."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, and between what it lies."""

    value: float
    low: float
    high: float

    @property
    def beyond_noise(self) -> bool:
        """Whether nothing is outside the interval."""
        return self.low > 0 or self.high < 0

    def widened(self, by: float) -> "Estimate":
        """The same with so much more doubt on either side."""
        return Estimate(self.value, self.low - by, self.high + by)


class Readings:
    """What mixtures gave, and how much of it is noise.

    Args:
        values: Mixture → one value for each seed.
    """

    def __init__(self, values: Values) -> None:
        self._values = {mixture: tuple(each) for mixture, each in values.items() if each}
        self._means = {mixture: fmean(each) for mixture, each in self._values.items()}
        repeated = [each for each in self._values.values() if len(each) > 1]
        self.freedom = sum(len(each) - 1 for each in repeated)
        squares = sum((len(each) - 1) * variance(each) for each in repeated)
        self._pooled = squares / self.freedom if self.freedom else 0.0
        self._scale = max((abs(each) for each in self._means.values()), default=0.0)
        if math.sqrt(self._pooled) <= EXACT * self._scale:
            self._pooled = 0.0

    def __contains__(self, mixture: Mixture) -> bool:
        return mixture in self._means

    @property
    def noise(self) -> float:
        """The standard deviation between seeds, over all mixtures."""
        return math.sqrt(self._pooled)

    @property
    def is_exact(self) -> bool:
        """Whether repeats gave the same, so that one seed tells all."""
        return self.freedom > 0 and self._pooled == 0.0

    def value(self, contrast: Contrast) -> float:
        """The sum."""
        return math.fsum(weight * self._means[each] for each, weight in contrast.items())

    def error(self, contrast: Contrast) -> float:
        """The standard error of the sum."""
        return math.sqrt(
            math.fsum(
                weight**2 * self._variance(each) / len(self._values[each])
                for each, weight in contrast.items()
            )
        )

    def _variance(self, mixture: Mixture) -> float:
        values = self._values[mixture]
        if len(values) < OWN or not self._pooled:
            return self._pooled
        return max(self._pooled, variance(values))

    def estimate(self, contrast: Contrast, level: float = 0.95) -> Estimate:
        """The sum with its interval; rounding alone is no difference."""
        value = self.value(contrast)
        if abs(value) <= EXACT * self._scale:
            value = 0.0
        half = self.error(contrast)
        half *= student(level, self.freedom) if half else 0.0
        return Estimate(value, value - half, value + half)

    def welch(self, one: Mixture, other: Mixture, level: float) -> Estimate:
        """The change from one to another, each with its own noise (Welch 1947)."""
        a, b = self._values[one], self._values[other]
        change = self.value({other: 1.0, one: -1.0})
        if min(len(a), len(b)) < 2:
            return self.estimate({other: 1.0, one: -1.0}, level)
        parts = [variance(each) / len(each) for each in (a, b)]
        error = math.sqrt(sum(parts))
        if error <= EXACT * self._scale:
            value = 0.0 if abs(change) <= EXACT * self._scale else change
            return Estimate(value, value, value)
        spread = sum(part**2 / (len(each) - 1) for part, each in zip(parts, (a, b), strict=True))
        half = student(level, max(int(error**4 / spread), 1)) * error
        return Estimate(change, change - half, change + half)


def added(contrasts: Sequence[Contrast], weights: Sequence[float] | None = None) -> Contrast:
    """The weighted sum of contrasts."""
    told: dict[Mixture, float] = {}
    for at, contrast in enumerate(contrasts):
        factor = 1.0 if weights is None else weights[at]
        for mixture, weight in contrast.items():
            told[mixture] = told.get(mixture, 0.0) + factor * weight
    return {mixture: weight for mixture, weight in told.items() if weight}


def student(level: float, freedom: int) -> float:
    """The two-sided quantile of Student's t, by halving.

    Args:
        level: Probability of being inside, such as 0.95.
        freedom: Degrees of freedom; with none nothing is known, and the answer is infinite.
    """
    if freedom < 1:
        return math.inf
    low, high = 0.0, 1.0
    while _inside(high, freedom) < level:
        low, high = high, high * 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, freedom) < level else (low, middle)
    return high


def _inside(t: float, freedom: int) -> float:
    """The probability that ``|T| < t`` (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2 == 1
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for n in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine**2 * (n - 1) / n
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
