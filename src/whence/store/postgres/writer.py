"""The writer of a store in PostgreSQL, which keeps in mind what it read and wrote before.

Each question to the server costs a way there and back while everybody else waits for the turn. So
one process remembers from block to block; when it is its turn again, it asks in one go what others
have changed since, and forgets just that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from whence.model.identity import NodeId
from whence.model.node import Node
from whence.model.record import Record
from whence.store.interface import Direction, Link, Made, StatedFacet
from whence.store.postgres.timeline import FIRST, Timeline
from whence.store.schema import EDGE_CODES, ENDS
from whence.store.sealing import (
    MAKING,
    Prepared,
    decompress,
    making_moments,
    open_body,
    reading_moment,
)
from whence.store.snapshot import Mark
from whence.store.sqlreader import link_of
from whence.store.sqlwriter import REMEMBERED, Recollection, SqlWriter

if TYPE_CHECKING:
    from whence.store.postgres.database import PostgresDatabase

MANY = 256
"""Links of a node from which on its readings are asked for, rather than sought among these."""

FOREIGN = 2_000
"""Entries of others from which on all is forgotten rather than sorted out."""


_MAKING_CODES = frozenset(EDGE_CODES[kind] for kind in MAKING)
_EVER = "~"
"""Above every moment."""


@dataclass(slots=True)
class Mind:
    """What a process remembers of the graph, as of the end of its last block."""

    mark: Mark | None = None
    """How far the history went when that block began."""
    size: int = -1
    """How many entries there were when it ended."""
    known: Recollection = field(default_factory=Recollection)
    named: dict[str, list[int]] = field(default_factory=dict)
    facets: dict[int, list[StatedFacet]] = field(default_factory=dict)
    links: dict[tuple[Direction, int], dict[Link, None]] = field(default_factory=dict)
    timelines: dict[str, Timeline] = field(default_factory=dict)

    def forget(self) -> None:
        """Know nothing."""
        self.mark, self.size, self.known.frontier = None, -1, None
        self.known.awaited = None
        for each in self._parts():
            each.clear()

    def _parts(self) -> list[dict[Any, Any]]:
        known = self.known
        graph: list[dict[Any, Any]] = [self.named, self.facets, self.links, self.timelines]
        return [known.handles, known.nodes, known.moments, known.alike, *graph]

    def catch_up(self, database: "PostgresDatabase", now: Mark) -> None:
        """Forget what is not so any more.

        Args:
            database: In the writer's transaction.
            now: How far the history goes in it.
        """
        for each in self._parts():
            if len(each) > REMEMBERED:
                self.forget()
        before = self.mark
        if before is None or before.making != now.making or now.entries < self.size:
            self.forget()
        elif now.entries > self.size:
            if now.entries - before.entries > FOREIGN:
                self.forget()
            else:
                self._forget_changed(database, before)
            self.known.frontier = None
            self.known.awaited = None
            self.known.moments.clear()
        self.mark = now
        self.known.top = now.top

    def _forget_changed(self, database: "PostgresDatabase", before: Mark) -> None:
        nodes = database.execute(
            "SELECT handle, id, name, digest, location FROM node WHERE told >= ?",
            (before.entries,),
        )
        edges = database.execute(
            "SELECT origin, target, kind FROM edge WHERE seq > ?", (before.seq,)
        )
        about = database.execute("SELECT node FROM about WHERE idx >= ?", (before.entries,))
        for handle, raw, name, digest, location in nodes:
            self.known.handles.pop(NodeId(raw.hex()), None)
            known = self.known.nodes.pop(handle, None)
            self.named.pop(name, None)
            if known is not None:
                self.named.pop(known.name, None)
            elif handle <= before.top:
                self.named.clear()  # it was called something else, and who knows what
            self.timelines.pop(location, None)
            if handle <= before.top:
                self.timelines.clear()
            if digest is not None:
                self.known.alike.pop(digest.hex(), None)
        for origin, target, kind in edges:
            if kind in _MAKING_CODES and origin <= before.top:
                self.timelines.clear()
            self.links.pop((Direction.ORIGINS, origin), None)
            self.links.pop((Direction.EFFECTS, target), None)
        for (handle,) in about:
            self.facets.pop(handle, None)

    def take(self, index: int, record: Record, top: int) -> None:
        """Add what a record says, as the graph has it from now on.

        Args:
            index: The record's place.
            record: The record.
            top: The last handle before it.
        """
        handles = self.known.handles
        for each, moment in making_moments(record.edges, handles).items():
            made = Made(moment, handles[each] or 0)
            node = self.known.nodes.get(made.handle)
            if node is None or made.handle <= top:
                self.timelines.clear()
            elif node.location in self.timelines:
                self.timelines[node.location].add(made)
        for edge in record.edges:
            origin, target = handles.get(edge.origin), handles.get(edge.target)
            if origin is None or target is None:
                continue
            detail = tuple(sorted(edge.detail.items()))
            link = Link(origin, target, edge.kind, edge.basis, edge.role, detail)
            for end in ((Direction.ORIGINS, origin), (Direction.EFFECTS, target)):
                known = self.links.get(end)
                if known is not None:
                    known[link] = None
        for facet in record.facets:
            handle = handles.get(facet.node)
            stated = None if handle is None else self.facets.get(handle)
            if stated is not None:
                stated.append(StatedFacet(index, facet, record.time, record.id))
                stated.sort(key=lambda each: (each.time, each.record))

    def welcome(self, handle: int, node: Node) -> None:
        """A node that nobody has said anything of yet."""
        self.known.nodes[handle] = node
        self.facets[handle] = []
        for direction in Direction:
            self.links[direction, handle] = {}
        if node.name in self.named:
            self.named[node.name].insert(0, handle)
        if node.digest is not None and node.digest.sha256 in self.known.alike:
            self.known.alike[node.digest.sha256].insert(0, handle)


class PostgresWriter(SqlWriter):
    """The writer of the moment; see ``SqlWriter``.

    Args:
        database: In a transaction that has the writers' lock.
        mind: Of the process; nobody else may use it meanwhile.
        now: How far the history goes.
        said: Where the records go that are kept now, with their places.
    """

    def __init__(
        self, database: "PostgresDatabase", mind: Mind, now: Mark, said: dict[NodeId, int]
    ) -> None:
        self._mind = mind
        self._now = now
        super().__init__(database, mind.known, said)
        self.is_over = False
        """Whether everything was said, and only the commit is left."""

    def _recall(self, earlier: Recollection | None) -> Recollection:
        """What still holds of it: more than if others had written anything at all."""
        del earlier  # the mind has it
        mind = self._mind
        mind.catch_up(cast("PostgresDatabase", self.database), self._now)
        return mind.known

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first."""
        known = self._mind.named
        if name not in known:
            known[name] = super().named(name)
        return known[name][:limit]

    def made_at(self, location: str, moment: str, limit: int, *, later: bool = False) -> list[Made]:
        """What was made at a location before a moment, or later."""
        known = self._mind.timelines.get(location)
        if known is None:
            latest = super().made_at(location, _EVER, FIRST)
            known = Timeline(latest, whole=len(latest) < FIRST)
            self._mind.timelines[location] = known
        found = known.made_at(moment, limit, later=later)
        return super().made_at(location, moment, limit, later=later) if found is None else found

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node and say that it was read in a span."""
        known = self._mind.links.get((Direction.EFFECTS, handle))
        if known is None or len(known) > MANY:
            return super().readings(handle, since, until)
        moments = {link: reading_moment(dict(link.detail)) for link in known}
        found = [link for link, at in moments.items() if at and since <= at <= until]
        return sorted(found, key=moments.__getitem__)

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first."""
        known = self._mind.facets
        if handle not in known:
            known[handle] = self._read_facets(handle)
        return list(known[handle])

    def _read_facets(self, handle: int) -> list[StatedFacet]:
        (node,) = self.nodes([handle])
        stated = []
        for index, body in self.database.execute(
            "SELECT entry.idx, entry.body FROM about JOIN entry ON entry.idx = about.idx"
            " WHERE about.node = ?",
            (handle,),
        ):
            record = open_body(None if body is None else decompress(body))
            if record is not None:
                stated += [
                    StatedFacet(index, each, record.time, record.id)
                    for each in record.facets
                    if each.node == node.id
                ]
        stated.sort(key=lambda each: (each.time, each.record))
        return stated

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges on one side of these nodes."""
        known = self._mind.links
        unknown = [each for each in dict.fromkeys(handles) if (direction, each) not in known]
        if unknown:
            near, _ = ENDS[direction]
            for each in unknown:
                known[direction, each] = {}
            for row in self.database.among(
                "SELECT origin, target, kind, basis, role, detail FROM edge"
                f" WHERE {near} {{among}} ORDER BY seq",
                unknown,
            ):
                link = link_of(row)
                known[direction, getattr(link, near)][link] = None
        return [link for each in handles for link in known[direction, each]]

    def _add(self, prepared: Prepared) -> int:
        known, record = self._mind.known, prepared.record
        top = known.top or 0
        index = super()._add(prepared)
        for node in record.nodes:
            handle = known.handles.get(node.id)
            if handle is not None and handle > top and handle not in self._mind.facets:
                self._mind.welcome(handle, node)
        self._mind.take(index, record, top)
        return index

    def _renamed(self, handles: Sequence[int]) -> None:
        for handle in handles:
            self._nodes.pop(handle, None)
        if handles:
            self._mind.named.clear()
            self._mind.timelines.clear()

    def _found_anew(self, nodes: Sequence[Node]) -> None:
        """Nothing is forgotten: ``append`` says what is new."""

    def finish(self) -> None:
        """Write what is left; called once, before the commit."""
        super().finish()
        self.is_over = True

    def remember(self) -> None:
        """Called when the block is kept."""
        mark = self._mind.mark
        assert mark is not None
        self._mind.size = mark.entries if self._frontier is None else self._frontier.size
