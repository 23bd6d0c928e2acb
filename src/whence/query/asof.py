"""The record as it was: what had been said by a moment, and nothing that was said later.

What counts is when records were asserted, not when they arrived here: a laptop that was away tells
later what it knew then. Nodes are there from the first record that names them, facets from the
record that says them. Edges carry no time of their own: one is there once both its ends are,
which is when almost every edge is said; one that a person adds between old things says in its
detail ``since`` when that was.
"""

from collections.abc import Iterator, Sequence

from whence.model.edge import EDGE_RULES
from whence.query.partial import PartialReader
from whence.store.interface import Direction, Link, Reach, Reader, StatedFacet


class AsOfReader(PartialReader):
    """The whole of a reader as it was. See ``Reader`` for what each question means.

    The ledger is told as it is: it is the proof, and has a time for each of its entries.
    """

    def __init__(self, reader: Reader, moment: str) -> None:
        """Look back.

        Args:
            reader: One moment of a store.
            moment: RFC 3339 in UTC with milliseconds; what was said in that very millisecond is
                there.
        """
        super().__init__(reader)
        self._moment = moment
        self._there: dict[int, bool] = {}

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """The edges on one side of these nodes that were there."""
        links = [
            link
            for link in self._reader.links(handles, direction)
            if dict(link.detail).get("since", "") <= self._moment
        ]
        self._learn([end for link in links for end in (link.origin, link.target)])
        return [link for link in links if self._there[link.origin] and self._there[link.target]]

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node, were there, and say that it was read in a span."""
        links = super().readings(handle, since, until)
        return [link for link in links if dict(link.detail).get("since", "") <= self._moment]

    def facets(self, handle: int) -> list[StatedFacet]:
        """What had been said of a node, oldest first."""
        return [each for each in self._reader.facets(handle) if each.time <= self._moment]

    def reach(
        self,
        start: int,
        direction: Direction,
        *,
        limit: int | None = None,
        depth: int | None = None,
    ) -> Reach:
        """Walk along content through what was there, level by level."""
        order, level, seen = [start], [start], {start}
        while level and (depth is None or depth > 0):
            level = sorted(set(self._neighbours(level, direction)) - seen)
            if limit is not None and len(order) + len(level) > limit:
                return Reach(order + level[: max(0, limit - len(order))], truncated=bool(level))
            seen.update(level)
            order += level
            depth = None if depth is None else depth - 1
        return Reach(order, truncated=False)

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk from an effect to one of its causes, through what was there."""
        came: dict[int, int] = {start: start}
        level = [start]
        while level and goal not in came:
            links = sorted(self._flows(level, Direction.ORIGINS), key=lambda link: link.target)
            level = []
            for link in links:
                if link.target not in came:
                    came[link.target] = link.origin
                    level.append(link.target)
        if goal not in came:
            return None
        steps = [goal]
        while steps[-1] != start:
            steps.append(came[steps[-1]])
        return steps[::-1]

    def _learn(self, handles: Sequence[int]) -> None:
        fresh = [each for each in dict.fromkeys(handles) if each not in self._there]
        times = self._reader.introduced(fresh)
        for handle, time in zip(fresh, times, strict=True):
            self._there[handle] = time <= self._moment

    def _told(self, handles: Sequence[int]) -> list[int]:
        """Those of these nodes that were there."""
        self._learn(handles)
        return [each for each in handles if self._there[each]]

    def _flows(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        links = self.links(handles, direction)
        return [link for link in links if EDGE_RULES[link.kind].lineage]

    def _neighbours(self, handles: Sequence[int], direction: Direction) -> Iterator[int]:
        for link in self._flows(handles, direction):
            yield link.target if direction is Direction.ORIGINS else link.origin
