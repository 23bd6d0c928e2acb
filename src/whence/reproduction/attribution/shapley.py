"""Shares of a change among those who made it together (Shapley 1953), as weights of mixtures.

Each block of factors is a player. Its share is what it adds when it joins the others, averaged
over all orders of joining; so shares sum to the whole change whatever the interactions are.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import combinations
from math import factorial

from whence.reproduction.attribution.estimates import Contrast, added
from whence.reproduction.attribution.laboratory import Mixture

Block = Mixture
"""Factors that are only ever set together."""

Setting = Callable[[frozenset[Block]], Mixture]
"""Blocks that are as in B → the mixture to be run."""


def union(blocks: frozenset[Block]) -> Mixture:
    """All factors of some blocks."""
    return reduce(frozenset.union, blocks, Mixture())


def subsets(blocks: Sequence[Block]) -> Iterator[frozenset[Block]]:
    """Every set of blocks, smaller ones first."""
    for size in range(len(blocks) + 1):
        yield from map(frozenset, combinations(blocks, size))


def swap(setting: Setting, among: frozenset[Block], *blocks: Block) -> Contrast:
    """What changes when blocks join others."""
    return added([{setting(among | set(blocks)): 1.0}, {setting(among - set(blocks)): -1.0}])


def exact(setting: Setting, blocks: Sequence[Block]) -> dict[Block, Contrast]:
    """Each block's share, from all mixtures of blocks: ``2 ** len(blocks)`` of them."""
    count = len(blocks)
    shares = {}
    for block in blocks:
        others = [each for each in blocks if each != block]
        parts, weights = [], []
        for some in subsets(others):
            parts.append(swap(setting, some, block))
            weights.append(
                factorial(len(some)) * factorial(count - len(some) - 1) / factorial(count)
            )
        shares[block] = added(parts, weights)
    return shares


def interaction(setting: Setting, blocks: Sequence[Block], one: Block, other: Block) -> Contrast:
    """What two do together beyond what each does (Grabisch and Roubens 1999)."""
    rest = [each for each in blocks if each not in {one, other}]
    count = len(blocks)
    parts, weights = [], []
    for some in subsets(rest):
        parts.append(together(setting, some, one, other))
        weights.append(
            factorial(len(some)) * factorial(count - len(some) - 2) / factorial(count - 1)
        )
    return added(parts, weights)


def together(setting: Setting, among: frozenset[Block], one: Block, other: Block) -> Contrast:
    """What two do together beyond what each does, where these others are as in B."""
    return added(
        [swap(setting, among | {other}, one), swap(setting, among - {other}, one)], [1.0, -1.0]
    )


def screen(setting: Setting, blocks: Sequence[Block]) -> dict[Block, Contrast]:
    """Each block's share, from its first and its last swap; what is left is spread evenly."""
    everything = frozenset(blocks)
    means = {
        block: added(
            [swap(setting, frozenset(), block), swap(setting, everything - {block}, block)],
            [0.5, 0.5],
        )
        for block in blocks
    }
    total = swap(setting, everything, *blocks)
    rest = added([total, *means.values()], [1.0, *[-1.0] * len(blocks)])
    return {block: added([mean, rest], [1.0, 1.0 / len(blocks)]) for block, mean in means.items()}


def screening(setting: Setting, blocks: Sequence[Block]) -> Iterator[Mixture]:
    """The mixtures of the screen."""
    everything = frozenset(blocks)
    for block in blocks:
        yield setting(frozenset({block}))
        yield setting(everything - {block})


def orders(blocks: Sequence[Block], seed: int) -> Iterator[tuple[Block, ...]]:
    """Orders of joining without end, each followed by its reverse.

    A pair of opposite orders is less noisy than two by chance (Mitchell and others 2022).
    """
    chance = random.Random(seed)  # noqa: S311  no secret: the same question is asked the same way
    while True:
        order = chance.sample(list(blocks), len(blocks))
        yield tuple(order)
        yield tuple(reversed(order))


def walk(setting: Setting, order: Sequence[Block]) -> Mapping[Block, Contrast]:
    """What each block adds when they join in this order."""
    return {block: swap(setting, frozenset(order[:at]), block) for at, block in enumerate(order)}
