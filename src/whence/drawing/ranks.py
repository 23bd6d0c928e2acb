"""Orders of an acyclic graph, given as the places that follow each place."""

from collections.abc import Sequence


def topological(ahead: Sequence[Sequence[int]]) -> list[int]:
    """All places, each after everything that leads to it, otherwise in the order given.

    Where a circle leaves no such place (a lineage has none, a hand-made graph may), the first that
    is left is taken as if nothing led to it.
    """
    missing = [0] * len(ahead)
    for follows in ahead:
        for place in follows:
            missing[place] += 1
    order: list[int] = []
    done = [False] * len(ahead)
    ready = [place for place, count in enumerate(missing) if count == 0]
    ready.reverse()
    start = 0
    while len(order) < len(ahead):
        if not ready:
            while done[start]:
                start += 1
            ready.append(start)
        place = ready.pop()
        if done[place]:
            continue
        done[place] = True
        order.append(place)
        for after in reversed(ahead[place]):
            missing[after] -= 1
            if missing[after] == 0 and not done[after]:
                ready.append(after)
    return order


def forward_only(ahead: Sequence[Sequence[int]], order: Sequence[int]) -> list[list[int]]:
    """The same graph without what leads back against an order."""
    at = [0] * len(order)
    for rank, place in enumerate(order):
        at[place] = rank
    return [
        list(dict.fromkeys(after for after in follows if at[after] > at[place]))
        for place, follows in enumerate(ahead)
    ]


def longest_paths(ahead: Sequence[Sequence[int]]) -> list[int]:
    """For each place, the number of steps of the longest way that leads to it."""
    order = topological(ahead)
    steps = [0] * len(ahead)
    follows = forward_only(ahead, order)
    for place in order:
        for after in follows[place]:
            steps[after] = max(steps[after], steps[place] + 1)
    return steps


def turned(ahead: Sequence[Sequence[int]]) -> list[list[int]]:
    """The same graph the other way round."""
    behind: list[list[int]] = [[] for _ in ahead]
    for place, follows in enumerate(ahead):
        for after in follows:
            behind[after].append(place)
    return behind
