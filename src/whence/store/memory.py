"""The reference store: plain dictionaries in one process. What it answers is right."""

import os
import string
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from whence.ledger.audit import AuditRow
from whence.ledger.merkle import Frontier
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
from whence.store.moments import raised, told_moment
from whence.store.sealing import (
    RETELLING,
    Prepared,
    Sealed,
    is_earlier,
    making_moments,
    meaning_id,
    member_digests,
    named_projects,
    open_body,
    reading_moment,
    require_known,
    seal,
)

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(slots=True)
class _Graph:
    """The index: everything here follows from the records, in their order."""

    nodes: list[Node] = field(default_factory=list)
    handles: dict[NodeId, int] = field(default_factory=dict)
    links: dict[Direction, dict[int, list[Link]]] = field(
        default_factory=lambda: {side: defaultdict(list) for side in Direction}
    )
    seen_links: set[Link] = field(default_factory=set)
    made: dict[int, str] = field(default_factory=dict)
    moments: dict[int, str] = field(default_factory=dict)
    facets: dict[int, list[StatedFacet]] = field(default_factory=lambda: defaultdict(list))
    members: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    tellings: list[tuple[str, str]] = field(default_factory=list)
    """Time and id of the record by which each node is called as it is."""
    projects: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    arrivals: dict[NodeId, int] = field(default_factory=dict)
    """The id that a record will have which says what an arrival means → the arrival's place."""

    def add(self, index: int, record: Record) -> None:
        if record.payload and record.type != RETELLING:
            self.arrivals[meaning_id(record.id)] = index
        self.arrivals.pop(record.id, None)
        for node in record.nodes:
            handle = self._add_node(node, record)
            if record.project:
                self.projects[handle].add(record.project)
        self._add_edges(record)
        for facet in record.facets:
            if facet.node not in self.handles:
                continue
            handle = self.handles[facet.node]
            self.facets[handle].append(StatedFacet(index, facet, record.time, record.id))
            self.projects[handle].update(named_projects(facet))
            for digest in member_digests(facet):
                if handle not in self.members[digest]:
                    self.members[digest].append(handle)

    def _add_edges(self, record: Record) -> None:
        for origin, moment in making_moments(record.edges, self.handles).items():
            handle = self.handles[origin]
            self.made[handle] = min(self.made.get(handle, moment), moment)
        for edge in record.edges:
            if edge.origin not in self.handles or edge.target not in self.handles:
                continue  # the record that named it was erased since
            link = Link(
                self.handles[edge.origin],
                self.handles[edge.target],
                edge.kind,
                edge.basis,
                edge.role,
                tuple(sorted(edge.detail.items())),
            )
            if link not in self.seen_links:
                self.seen_links.add(link)
                self.links[Direction.ORIGINS][link.origin].append(link)
                self.links[Direction.EFFECTS][link.target].append(link)
        told = [
            (self.handles[edge.origin], self.handles[edge.target], moment)
            for edge in record.edges
            if edge.origin in self.handles and edge.target in self.handles
            for moment in [told_moment(edge.kind, edge.detail)]
        ]
        self.moments |= raised(told, self.moments_of, self._effects)

    def moments_of(self, handles: Sequence[int]) -> list[str]:
        return [self.moments.get(each, "") for each in handles]

    def _effects(self, handles: Sequence[int]) -> Iterator[tuple[int, int]]:
        table = self.links[Direction.EFFECTS]
        return ((link.origin, at) for at in handles for link in table.get(at, ()))

    def _add_node(self, node: Node, record: Record) -> int:
        handle = self.handles.setdefault(node.id, len(self.nodes))
        if handle == len(self.nodes):
            self.nodes.append(node)
            self.tellings.append((record.time, record.id))
        elif is_earlier(record, *self.tellings[handle]):
            kept = self.nodes[handle]
            self.nodes[handle] = replace(kept, name=node.name, location=node.location)
            self.tellings[handle] = record.time, record.id
        return handle


class MemoryStore:
    """A store that lives as long as the process. Also its own reader and writer."""

    def __init__(self) -> None:
        self._identity = os.urandom(16).hex()
        self._sealed: list[Sealed] = []
        self._places: dict[NodeId, int] = {}
        self._frontier = Frontier()
        self._tree: dict[tuple[int, int], bytes] = {}
        self._graph = _Graph()
        self._lock = threading.RLock()

    # -------------------------------------------------------------- sessions

    @contextmanager
    def reading(self) -> Iterator["MemoryStore"]:
        """This store itself, with writers kept out meanwhile."""
        with self._lock:
            yield self

    @contextmanager
    def writing(self, *, timeout: float = 30.0) -> Iterator["MemoryStore"]:
        """This store itself; what was appended is taken back when the block fails."""
        del timeout  # one process: the lock is had as soon as its holder is done
        with self._lock:
            size = len(self._sealed)
            try:
                yield self
            except BaseException:
                self._cut(size)
                raise

    def _cut(self, size: int) -> None:
        if len(self._sealed) == size:
            return
        kept = self._sealed[:size]
        self._sealed, self._places, self._tree = [], {}, {}
        self._frontier, self._graph = Frontier(), _Graph()
        for sealed in kept:
            self._keep(sealed)

    def prepare(self) -> None:
        """Nothing has to be done ahead here."""

    def rebuild(self) -> None:
        """Make the graph anew from the ledger."""
        with self._lock:
            self._graph = _Graph()
            for kept in self.records():
                if kept.record is not None:
                    self._graph.add(kept.index, kept.record)

    def close(self) -> None:
        """Nothing is held."""

    # --------------------------------------------------------------- writing

    def append(self, record: Record, *, salt: bytes | None = None) -> Appended:
        """Keep a record; see ``Writer.append``."""
        place = self._places.get(record.id)
        if place is not None:
            return Appended(place, fresh=False)
        require_known(record, lambda ids: {each for each in ids if each in self._graph.handles})
        return Appended(self._keep(seal(record, salt)), fresh=True)

    def append_all(self, several: Sequence[Prepared]) -> list[Appended]:
        """Keep what was prepared; see ``Writer.append_all``."""
        return [self.append(each.record, salt=each.sealed.salt) for each in several]

    def _keep(self, sealed: Sealed) -> int:
        index = len(self._sealed)
        self._sealed.append(sealed)
        self._places[sealed.id] = index
        for level, at, value in self._frontier.append(sealed.leaf):
            self._tree[level, at] = value
        record = open_body(sealed.body)
        if record is not None:
            self._graph.add(index, record)
        return index

    # --------------------------------------------------------------- reading

    def head(self) -> Head:
        """The ledger's size and root."""
        return Head(self._frontier.size, self._frontier.root())

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order."""
        for index, sealed in enumerate(self._sealed[start:], start):
            yield Kept(index, open_body(sealed.body))

    def identity(self) -> str:
        """The ledger's own id."""
        return self._identity

    def place(self, record: NodeId) -> int | None:
        """The index of the entry of a record."""
        return self._places.get(record)

    def arrivals(self, limit: int) -> list[Kept]:
        """The first arrivals of which no record says yet what they mean."""
        return [Kept(at, open_body(self._sealed[at].body)) for at in self._awaited()[:limit]]

    def backlog(self) -> Backlog:
        """How many such arrivals there are, and up to where."""
        places = self._awaited()
        return Backlog(len(places), places[-1] if places else -1)

    def _awaited(self) -> list[int]:
        arrivals = self._graph.arrivals.items()
        return sorted(at for meaning, at in arrivals if meaning not in self._places)

    def audit_rows(self) -> Iterator[AuditRow]:
        """The entries as they lie here."""
        return self.entries()

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """The entries from one place up to another."""
        for index, sealed in enumerate(self._sealed[start:stop], start):
            yield AuditRow(index, sealed.entry, sealed.salt, sealed.body, sealed.leaf)

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The interior hashes."""
        for (level, at), value in sorted(self._tree.items()):
            yield level, at, value

    def find(self, node: NodeId) -> int | None:
        """The handle of a node, or ``None``."""
        return self._graph.handles.get(node)

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles."""
        return [self._graph.nodes[handle] for handle in handles]

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges on one side of these nodes."""
        table = self._graph.links[direction]
        return [link for handle in handles for link in table.get(handle, ())]

    def made_at(self, location: str, moment: str, limit: int, *, later: bool = False) -> list[Made]:
        """What was made at a location before a moment, or later."""
        found = [
            Made(made, handle)
            for handle, made in self._graph.made.items()
            if self._graph.nodes[handle].location == location
            and (made > moment if later else made < moment)
        ]
        return sorted(found, reverse=not later)[:limit]

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node and say that it was read in a span."""
        found = [
            (at, link)
            for link in self._graph.links[Direction.EFFECTS].get(handle, ())
            if (at := reading_moment(dict(link.detail))) and since <= at <= until
        ]
        return [link for _, link in sorted(found, key=lambda each: each[0])]

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment that is told of each node or of anything that it came of."""
        return self._graph.moments_of(handles)

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first."""
        stated = self._graph.facets.get(handle, ())
        return sorted(stated, key=lambda each: (each.time, each.record))

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of nodes."""
        named = self._graph.projects
        return {each: frozenset(named.get(each) or ("",)) for each in handles}

    def introduced(self, handles: Sequence[int]) -> list[str]:
        """When each of these nodes was first named."""
        return [self._graph.tellings[handle][0] for handle in handles]

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these characters."""
        found = sorted(
            (node, at) for node, at in self._graph.handles.items() if node.startswith(prefix)
        )
        return [handle for _, handle in found[:limit]]

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first."""
        return self._latest_where(lambda node: node.name == name)[:limit]

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text."""
        wanted = text.translate(_LOWER)
        names = {node.name for node in self._graph.nodes if wanted in node.name.translate(_LOWER)}
        return sorted(names)[:limit]

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        return self._latest_where(
            lambda node: node.digest is not None and node.digest.sha256 == sha256
        )

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""
        return self._latest_where(
            lambda node: node.digest is not None and node.digest.sha256.startswith(prefix)
        )[:limit]

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member, latest first."""
        return sorted(self._graph.members.get(sha256, ()), reverse=True)

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first."""
        found = self._latest_where(lambda node: node.kind is kind)
        return [handle for handle in found if before is None or handle < before][:limit]

    def _latest_where(self, wanted: Callable[[Node], bool]) -> list[int]:
        found = [at for at, node in enumerate(self._graph.nodes) if wanted(node)]
        return found[::-1]

    def reach(
        self,
        start: int,
        direction: Direction,
        *,
        limit: int | None = None,
        depth: int | None = None,
    ) -> Reach:
        """Walk breadth first along content, level by level."""
        order, level, seen = [start], [start], {start}
        while level and (depth is None or depth > 0):
            near = {each for handle in level for each in self._neighbours(handle, direction)}
            level = sorted(near - seen)
            if limit is not None and len(order) + len(level) > limit:
                return Reach(order + level[: max(0, limit - len(order))], truncated=bool(level))
            seen.update(level)
            order += level
            depth = None if depth is None else depth - 1
        return Reach(order, truncated=False)

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk from an effect to a cause."""
        came: dict[int, int] = {start: start}
        order = [start]
        for here in order:
            if here == goal:
                break
            for handle in self._neighbours(here, Direction.ORIGINS):
                if handle not in came:
                    came[handle] = here
                    order.append(handle)
        if goal not in came:
            return None
        steps = [goal]
        while steps[-1] != start:
            steps.append(came[steps[-1]])
        return steps[::-1]

    def _neighbours(self, handle: int, direction: Direction) -> list[int]:
        links = self._graph.links[direction].get(handle, ())
        return sorted(
            {
                link.target if direction is Direction.ORIGINS else link.origin
                for link in links
                if EDGE_RULES[link.kind].lineage
            }
        )

    def size(self) -> tuple[int, int]:
        """How many nodes and edges."""
        return len(self._graph.nodes), len(self._graph.seen_links)
