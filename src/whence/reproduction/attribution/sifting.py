"""Which factors can do anything at all: groups of them are tried before single ones."""

from collections.abc import Callable, Sequence

from whence.reproduction.attribution.estimates import Readings
from whence.reproduction.attribution.laboratory import Factor, Mixture
from whence.reproduction.attribution.shapley import Block
from whence.reproduction.attribution.trials import Trials

ONE_BY_ONE = 6
"""Up to so many factors, groups of them would cost more than they save."""
LARGEST = 12
"""With more living blocks than this, groups stay together."""


def sift(
    trials: Trials, factors: Sequence[Factor], seeds: Callable[[], Sequence[int]]
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Blocks that do something, and blocks of which nothing is seen.

    A group does nothing if A with it is as A, and B without it as B, but for noise. A group that
    does something, or without which something cannot run, is halved until single factors are left.

    Raises:
        BudgetSpentError: the budget ended before that.
    """
    everything = Mixture(each.key for each in factors)
    groups = _singles(factors) if len(factors) <= ONE_BY_ONE else _grouped(factors)
    order = [each.key for each in factors]
    living: list[Block] = []
    dead: list[Block] = []
    while groups:
        asked = [mixture for group in groups for mixture in (group, everything - group)]
        trials.ask(asked, seeds())
        readings, level = Readings(trials.values), 1 - 0.05 / len(groups)
        moved = [each for each in groups if _does_something(readings, each, everything, level)]
        dead += [each for each in groups if each not in moved]
        living += [each for each in moved if len(each) == 1]
        wide = [each for each in moved if len(each) > 1]
        if len(living) + 2 * len(wide) > LARGEST and len(living) + len(wide) > 1:
            living += wide
            break
        groups = [half for each in wide for half in _halves(each, order)]
    return _sorted(living, order), _sorted(dead, order)


def _does_something(readings: Readings, group: Block, everything: Mixture, level: float) -> bool:
    rest = everything - group
    if group not in readings or rest not in readings:
        return True  # it cannot run: whatever it needs is found out later
    on_a = readings.estimate({group: 1.0, Mixture(): -1.0}, level)
    from_b = readings.estimate({everything: 1.0, rest: -1.0}, level)
    return on_a.beyond_noise or from_b.beyond_noise


def _singles(factors: Sequence[Factor]) -> list[Block]:
    return [Mixture({each.key}) for each in factors]


def _grouped(factors: Sequence[Factor]) -> list[Block]:
    found: dict[str, set[str]] = {}
    for each in factors:
        found.setdefault(each.group, set()).add(each.key)
    if len(found) > 1:
        return [Mixture(keys) for keys in found.values()]
    keys = [each.key for each in factors]
    return list(_halves(Mixture(keys), keys))


def _halves(group: Block, order: Sequence[str]) -> tuple[Block, Block]:
    keys = [key for key in order if key in group]
    middle = len(keys) // 2
    return Mixture(keys[:middle]), Mixture(keys[middle:])


def _sorted(blocks: Sequence[Block], order: Sequence[str]) -> tuple[Block, ...]:
    return tuple(sorted(blocks, key=lambda each: min(map(order.index, each))))
