"""Shares from sampled orders of joining, where there are too many mixtures to run them all."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import variance
from typing import Protocol

from whence.reproduction.attribution.estimates import (
    Contrast,
    Estimate,
    Readings,
    added,
    student,
)
from whence.reproduction.attribution.laboratory import Mixture
from whence.reproduction.attribution.shapley import Block, Setting, orders, walk
from whence.reproduction.attribution.trials import Trials


class Thoroughness(Protocol):
    """How long it is sampled."""

    @property
    def precision(self) -> float:
        """The half interval of the largest share, as a part of the change."""

    @property
    def orders(self) -> int:
        """Never more than so many."""

    @property
    def chance(self) -> int:
        """Which are sampled."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Pairs of opposite orders that were walked."""

    pairs: tuple[Mapping[Block, Contrast], ...]

    def estimate(self, readings: Readings, blocks: Mapping[Block, float], level: float) -> Estimate:
        """A weighted sum of shares; in doubt are both the values and the choice of orders."""
        weights = list(blocks.values())
        each = [added([pair[block] for block in blocks], weights) for pair in self.pairs]
        whole = readings.estimate(added(each, [1 / len(each)] * len(each)), level)
        half = whole.high - whole.value
        if len(each) > 1:
            spread = math.sqrt(variance(map(readings.value, each)) / len(each))
            half = math.hypot(half, student(level, len(each) - 1) * spread)
        return Estimate(whole.value, whole.value - half, whole.value + half)


def sample(
    trials: Trials,
    setting: Setting,
    blocks: Sequence[Block],
    plan: Thoroughness,
    seeds: Callable[[], Sequence[int]],
    keep: Callable[[Sampled], None],
) -> list[Mixture] | None:
    """Walk pairs of orders until the largest share is precise enough.

    Args:
        trials: Runs mixtures.
        setting: Blocks as in B → mixture.
        blocks: The players.
        plan: When it is precise enough.
        seeds: Which seeds mixtures are run with.
        keep: Is given what was found after each pair.

    Returns:
        ``None`` when done; the mixtures of a walk that holds one that cannot run.

    Raises:
        BudgetSpentError: the budget ended before it was precise enough.
    """
    pairs: list[Mapping[Block, Contrast]] = []
    source = orders(blocks, plan.chance)
    for _ in range(plan.orders // 2):
        walks = [walk(setting, order) for order in islice(source, 2)]
        wanted = list(dict.fromkeys(m for one in walks for each in one.values() for m in each))
        trials.ask(wanted, seeds())
        if any(each in trials.failed for each in wanted):
            return wanted
        pairs.append({block: added([one[block] for one in walks], [0.5, 0.5]) for block in blocks})
        sampled = Sampled(tuple(pairs))
        if len(pairs) > 1:
            keep(sampled)
            if _is_precise(sampled, Readings(trials.values), blocks, plan.precision):
                return None
    return None


def _is_precise(
    sampled: Sampled, readings: Readings, blocks: Sequence[Block], precision: float
) -> bool:
    level = 1 - 0.05 / len(blocks)
    shares = [sampled.estimate(readings, {block: 1.0}, level) for block in blocks]
    change = abs(math.fsum(each.value for each in shares))
    top = max(shares, key=lambda each: abs(each.value))
    return top.high - top.value <= precision * max(change, abs(top.value))
