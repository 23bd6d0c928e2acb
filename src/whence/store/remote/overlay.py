"""Records that are not kept yet, over a reader: what a writer sees of its own.

Handles of nodes that are new here lie above all that a store gives out.
"""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from whence.ledger.audit import AuditRow
from whence.model.edge import EDGE_RULES
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.store.interface import (
    Appended,
    Backlog,
    Direction,
    Head,
    Kept,
    Link,
    Made,
    Reach,
    StatedFacet,
)
from whence.store.memory import MemoryStore
from whence.store.moments import raised, told_moment
from whence.store.remote.reader import RemoteReader
from whence.store.sealing import (
    Prepared,
    Sealed,
    making_moment,
    open_body,
    require_known,
    seal,
)

ABOVE = 2**52
"""Where the handles of new nodes begin."""


class Overlay:
    """A writer whose records go nowhere yet.

    Args:
        below: What is kept.
    """

    def __init__(self, below: RemoteReader) -> None:
        self._below = below
        self._above = MemoryStore()
        self.fresh: list[Sealed] = []
        """What was appended, in order."""
        self._places: dict[NodeId, int] = {}
        self._moments: dict[int, str] = {}
        """Those that the new records raise."""

    # --------------------------------------------------------------- writing

    def append(self, record: Record, *, salt: bytes | None = None) -> Appended:
        """Add a record; its index is where it will be unless others are quicker.

        Raises:
            InvalidRecordError: it speaks of a node that is nowhere, or has no canonical form.
        """
        place = self._below.place(record.id)
        place = self._places.get(record.id) if place is None else place
        if place is not None:
            return Appended(place, fresh=False)
        self._below.find_all(sorted(_spoken_of(record)))
        require_known(record, self._known)
        self._places[record.id] = place = self._below.head().size + len(self.fresh)
        self.fresh.append(seal(record, salt))
        self._above.append(self._standing_alone(record))
        self._moments |= raised(list(self._told(record)), self.moments, self._effects)
        return Appended(place, fresh=True)

    def append_all(self, several: Sequence[Prepared]) -> list[Appended]:
        """Keep what was prepared; see ``Writer.append_all``."""
        return [self.append(each.record, salt=each.sealed.salt) for each in several]

    def _told(self, record: Record) -> Iterator[tuple[int, int, str]]:
        for edge in record.edges:
            origin, target = self.find(edge.origin), self.find(edge.target)
            if origin is not None and target is not None:
                yield origin, target, told_moment(edge.kind, edge.detail)

    def _effects(self, handles: Sequence[int]) -> Iterator[tuple[int, int]]:
        return ((link.origin, link.target) for link in self.links(handles, Direction.EFFECTS))

    def _known(self, ids: Collection[NodeId]) -> set[NodeId]:
        return {each for each in ids if self.find(each) is not None}

    def _standing_alone(self, record: Record) -> Record:
        """The record with all nodes that it speaks of, as those below are called there."""
        spoken = sorted(_spoken_of(record))
        missing = [each for each in spoken if self._above.find(each) is None]
        handles = [handle for each in missing if (handle := self._below.find(each)) is not None]
        kept = self._below.nodes(handles)
        return replace(record, nodes=(*kept, *record.nodes))

    # ---------------------------------------------------------------- ledger

    def head(self) -> Head:
        """The ledger's size and root, as they will be unless others are quicker."""
        head = self._below.head()
        if not self.fresh:
            return head
        edge = self._below.frontier()
        for sealed in self.fresh:
            edge.append(sealed.leaf)
        return Head(edge.size, edge.root())

    def identity(self) -> str:
        """The ledger's own id."""
        return self._below.identity()

    def place(self, record: NodeId) -> int | None:
        """The index of a record's entry, or ``None``."""
        place = self._below.place(record)
        return self._places.get(record) if place is None else place

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order."""
        yield from self._below.records(start)
        size = self._below.head().size
        for at, sealed in enumerate(self.fresh, size):
            if at >= start:
                yield Kept(at, open_body(sealed.body))

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """The entries from one place up to another."""
        yield from self._below.entries(start, stop)
        size = self._below.head().size
        for at, sealed in enumerate(self.fresh, size):
            if at >= start and (stop is None or at < stop):
                yield AuditRow(at, sealed.entry, sealed.salt, sealed.body, sealed.leaf)

    def arrivals(self, limit: int) -> list[Kept]:
        """None: a server reads what arrived before it answers."""
        del limit
        return []

    def backlog(self) -> Backlog:
        """Nothing."""
        return Backlog(0, -1)

    def audit_rows(self) -> Iterator[AuditRow]:
        """The entries as they will lie there."""
        return self.entries()

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The interior hashes of what is kept already."""
        return self._below.tree_nodes()

    # ----------------------------------------------------------------- nodes

    def find(self, node: NodeId) -> int | None:
        """The handle of a node, or ``None``."""
        found = self._below.find(node)
        if found is not None:
            return found
        handle = self._above.find(node)
        return None if handle is None else handle + ABOVE

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""
        below = [each for each in handles if each < ABOVE]
        told = dict(zip(below, self._below.nodes(below), strict=True)) if below else {}
        return [
            told[each] if each < ABOVE else self._above.nodes([each - ABOVE])[0] for each in handles
        ]

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges on one side of these nodes."""
        below = [each for each in handles if each < ABOVE]
        found: dict[Link, None] = dict.fromkeys(
            self._below.links(below, direction) if below else ()
        )
        mine = [own for each in handles if (own := self._own(each)) is not None]
        for link in self._above.links(mine, direction):
            found[self._lifted(link)] = None
        return list(found)

    def made_at(self, location: str, moment: str, limit: int, *, later: bool = False) -> list[Made]:
        """What was made at a location before a moment, or later."""
        every = self._above.made_at(location, "", ABOVE, later=True)
        above = [Made(each.moment, self._lift(each.handle)) for each in every]
        above += [told for each in above for told in self._made_below(each)]
        # What is kept may turn out to have been made earlier, so that more of it may have to go.
        below = self._below.made_at(location, moment, limit + len(above), later=later)
        earliest: dict[int, Made] = {}
        for each in sorted((*above, *below)):
            earliest.setdefault(each.handle, each)
        found = [
            each
            for each in earliest.values()
            if (each.moment > moment if later else each.moment < moment)
        ]
        return sorted(found, reverse=not later)[:limit]

    def _made_below(self, made: Made) -> Iterator[Made]:
        """When what was made was made by what is kept, if it is kept."""
        if made.handle < ABOVE:
            for link in self._below.links([made.handle], Direction.ORIGINS):
                moment = making_moment(link.kind, dict(link.detail))
                if moment:
                    yield made._replace(moment=f"{moment} {made.moment.rpartition(' ')[2]}")

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node and say that it was read in a span."""
        found: dict[Link, None] = {}
        if handle < ABOVE:
            found |= dict.fromkeys(self._below.readings(handle, since, until))
        own = self._own(handle)
        if own is not None:
            above = self._above.readings(own, since, until)
            found |= dict.fromkeys(self._lifted(each) for each in above)
        return sorted(found, key=lambda link: dict(link.detail)["at"])

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment that is told of each node or of anything that it came of."""
        below = [each for each in handles if each < ABOVE and each not in self._moments]
        told = dict(zip(below, self._below.moments(below), strict=True)) if below else {}
        return [self._moments.get(each) or told.get(each, "") for each in handles]

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first."""
        below = self._below.facets(handle) if handle < ABOVE else []
        own = self._own(handle)
        above = [] if own is None else self._above.facets(own)
        above = [replace(each, index=self._places[each.record]) for each in above]
        return sorted((*below, *above), key=lambda each: (each.time, each.record))

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of nodes."""
        below = self._below.projects([each for each in handles if each < ABOVE])
        shared = frozenset({""})
        found = {}
        for each in handles:
            own = self._own(each)
            mine = self._above.projects([own])[own] if own is not None else frozenset()
            both = (below.get(each, frozenset()) | mine) - shared
            found[each] = both or shared
        return found

    def introduced(self, handles: Sequence[int]) -> list[str]:
        """When each of these nodes was first told of."""
        below = [each for each in handles if each < ABOVE]
        told = dict(zip(below, self._below.introduced(below), strict=True)) if below else {}
        found = []
        for each in handles:
            own = self._own(each)
            above = [] if own is None else self._above.introduced([own])
            found.append(min(filter(None, (told.get(each), *above)), default=""))
        return found

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these characters, by id."""
        below = self._below.starting_with(prefix, limit)
        above = self._fresh(self._above.starting_with(prefix, limit + ABOVE))
        every = [*below, *above]
        ids = dict(zip(every, (node.id for node in self.nodes(every)), strict=True))
        return sorted(every, key=ids.__getitem__)[:limit]

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first."""
        both = [*self._fresh(self._above.named(name)), *self._below.named(name, limit)]
        return both[:limit]

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text."""
        both = {*self._below.names_like(text, limit), *self._above.names_like(text, limit)}
        return heapq.nsmallest(limit, both)

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        return [*self._fresh(self._above.with_digest(sha256)), *self._below.with_digest(sha256)]

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""
        above = self._fresh(self._above.with_content_starting(prefix, limit + ABOVE))
        return [*above, *self._below.with_content_starting(prefix, limit)][:limit]

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member, latest first."""
        found = dict.fromkeys(self._lift(each) for each in self._above.containing(sha256))
        found |= dict.fromkeys(self._below.containing(sha256))
        return sorted(found, reverse=True)

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first."""
        above = self._fresh(self._above.latest(kind, ABOVE))
        above = [each for each in above if before is None or each < before]
        under = None if before is None or before >= ABOVE else before
        return [*above, *self._below.latest(kind, limit, before=under)][:limit]

    def size(self) -> tuple[int, int]:
        """How many nodes and edges, counting what is told twice once."""
        nodes, edges = self._below.size()
        every = [each for kind in NodeKind for each in self._above.latest(kind, ABOVE)]
        fresh = 0
        for own in every:
            kept = (
                self._below.links([at], Direction.ORIGINS)
                if (at := self._lift(own)) < ABOVE
                else []
            )
            told = (self._lifted(each) for each in self._above.links([own], Direction.ORIGINS))
            fresh += len(set(told).difference(kept))
        return nodes + len(self._fresh(every)), edges + fresh

    # ----------------------------------------------------------------- walks

    def reach(
        self,
        start: int,
        direction: Direction,
        *,
        limit: int | None = None,
        depth: int | None = None,
    ) -> Reach:
        """Walk along all edges whose rule says that content flowed."""
        found = [start]
        seen, front = {start}, [start]
        far = 0
        while front and (depth is None or far < depth):
            front = self._step(front, direction, seen)
            found += front
            far += 1
            if limit is not None and len(found) > max(1, limit):
                return Reach(found[: max(1, limit)], truncated=True)
        return Reach(found, truncated=False)

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk from an effect to a cause."""
        came: dict[int, int] = {}
        seen, front = {start}, [start]
        while goal not in seen and front:
            links = self.links(front, Direction.ORIGINS)
            following = self._step(front, Direction.ORIGINS, seen)
            for link in links:
                if EDGE_RULES[link.kind].lineage and link.target in following:
                    came.setdefault(link.target, link.origin)
            front = following
        if goal not in seen:
            return None
        way = [goal]
        while way[-1] != start:
            way.append(came[way[-1]])
        return way[::-1]

    def _step(self, front: Sequence[int], direction: Direction, seen: set[int]) -> list[int]:
        ends = {
            link.target if direction is Direction.ORIGINS else link.origin
            for link in self.links(front, direction)
            if EDGE_RULES[link.kind].lineage
        }
        fresh = sorted(ends - seen)
        seen.update(fresh)
        return fresh

    # ------------------------------------------------------------- machinery

    def _own(self, handle: int) -> int | None:
        """The handle above of a node, if the new records speak of it."""
        if handle >= ABOVE:
            return handle - ABOVE
        (node,) = self._below.nodes([handle])
        return self._above.find(node.id)

    def _lift(self, own: int) -> int:
        """A handle above as others know it."""
        (node,) = self._above.nodes([own])
        found = self._below.find(node.id)
        return own + ABOVE if found is None else found

    def _lifted(self, link: Link) -> Link:
        return Link(
            self._lift(link.origin),
            self._lift(link.target),
            link.kind,
            link.basis,
            link.role,
            link.detail,
        )

    def _fresh(self, own: Sequence[int]) -> list[int]:
        """Those of the handles above that are of new nodes."""
        return [each for each in map(self._lift, own) if each >= ABOVE]


def _spoken_of(record: Record) -> set[NodeId]:
    ends = {end for edge in record.edges for end in (edge.origin, edge.target)}
    return ends | {facet.node for facet in record.facets} | {node.id for node in record.nodes}
