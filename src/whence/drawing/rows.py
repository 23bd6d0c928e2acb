"""How high each item stands: near its neighbours, never on top of another, the spine straight.

Each column is solved by itself, given the others, several times from left to right and back. That
one problem, least squares with a given order and least distances, is isotonic regression, solved
exactly by pooling neighbours that violate the order.
"""

import math
from collections.abc import Callable, Sequence

_SWEEPS = 12
_MANY = 2_000
"""With more vertices than this, half the sweeps must do."""


def find_rows(
    columns: Sequence[Sequence[int]],
    links: Sequence[tuple[int, int]],
    spine: frozenset[int],
    distance: Callable[[int, int], int],
) -> list[int]:
    """The height of each vertex, 0 for the spine, growing downwards, in whole pixels.

    Args:
        columns: The vertices of each column from top to bottom.
        links: Pairs of vertices in columns that stand side by side.
        spine: The vertices that must stand at 0, at most one in a column.
        distance: How far below the first vertex the second must stand at least.
    """
    count = sum(map(len, columns))
    near: list[list[int]] = [[] for _ in range(count)]
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    heights = [0] * count
    solved = [_Column(column, spine, distance) for column in columns]
    for each in solved:
        each.solve([0.0] * len(each.column), heights)
    turns = [solved, solved[::-1]]
    for sweep in range(_SWEEPS if count <= _MANY else _SWEEPS // 2):
        for each in turns[sweep % 2]:
            wanted = [_mean(vertex, near[vertex], heights) for vertex in each.column]
            each.solve(wanted, heights)
    return heights


def _mean(vertex: int, near: Sequence[int], heights: Sequence[int]) -> float:
    if not near:
        return heights[vertex]
    return sum(heights[other] for other in near) / len(near)


class _Column:
    def __init__(
        self,
        column: Sequence[int],
        spine: frozenset[int],
        distance: Callable[[int, int], int],
    ) -> None:
        self.column = column
        self._fixed = next((row for row, each in enumerate(column) if each in spine), None)
        self._down = [0] * len(column)
        """How far each vertex stands below the first when all stand as close as they may."""
        for row in range(1, len(column)):
            self._down[row] = self._down[row - 1] + distance(column[row - 1], column[row])

    def solve(self, wanted: Sequence[float], heights: list[int]) -> None:
        """Put the vertices as near as possible to where they are wanted."""
        # Less its distance from the first, each vertex must only be no higher than the one before.
        slack = [want - down for want, down in zip(wanted, self._down, strict=True)]
        if self._fixed is None:
            levels = _pooled(slack)
        else:
            fixed = -self._down[self._fixed]
            upper = [min(level, fixed) for level in _pooled(slack[: self._fixed])]
            lower = [max(level, fixed) for level in _pooled(slack[self._fixed + 1 :])]
            levels = [*upper, fixed, *lower]
        for vertex, level, down in zip(self.column, levels, self._down, strict=True):
            # Rounding before adding: whole distances stay whole, and nothing moves closer.
            heights[vertex] = math.floor(level + 0.5) + down


def _pooled(values: Sequence[float]) -> list[float]:
    """The nearest sequence that never falls (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, many = pools.pop()
            total, count = total + before, count + many
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]
