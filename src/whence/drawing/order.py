"""In which order the items of each column stand, so that few arrows cross.

The method of Sugiyama: sweeps that put each item at the mean of its neighbours, keeping the best
order seen, then swaps of neighbours while they help. Everything is decided by the order given, so
the same picture always comes out the same.
"""

from collections.abc import Sequence
from itertools import pairwise

_SWEEPS = 8
_SWAPS = 6
_MANY = 2_000
"""With more vertices than this, way-points included, half the work must do."""

Columns = list[list[int]]


def find_order(
    columns: Sequence[Sequence[int]], links: Sequence[tuple[int, int]], first: Sequence[int]
) -> Columns:
    """The vertices of each column from top to bottom.

    Args:
        columns: The vertices of each column.
        links: Pairs of vertices in columns that stand side by side, left one first.
        first: Vertices from which the first order is taken, depth first.
    """
    count = sum(map(len, columns))
    left: list[list[int]] = [[] for _ in range(count)]
    right: list[list[int]] = [[] for _ in range(count)]
    for one, other in links:
        right[one].append(other)
        left[other].append(one)
    met = _met(count, left, right, first)
    current = [sorted(column, key=met.__getitem__) for column in columns]
    best, fewest = [list(column) for column in current], _crossings(current, right)
    for sweep in range(_SWEEPS if count <= _MANY else _SWEEPS // 2):
        if fewest == 0:
            break
        if sweep % 2 == 0:
            for at in range(1, len(current)):
                _settle(current, at, at - 1, left)
        else:
            for at in range(len(current) - 2, -1, -1):
                _settle(current, at, at + 1, right)
        crossings = _crossings(current, right)
        if crossings < fewest:
            best, fewest = [list(column) for column in current], crossings
    if fewest:
        _swap(best, left, right, _SWAPS if count <= _MANY else 1)
    return best


def _met(
    count: int,
    left: Sequence[Sequence[int]],
    right: Sequence[Sequence[int]],
    first: Sequence[int],
) -> list[int]:
    met = [-1] * count
    number = 0
    for start in (*first, *range(count)):
        pending = [start]
        while pending:
            vertex = pending.pop()
            if met[vertex] < 0:
                met[vertex] = number
                number += 1
                pending += [*reversed(right[vertex]), *reversed(left[vertex])]
    return met


def _settle(columns: Columns, at: int, beside: int, near: Sequence[Sequence[int]]) -> None:
    """Put each vertex of a column at the mean of its neighbours in the column beside."""
    place = {vertex: row for row, vertex in enumerate(columns[beside])}
    mean: dict[int, float] = {}
    for row, vertex in enumerate(columns[at]):
        rows = [place[other] for other in near[vertex]]
        mean[vertex] = sum(rows) / len(rows) if rows else float(row)
    columns[at].sort(key=mean.__getitem__)


def _crossings(columns: Sequence[Sequence[int]], right: Sequence[Sequence[int]]) -> int:
    """How many pairs of links cross: inversions, counted with a binary indexed tree."""
    total = 0
    for column, beside in pairwise(columns):
        place = {vertex: row for row, vertex in enumerate(beside)}
        tree = [0] * (len(beside) + 1)
        seen = 0
        for vertex in column:
            rows = sorted(place[other] for other in right[vertex])
            for row in rows:
                below, at = 0, row + 1
                while at:
                    below += tree[at]
                    at &= at - 1
                total += seen - below
            for row in rows:
                at = row + 1
                while at <= len(beside):
                    tree[at] += 1
                    at += at & -at
            seen += len(rows)
    return total


def _swap(
    columns: Columns, left: Sequence[Sequence[int]], right: Sequence[Sequence[int]], rounds: int
) -> None:
    """Swap neighbours while that removes crossings."""
    for _ in range(rounds):
        better = False
        for at, column in enumerate(columns):
            sides = []
            if at:
                sides.append((left, {each: row for row, each in enumerate(columns[at - 1])}))
            if at + 1 < len(columns):
                sides.append((right, {each: row for row, each in enumerate(columns[at + 1])}))
            rows = [
                [sorted(place[other] for other in near[vertex]) for near, place in sides]
                for vertex in column
            ]
            for row in range(len(column) - 1):
                one, other = rows[row], rows[row + 1]
                now = sum(_inverted(a, b) for a, b in zip(one, other, strict=True))
                then = sum(_inverted(b, a) for a, b in zip(one, other, strict=True))
                if then < now:
                    column[row], column[row + 1] = column[row + 1], column[row]
                    rows[row], rows[row + 1] = other, one
                    better = True
        if not better:
            return


def _inverted(upper: Sequence[int], lower: Sequence[int]) -> int:
    """How many links of an upper vertex cross those of a lower one; both sorted."""
    count = at = 0
    for row in upper:
        while at < len(lower) and lower[at] < row:
            at += 1
        count += at
    return count
