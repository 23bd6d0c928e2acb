"""Pairing two lists by ever looser likeness, without comparing each with each."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Likeness(Generic[T]):
    """A way in which two things can be alike."""

    key: Callable[[T], Hashable]
    """Things with equal keys are alike; ``None`` is like nothing."""
    evenly: bool = False
    """Whether it only counts where both lists have equally many such things."""


def match(
    a: Iterable[T], b: Iterable[T], likenesses: Sequence[Likeness[T]]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    """Pair what is alike, by the first likeness that fits; where several are, in their order.

    Returns:
        The pairs, and what is left over on each side. Exchanging the sides exchanges the answer.
    """
    pairs: list[tuple[T, T]] = []
    left, right = list(a), list(b)
    for likeness in likenesses:
        if not left or not right:
            break
        ours, theirs = _grouped(left, likeness.key), _grouped(right, likeness.key)
        taken_left: set[int] = set()
        taken_right: set[int] = set()
        for key, places in ours.items():
            others = theirs.get(key, [])
            if likeness.evenly and len(places) != len(others):
                continue
            for one, other in zip(places, others, strict=False):
                pairs.append((left[one], right[other]))
                taken_left.add(one)
                taken_right.add(other)
        left = [each for at, each in enumerate(left) if at not in taken_left]
        right = [each for at, each in enumerate(right) if at not in taken_right]
    return pairs, left, right


def _grouped(things: Sequence[T], key: Callable[[T], Hashable]) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for at, each in enumerate(things):
        found = key(each)
        if found is not None:
            groups[found].append(at)
    return groups
