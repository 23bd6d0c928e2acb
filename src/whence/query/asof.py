"""The record as it was: what had been said by a moment, and nothing that was said later.

What counts is when records were asserted, not when they arrived here: a laptop that was away tells
later what it knew then. Nodes are there from the first record that names them, facets from the
record that says them. Edges carry no time of their own: one is there once both its ends are,
which is when almost every edge is said; one that a person adds between old things says in its
detail ``since`` when that was.
"""

from collections.abc import Callable, Iterator, Sequence

from whence.ledger.audit import AuditRow
from whence.model.edge import EDGE_RULES
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.store.interface import Direction, Head, Kept, Link, Reach, Reader, StatedFacet

_LEAST = 64
"""How many are asked for at least where some of them may not have been there yet."""


class AsOfReader:
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
        self._reader = reader
        self._moment = moment
        self._there: dict[int, bool] = {}

    # ----------------------------------------------------------------- graph

    def find(self, node: NodeId) -> int | None:
        """The handle of a node that was there, or ``None``."""
        handle = self._reader.find(node)
        return None if handle is None or not self._was([handle]) else handle

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""
        return self._reader.nodes(handles)

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """The edges on one side of these nodes that were there."""
        links = [
            link
            for link in self._reader.links(handles, direction)
            if dict(link.detail).get("since", "") <= self._moment
        ]
        self._learn([end for link in links for end in (link.origin, link.target)])
        return [link for link in links if self._there[link.origin] and self._there[link.target]]

    def facets(self, handle: int) -> list[StatedFacet]:
        """What had been said of a node, oldest first."""
        return [each for each in self._reader.facets(handle) if each.time <= self._moment]

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of nodes, as they are now: whose a thing is decides who may see it."""
        return self._reader.projects(handles)

    def introduced(self, handles: Sequence[int]) -> list[str]:
        """When each of these nodes was first named."""
        return self._reader.introduced(handles)

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these characters."""
        return self._first(limit, lambda most: self._reader.starting_with(prefix, most))

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first."""
        return self._was(self._reader.named(name))[:limit]

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text, of what was there."""
        most = max(_LEAST, limit)
        while True:
            names = self._reader.names_like(text, most)
            found = [name for name in names if self.named(name)]
            if len(found) >= limit or len(names) < most:
                return found[:limit]
            most *= 4

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        return self._was(self._reader.with_digest(sha256))

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""
        return self._first(limit, lambda most: self._reader.with_content_starting(prefix, most))

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member, latest first."""
        return self._was(self._reader.containing(sha256))

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first."""
        found: list[int] = []
        most = max(_LEAST, limit)
        while len(found) < limit:
            some = self._reader.latest(kind, most, before=before)
            found += self._was(some)
            if len(some) < most:
                break
            before = some[-1]
        return found[:limit]

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

    def size(self) -> tuple[int, int]:
        """How many nodes and edges there are now."""
        return self._reader.size()

    # ---------------------------------------------------------------- ledger

    def head(self) -> Head:
        """The ledger's size and root."""
        return self._reader.head()

    def identity(self) -> str:
        """The ledger's own id."""
        return self._reader.identity()

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order."""
        return self._reader.records(start)

    def place(self, record: NodeId) -> int | None:
        """The index of the entry of a record."""
        return self._reader.place(record)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """A stretch of the ledger."""
        return self._reader.entries(start, stop)

    def audit_rows(self) -> Iterator[AuditRow]:
        """Everything kept of each entry."""
        return self._reader.audit_rows()

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The interior hashes."""
        return self._reader.tree_nodes()

    # --------------------------------------------------------------- choosing

    def _learn(self, handles: Sequence[int]) -> None:
        fresh = [each for each in dict.fromkeys(handles) if each not in self._there]
        times = self._reader.introduced(fresh)
        for handle, time in zip(fresh, times, strict=True):
            self._there[handle] = time <= self._moment

    def _was(self, handles: Sequence[int]) -> list[int]:
        """Those of these nodes that were there."""
        self._learn(handles)
        return [each for each in handles if self._there[each]]

    def _first(self, limit: int, ask: Callable[[int], list[int]]) -> list[int]:
        most = max(_LEAST, limit)
        while True:
            found = ask(most)
            was = self._was(found)
            if len(was) >= limit or len(found) < most:
                return was[:limit]
            most *= 4

    def _flows(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        links = self.links(handles, direction)
        return [link for link in links if EDGE_RULES[link.kind].lineage]

    def _neighbours(self, handles: Sequence[int], direction: Direction) -> Iterator[int]:
        for link in self._flows(handles, direction):
            yield link.target if direction is Direction.ORIGINS else link.origin
