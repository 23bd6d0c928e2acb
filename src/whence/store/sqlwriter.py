"""Appending to the ledger and indexing into the graph, in the caller's transaction."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from whence.errors import StoreError
from whence.ledger.merkle import Frontier
from whence.model.edge import Edge
from whence.model.facet import Facet
from whence.model.identity import NodeId
from whence.model.node import Node
from whence.model.record import Record
from whence.store.database import Database
from whence.store.interface import Appended, Head
from whence.store.nodetimes import NodeTimes
from whence.store.schema import BASIS_CODES, EDGE_CODES, NODE_CODES
from whence.store.sealing import (
    RETELLING,
    Prepared,
    compress,
    is_earlier,
    meaning_id,
    member_digests,
    named_projects,
    prepare,
    reading_moment,
    require_known,
)
from whence.store.sqlreader import SqlReader
from whence.store.whereabouts import Whereabouts

REMEMBERED = 200_000
"""How many ids and nodes a writer keeps in mind at most."""

KEPT = 10_000
"""How many of them the next writer gets."""


@dataclass(slots=True)
class Recollection:
    """What a writer has seen of the graph, and may remember until somebody else writes."""

    mark: bytes = b""
    """Of the making of the graph: a rebuild gives other handles."""
    handles: dict[NodeId, int | None] = field(default_factory=dict)
    """What was looked up or written; ``None`` for what the store does not have."""
    top: int | None = None
    """The last handle that was given."""
    nodes: dict[int, Node] = field(default_factory=dict)
    moments: dict[int, str] = field(default_factory=dict)
    alike: dict[str, list[int]] = field(default_factory=dict)
    awaited: bool | None = None
    """Whether there is an arrival of which no record says yet what it means."""
    frontier: Frontier | None = None

    def holds(self, head: Head, mark: bytes) -> bool:
        """Whether nobody has written since: whoever writes makes the ledger longer."""
        frontier = self.frontier
        return (
            frontier is not None
            and mark == self.mark
            and (head.size, head.root) == (frontier.size, frontier.root())
        )

    def trim(self) -> None:
        """Forget what has become too much to keep between blocks."""
        for known in (self.handles, self.nodes, self.moments, self.alike):
            if len(known) > KEPT:
                known.clear()


class SqlWriter(SqlReader):
    """The one writer of the moment, inside ``BEGIN IMMEDIATE``.

    Since nobody else writes meanwhile, it need not look up twice what it has seen: the records of
    a batch speak of the same nodes, and each record is read, checked and kept.

    Args:
        database: In the writer's transaction.
        earlier: What the writer before this one remembered, if its block was kept.
        said: Where the records go that are kept now, with their places.
    """

    def __init__(
        self,
        database: Database,
        earlier: Recollection | None = None,
        said: dict[NodeId, int] | None = None,
    ) -> None:
        super().__init__(database)
        self.recollection = earlier = self._recall(earlier)
        """What to give to the next writer once this one's block is kept."""
        self._places = Whereabouts(database, said)
        self._index = GraphIndex(database, self._places, earlier)
        self._nodes = earlier.nodes
        self._alike = earlier.alike
        self._frontier = earlier.frontier
        self._under_way = False

    def _recall(self, earlier: Recollection | None) -> Recollection:
        """What still holds of it."""
        (mark,) = self.database.execute("SELECT mark FROM making").fetchone()
        if earlier is None or not earlier.holds(super().head(), bytes(mark)):
            return Recollection(bytes(mark))
        return earlier

    def head(self) -> Head:
        """The ledger's size and root."""
        frontier = self._frontier
        return super().head() if frontier is None else Head(frontier.size, frontier.root())

    def place(self, record: NodeId) -> int | None:
        """The index of the entry of a record."""
        return self._places.of(record)

    def find(self, node: NodeId) -> int | None:
        """The handle of a node, or ``None``."""
        known = self.recollection.handles
        return known[node] if node in known else self._index.find((node,)).get(node)

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""
        known = self._nodes
        unknown = [handle for handle in handles if handle not in known]
        if unknown:
            if len(known) > REMEMBERED:
                known.clear()
                unknown = list(handles)
            known.update(zip(unknown, super().nodes(unknown), strict=True))
        return [known[handle] for handle in handles]

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment that is told of each node or of anything that it came of."""
        return self._index.times.moments(handles)

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        found = self._alike.get(sha256)
        if found is None:
            if len(self._alike) > REMEMBERED:
                self._alike.clear()
            found = self._alike[sha256] = super().with_digest(sha256)
        return list(found)

    def append_all(self, several: Sequence[Prepared]) -> list[Appended]:
        """Keep what was prepared; see ``Writer.append_all``."""
        records = [each.record for each in several]
        asked = [record.id for record in records]
        asked += [meaning_id(record.id) for record in records if record.payload]
        self._places.look_up(asked)
        return [self._keep(each.record, each) for each in several]

    def append(self, record: Record, *, salt: bytes | None = None) -> Appended:
        """Keep a record; see ``Writer.append``."""
        return self._keep(record, salt)

    def _keep(self, record: Record, given: Prepared | bytes | None) -> Appended:
        """Keep a record, unless it is kept: as it was prepared, or with this salt."""
        place = self._places.of(record.id)
        if place is not None:
            return Appended(place, fresh=False)
        require_known(record, self._index.find)
        prepared = given if isinstance(given, Prepared) else prepare(record, given)
        return Appended(self._add(prepared), fresh=True)

    def _add(self, prepared: Prepared) -> int:
        """Write what a record becomes; its index."""
        record, sealed = prepared.record, prepared.sealed
        frontier = self._frontier
        if frontier is None:
            frontier = self._frontier = self.recollection.frontier = self._load_frontier()
        index = frontier.size
        self._under_way = True
        packed = None if sealed.body is None else compress(sealed.body)
        leaf = sealed.leaf
        row = (index, bytes.fromhex(record.id), sealed.entry, sealed.salt, packed, leaf)
        self.database.insert("entry", [row])
        self.database.insert("tree", [at for at in frontier.append(leaf) if at[0] > 0])
        self._renamed(self._index.add(index, record))
        self._found_anew(record.nodes)
        self._places.add(record.id, index)
        self._under_way = False
        return index

    def _renamed(self, handles: Sequence[int]) -> None:
        for handle in handles:
            self._nodes.pop(handle, None)

    def _found_anew(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            if node.digest is not None:
                self._alike.pop(node.digest.sha256, None)

    def finish(self) -> None:
        """Write the new head; called once, before the commit.

        Raises:
            StoreError: an append failed midway and the caller went on as if nothing had happened.
        """
        if self._under_way:
            raise StoreError("a record was written by half, so none of its block is kept")
        if self._frontier is not None:
            self.database.execute(
                "INSERT INTO head VALUES (1,?,?)"
                " ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root",
                (self._frontier.size, self._frontier.root()),
            )

    def _load_frontier(self) -> Frontier:
        size = super().head().size
        hashes, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                hashes.append(self.subtree_hash(level, start >> level))
                start += 1 << level
        return Frontier(size, hashes)


class GraphIndex:
    """Writes the graph's rows of records; nobody else may write while it is in use.

    Args:
        database: In the writer's transaction.
        places: Where the entries are.
        known: What is known of the graph already.
    """

    def __init__(
        self, database: Database, places: Whereabouts, known: Recollection | None = None
    ) -> None:
        self._database = database
        self._places = places
        self._known = known or Recollection()
        self._handles = self._known.handles
        self.times = NodeTimes(database, self._known.moments)

    def find(self, ids: Collection[NodeId]) -> dict[NodeId, int]:
        """The handles of those ids that the store has."""
        handles = self._handles
        unknown = [each for each in ids if each not in handles]
        if unknown:
            known = len(handles) <= REMEMBERED
            if not known:
                handles.clear()
                unknown = list(ids)
            handles.update(dict.fromkeys(unknown))
            self._look_up(unknown, behind=known)
        return {each: handle for each in ids if (handle := handles[each]) is not None}

    def _look_up(self, ids: Sequence[NodeId], *, behind: bool) -> None:
        for raw, handle in self._database.among(
            "SELECT id, handle FROM node WHERE id {among}",
            [bytes.fromhex(each) for each in ids],
            behind=behind,  # what was added here is among the handles
        ):
            self._handles[NodeId(raw.hex())] = handle

    def add(self, index: int, record: Record) -> list[int]:
        """Write the graph's rows of one record; the nodes that are called otherwise from now on.

        What it says of a node that is nowhere is left out: the record that named that node was
        erased since.
        """
        if record.payload and record.type != RETELLING:
            self._await(index, record)
        elif self._is_awaited():
            self._database.execute(
                "DELETE FROM arrival WHERE meaning = ?", (bytes.fromhex(record.id),)
            )
            self._known.awaited = None
        if not (record.nodes or record.edges or record.facets):
            return []
        ids = {node.id for node in record.nodes}
        for edge in record.edges:
            ids.add(edge.origin)
            ids.add(edge.target)
        ids.update(facet.node for facet in record.facets)
        handles = self.find(ids)
        renamed = self._add_nodes(index, record, handles)
        self._add_edges(record.edges, handles)
        self._add_facets(index, record.facets, handles)
        self._add_belonging(record, handles)
        return renamed

    def _await(self, index: int, record: Record) -> None:
        """Put an arrival on the list of those to be read, unless what it means was told before."""
        meaning = meaning_id(record.id)
        if self._places.of(meaning) is None:
            self._database.insert("arrival", [(index, bytes.fromhex(meaning))])
            self._known.awaited = True

    def _is_awaited(self) -> bool:
        known = self._known
        if known.awaited is None:
            first = self._database.execute("SELECT idx FROM arrival LIMIT 1").fetchone()
            known.awaited = first is not None
        return known.awaited

    def _add_nodes(self, index: int, record: Record, handles: dict[NodeId, int]) -> list[int]:
        rows = []
        known: dict[int, Node] = {}
        fresh: dict[NodeId, Node] = {}
        for node in record.nodes:
            if node.id not in handles:
                fresh[node.id] = node
                handles[node.id] = self._handles[node.id] = self._next_handle()
            elif node.id not in fresh:
                known.setdefault(handles[node.id], node)
        times = self.times.take(record, handles, fresh)
        for node in fresh.values():
            digest = node.digest
            rows.append(
                (
                    handles[node.id],
                    bytes.fromhex(node.id),
                    NODE_CODES[node.kind],
                    node.name,
                    None if digest is None else bytes.fromhex(digest.sha256),
                    json.dumps(digest.others) if digest is not None and digest.others else None,
                    node.location,
                    index,
                    *times[node.id],
                )
            )
        self._database.insert("node", rows)
        return self._rename(index, record, known) if known else []

    def _rename(self, index: int, record: Record, known: dict[int, Node]) -> list[int]:
        """Call nodes as this record does, where it counts as said before what called them so."""
        renamed = []
        for handle, node in known.items():
            (told,) = self._database.execute(
                "SELECT told FROM node WHERE handle = ?", (handle,)
            ).fetchone()
            if is_earlier(record, *self._telling(told)):
                self._database.execute(
                    "UPDATE node SET name = ?, location = ?, told = ? WHERE handle = ?",
                    (node.name, node.location, index, handle),
                )
                renamed.append(handle)
        return renamed

    def _next_handle(self) -> int:
        known = self._known
        if known.top is None:
            (known.top,) = self._database.execute("SELECT max(handle) FROM node").fetchone()
        known.top = (known.top or 0) + 1
        return known.top

    def _telling(self, index: int) -> tuple[str, str]:
        """The time and the id of the record of an entry, which an erasure leaves."""
        told = json.loads(self._places.entry(index))
        return told["time"], told["id"]

    def _add_edges(self, edges: Iterable[Edge], handles: dict[NodeId, int]) -> None:
        rows = [
            (
                None,  # the next number, unless the edge is there
                handles[edge.origin],
                handles[edge.target],
                EDGE_CODES[edge.kind],
                BASIS_CODES[edge.basis],
                edge.role,
                json.dumps(dict(edge.detail), sort_keys=True) if edge.detail else "",
                reading_moment(edge.detail) if edge.detail else "",
            )
            for edge in edges
            if edge.origin in handles and edge.target in handles
        ]
        self._database.insert("edge", rows, again=True)

    def _add_facets(self, index: int, facets: Iterable[Facet], handles: dict[NodeId, int]) -> None:
        said: dict[int, None] = {}
        members: list[tuple[bytes, int]] = []
        for facet in facets:
            handle = handles.get(facet.node)
            if handle is not None:
                said[handle] = None
                members += [(bytes.fromhex(each), handle) for each in member_digests(facet)]
        self._database.insert("about", [(at, index) for at in said], again=True)
        self._database.insert("member", members, again=True)

    def _add_belonging(self, record: Record, handles: dict[NodeId, int]) -> None:
        rows = [(handles[node.id], record.project) for node in record.nodes if record.project]
        for facet in record.facets:
            if facet.node in handles:
                rows += [(handles[facet.node], project) for project in named_projects(facet)]
        self._database.insert("belonging", rows, again=True)


def fill_graph(database: Database, reader: SqlReader) -> None:
    """Write the graph's rows of every record into empty tables."""
    index = GraphIndex(database, Whereabouts(reader.database))
    for kept in reader.records():
        if kept.record is not None:
            index.add(kept.index, kept.record)
