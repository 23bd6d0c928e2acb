"""Factors that cannot be told apart, since a mixture that would is one that cannot run.

Code that reads a new column needs the data that has it; an option needs the program that knows it.
Such an interaction is found from which mixtures ran and which did not, and its factors become one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from whence.reproduction.attribution.laboratory import Mixture
from whence.reproduction.attribution.shapley import Block


@dataclass(frozen=True, slots=True)
class Join:
    """Two blocks that became one."""

    members: Block
    mixture: Mixture
    """One that could not run, and told so."""
    reason: str


Pair = tuple[Block, Block]
"""As in B, as in A: the first needs the second."""


def suspects(
    blocks: Sequence[Block], ran: Collection[Mixture], failed: Collection[Mixture]
) -> list[Pair]:
    """The pairs that explain most mixtures that cannot run; several where that is not settled."""
    found = {
        pair: sum(_explains(pair, each) for each in failed)
        for pair in _pairs(blocks)
        if not any(_explains(pair, each) for each in ran)
    }
    most = max(found.values(), default=0)
    if most:
        return [pair for pair, count in found.items() if count == most]
    # No one block needs another: three or more play together, and two of them are as good as any.
    return [pair for pair in _pairs(blocks) if any(_explains(pair, each) for each in failed)][:1]


def questions(pairs: Iterable[Pair]) -> Iterator[Mixture]:
    """Mixtures that settle which of several pairs it is."""
    for one, other in pairs:
        yield one | other


def join(pair: Pair, failed: Mapping[Mixture, str]) -> Join:
    """Make one block of two."""
    mixture = min(
        (each for each in failed if _explains(pair, each)),
        key=lambda each: (len(each), sorted(each)),
    )
    return Join(pair[0] | pair[1], mixture, failed[mixture])


def joined(blocks: Sequence[Block], join: Join) -> tuple[Block, ...]:
    """The blocks, with those in one place that became one."""
    kept = [each for each in blocks if not each <= join.members]
    at = next(at for at, each in enumerate(blocks) if each <= join.members)
    return (*kept[:at], join.members, *kept[at:])


def splits(block: Block, mixture: Mixture) -> bool:
    """Whether a mixture has a part of a block only."""
    return bool(block & mixture) and not block <= mixture


def _pairs(blocks: Sequence[Block]) -> Iterator[Pair]:
    for one in blocks:
        for other in blocks:
            if one != other:
                yield one, other


def _explains(pair: Pair, mixture: Mixture) -> bool:
    return pair[0] <= mixture and not pair[1] & mixture
