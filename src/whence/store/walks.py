"""Walks along the lineage edges of a SQL store: short ones in SQL, long ones on a snapshot.

How long a walk is shows only on the way; one that grows long changes to faster steps in midst.
"""

import functools
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence

from whence.store.adjacency import Adjacency, RootReader, Side
from whence.store.database import Database
from whence.store.interface import Direction, Reach
from whence.store.steps import SideSteps, SqlSteps, Steps, read_pairs

SHORT = 1_000
"""Nodes up to which a walk stays with SQL, unless a snapshot is at hand already."""

LONG = 2_000
"""Nodes from which on NumPy walks, if the program has loaded it …"""

WORTH_IMPORTING = 100_000
"""… and from which on it pays to load it, which takes a tenth of a second."""


class Walks:
    """The walks of one transaction.

    Args:
        database: In a transaction.
        adjacency: What the connection has at hand; ``None`` where what the transaction sees may
            yet be taken back.
        root_at: Reads the ledger's history.
    """

    def __init__(
        self, database: Database, adjacency: Adjacency | None, root_at: RootReader
    ) -> None:
        self._database = database
        self._adjacency = adjacency
        self._root_at = root_at

    def reach(
        self, start: int, direction: Direction, *, limit: int | None, depth: int | None
    ) -> Reach:
        """See ``GraphReader.reach``."""
        order = array("i", [start])
        level: Sequence[int] = [start]
        steps: Steps = SqlSteps(self._database, direction, start)
        while level and (depth is None or depth > 0):
            steps = self._hasten(steps, direction, order, level)
            level = steps.advance()
            if limit is not None and len(order) + len(level) > limit:
                order.extend(level[: max(0, limit - len(order))])
                return Reach(order, truncated=bool(level))
            order.extend(level)
            depth = None if depth is None else depth - 1
        return Reach(order, truncated=False)

    def _hasten(
        self, steps: Steps, direction: Direction, order: "array[int]", level: Sequence[int]
    ) -> Steps:
        """Steps that suit a walk that has come so far."""
        if isinstance(steps, SqlSteps):
            side = self._side(direction, len(order))
            return steps if side is None else SideSteps(side, order, level)
        far = LONG if "numpy" in sys.modules else WORTH_IMPORTING
        if isinstance(steps, SideSteps) and len(order) > far:
            take_over = array_steps()
            return steps if take_over is None else take_over(steps)
        return steps

    def prepare(self) -> None:
        """Have the edges at hand, in both directions, if there are so many that it pays."""
        for direction in Direction:
            self._side(direction, SHORT + 1)

    def _side(self, direction: Direction, visited: int) -> Side | None:
        at_hand = self._adjacency
        if at_hand is None or (visited <= SHORT and not at_hand.is_ready):
            return None
        return at_hand.side(self._database, direction, self._root_at)

    def path(self, start: int, goal: int) -> list[int] | None:
        """See ``GraphReader.path``: searched from both ends, always from the narrower one."""
        if start == goal:
            return [start]
        ahead, behind = _End(start, Direction.ORIGINS), _End(goal, Direction.EFFECTS)
        while ahead.level and behind.level:
            one, other = sorted((ahead, behind), key=lambda end: len(end.level))
            pairs = self._pairs(one, visited=len(ahead.came) + len(behind.came))
            met = one.advance(pairs, other)
            if met is not None:
                return ahead.way(met)[::-1] + behind.way(met)[1:]
        return None

    def _pairs(self, end: "_End", visited: int) -> Iterable[tuple[int, int]]:
        side = self._side(end.direction, visited)
        if side is None:
            return read_pairs(self._database, end.level, end.direction)
        return ((handle, near) for handle in end.level for near in side.near(handle))


@functools.cache
def array_steps() -> Callable[[SideSteps], Steps] | None:
    """The steps on arrays, if NumPy is installed; asked once, since looking for it takes long."""
    try:
        from whence.store.arraysteps import ArraySteps  # noqa: PLC0415  an extra, and slow to load
    except ImportError:
        return None
    return ArraySteps


class _End:
    """One of the two ends of a search."""

    def __init__(self, start: int, direction: Direction) -> None:
        self.direction = direction
        self.came = {start: start}
        """Each node that was met, with the one before it."""
        self.level = [start]

    def advance(self, pairs: Iterable[tuple[int, int]], other: "_End") -> int | None:
        """Go one level further; the node where the ends meet, if they do.

        All nodes in which two ends meet lie on shortest ways: had one end been nearer, the step
        before would have met it.
        """
        found = []
        for handle, near in pairs:
            if near not in self.came:
                self.came[near] = handle
                if near in other.came:
                    return near
                found.append(near)
        self.level = found
        return None

    def way(self, node: int) -> list[int]:
        """From a node back to where this end started."""
        steps = [node]
        while self.came[steps[-1]] != steps[-1]:
            steps.append(self.came[steps[-1]])
        return steps
