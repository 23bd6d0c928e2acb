"""A breadth-first walk, level by level; each kind of steps finds the next level in its own way."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol

from whence.store.adjacency import Side
from whence.store.database import Database
from whence.store.interface import Direction
from whence.store.schema import ENDS, LINEAGE_BELOW


class Steps(Protocol):
    """A walk under way."""

    def advance(self) -> Sequence[int]:
        """The nodes one step further, ascending; none when the walk is complete."""


class SqlSteps:
    """Asks SQL, one statement for some hundred nodes: best for walks that end soon."""

    def __init__(self, database: Database, direction: Direction, start: int) -> None:
        self._database = database
        self._direction = direction
        self._seen = {start}
        self._level = [start]

    def advance(self) -> list[int]:
        """See ``Steps.advance``."""
        pairs = read_pairs(self._database, self._level, self._direction)
        found = {far for _, far in pairs} - self._seen
        self._seen |= found
        self._level = sorted(found)
        return self._level


class SideSteps:
    """Looks into the rows at hand: a hundred times as many nodes in the same time.

    Args:
        side: The edges.
        visited: Where the walk has been.
        level: Where it is, ascending.
    """

    def __init__(self, side: Side, visited: Sequence[int], level: Sequence[int]) -> None:
        self.side = side
        self.level = level
        self.seen = bytearray(side.top + 1)
        """1 for each handle that was visited: for so many, far smaller than a set."""
        for handle in visited:
            self.seen[handle] = 1

    def advance(self) -> Sequence[int]:
        """See ``Steps.advance``."""
        seen, level = self.seen, self.level
        offsets, targets = self.side.rows
        found: list[int] = []
        add = found.append
        for handle in level[: bisect_right(level, self.side.covered)]:
            for near in targets[offsets[handle] : offsets[handle + 1]]:
                if not seen[near]:
                    seen[near] = 1
                    add(near)
        if self.side.beyond:
            added = self.side.beyond.get
            for handle in level:
                for near in added(handle, ()):
                    if not seen[near]:
                        seen[near] = 1
                        add(near)
        found.sort()
        self.level = found
        return found


def read_pairs(
    database: Database, handles: Sequence[int], direction: Direction
) -> Iterator[tuple[int, int]]:
    """The lineage edges on one side of some nodes, as (asked for, neighbour)."""
    near, far = ENDS[direction]
    return database.among(
        f"SELECT {near}, {far} FROM edge WHERE {near} {{among}} AND kind < {LINEAGE_BELOW}",
        handles,
    )
