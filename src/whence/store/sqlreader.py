"""Asking the SQL store, inside the caller's transaction."""

import json
from collections.abc import Generator, Iterator, Sequence

from whence.errors import StoreCorruptError
from whence.ledger.audit import AuditRow
from whence.ledger.merkle import EMPTY_ROOT, tree_root
from whence.model.digest import Digest
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.store.adjacency import Adjacency
from whence.store.database import Database
from whence.store.interface import (
    Backlog,
    Direction,
    Head,
    Kept,
    Link,
    Made,
    Reach,
    StatedFacet,
)
from whence.store.schema import (
    BASES,
    EDGE_KINDS,
    ENDS,
    NODE_CODES,
    NODE_KINDS,
)
from whence.store.sealing import decompress, open_body
from whence.store.walks import Walks

_HEXADECIMAL = frozenset("0123456789abcdef")


ALL = 2**62
"""A limit that is none."""

ENTRIES_OPEN = 64
"""How many entries a reader keeps open while it is asked for facets."""


class SqlReader:
    """One consistent moment of a SQL store."""

    def __init__(self, database: Database, adjacency: Adjacency | None = None) -> None:
        self.database = database
        self._walks = Walks(database, adjacency, self._root_at)
        self._entries: dict[int, dict[str, list[StatedFacet]]] = {}

    # ---------------------------------------------------------------- ledger

    def head(self) -> Head:
        """The ledger's size and root."""
        row = self.database.execute("SELECT size, root FROM head").fetchone()
        return Head(0, EMPTY_ROOT) if row is None else Head(*row)

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order."""
        for index, body in self.database.stream(
            "SELECT idx, body FROM entry WHERE idx >= ? ORDER BY idx", (start,)
        ):
            yield Kept(index, open_body(None if body is None else decompress(body)))

    def place(self, record: NodeId) -> int | None:
        """The index of the entry of a record."""
        row = self.database.execute(
            "SELECT idx FROM entry WHERE id=?", (bytes.fromhex(record),)
        ).fetchone()
        return None if row is None else row[0]

    def arrivals(self, limit: int) -> list[Kept]:
        """The first arrivals of which no record says yet what they mean."""
        rows = self.database.execute(
            "SELECT entry.idx, entry.body FROM arrival JOIN entry ON entry.idx = arrival.idx"
            " WHERE entry.body IS NOT NULL ORDER BY arrival.idx LIMIT ?",
            (limit,),
        ).fetchall()
        return [
            Kept(index, open_body(None if body is None else decompress(body)))
            for index, body in rows
        ]

    def backlog(self) -> Backlog:
        """How many such arrivals there are, and up to where."""
        count, last = self.database.execute(
            "SELECT count(*), max(arrival.idx) FROM arrival JOIN entry ON entry.idx = arrival.idx"
            " WHERE entry.body IS NOT NULL"
        ).fetchone()
        return Backlog(count, -1 if last is None else last)

    def audit_rows(self) -> Iterator[AuditRow]:
        """The entries as they lie here; a body that cannot be unpacked is given as it is."""
        return self.entries()

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """The entries from one place up to another."""
        for index, entry, salt, body, leaf in self.database.stream(
            "SELECT idx, entry, salt, body, leaf FROM entry WHERE idx >= ? AND idx < ?"
            " ORDER BY idx",
            (start, 2**62 if stop is None else stop),
        ):
            try:
                plain = None if body is None else decompress(body)
            except StoreCorruptError:
                plain = body
            yield AuditRow(index, entry, salt, plain, leaf)

    def identity(self) -> str:
        """The ledger's own id."""
        (raw,) = self.database.execute("SELECT id FROM identity").fetchone()
        return str(raw.hex())

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The interior hashes."""
        yield from self.database.stream("SELECT level, idx, hash FROM tree ORDER BY level, idx")

    def subtree_hash(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of 2**level leaves (RFC 6962, section 2.1)."""
        if level == 0:
            row = self.database.execute("SELECT leaf FROM entry WHERE idx=?", (index,))
        else:
            row = self.database.execute(
                "SELECT hash FROM tree WHERE level=? AND idx=?", (level, index)
            )
        found = row.fetchone()
        if found is None:
            raise StoreCorruptError(
                f"the ledger's tree lacks the node {level}/{index}", hint="run `whence fsck`"
            )
        value: bytes = found[0]
        return value

    def _root_at(self, size: int) -> bytes:
        return tree_root(size, self.subtree_hash)

    def integrity_faults(self) -> list[str]:
        """What the database itself finds wrong with its files; empty when nothing is."""
        return self.database.integrity_faults()

    def graph_rows(self, table: str) -> Generator[tuple[object, ...], None, None]:
        """All rows of one of the graph's tables, in the order of their keys."""
        yield from self.database.stream(f"SELECT * FROM {table} ORDER BY 1, 2")

    # ----------------------------------------------------------------- nodes

    def find(self, node: NodeId) -> int | None:
        """The handle of a node, or ``None``."""
        row = self.database.execute(
            "SELECT handle FROM node WHERE id=?", (bytes.fromhex(node),)
        ).fetchone()
        return None if row is None else row[0]

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""
        rows = self.database.among(
            "SELECT handle, id, kind, name, digest, digests, location FROM node"
            " WHERE handle {among}",
            handles,
        )
        found = {row[0]: _node(row) for row in rows}
        return [found[handle] for handle in handles]

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges on one side of these nodes."""
        column, _ = ENDS[direction]
        rows = self.database.among(
            f"SELECT origin, target, kind, basis, role, detail FROM edge"
            f" WHERE {column} {{among}} ORDER BY seq",
            handles,
        )
        return [link_of(row) for row in rows]

    def made_at(self, location: str, moment: str, limit: int, *, later: bool = False) -> list[Made]:
        """What was made at a location before a moment, or later."""
        side, order = (">", "ASC") if later else ("<", "DESC")
        rows = self.database.execute(
            f"SELECT made, handle FROM node WHERE {self.database.lies_at} AND made > ''"
            f" AND made {side} ? ORDER BY made {order} LIMIT ?",
            (*[location] * self.database.lies_at.count("?"), moment, limit),
        )
        return [Made(*row) for row in rows]

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node and say that it was read in a span."""
        rows = self.database.execute(
            "SELECT origin, target, kind, basis, role, detail FROM edge"
            " WHERE target=? AND at > '' AND at BETWEEN ? AND ? ORDER BY at, seq",
            (handle, since, until),
        )
        return [link_of(row) for row in rows]

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment that is told of each node or of anything that it came of."""
        rows = self.database.among("SELECT handle, moment FROM node WHERE handle {among}", handles)
        found: dict[int, str] = dict(rows)
        return [found[handle] for handle in handles]

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first."""
        row = self.database.execute("SELECT id FROM node WHERE handle=?", (handle,)).fetchone()
        if row is None:
            return []
        own = row[0].hex()
        stated: list[StatedFacet] = []
        for (index,) in self.database.execute(
            "SELECT idx FROM about WHERE node=?", (handle,)
        ).fetchall():
            stated += self._opened(index).get(own, ())
        stated.sort(key=lambda each: (each.time, each.record))
        return stated

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of nodes."""
        named: dict[int, set[str]] = {}
        for node, project in self.database.among(
            "SELECT node, project FROM belonging WHERE node {among}", handles
        ):
            named.setdefault(node, set()).add(project)
        return {each: frozenset(named.get(each, ("",))) for each in handles}

    def introduced(self, handles: Sequence[int]) -> list[str]:
        """When each of these nodes was first named."""
        rows = self.database.among(
            "SELECT node.handle, entry.entry FROM node JOIN entry ON entry.idx = node.told"
            " WHERE node.handle {among}",
            handles,
        )
        found = {handle: json.loads(entry)["time"] for handle, entry in rows}
        return [found[handle] for handle in handles]

    def _opened(self, index: int) -> dict[str, list[StatedFacet]]:
        """The facets of an entry, by node; entries opened last stay open.

        A record speaks of many nodes, which are asked for one by one.
        """
        opened = self._entries.get(index)
        if opened is None:
            (body,) = self.database.execute(
                "SELECT body FROM entry WHERE idx=?", (index,)
            ).fetchone()
            record = open_body(None if body is None else decompress(body))
            opened = {}
            if record is not None:
                for each in record.facets:
                    stated = StatedFacet(index, each, record.time, record.id)
                    opened.setdefault(each.node, []).append(stated)
            if len(self._entries) >= ENTRIES_OPEN:
                del self._entries[next(iter(self._entries))]
            self._entries[index] = opened
        return opened

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these characters."""
        if not _is_prefix(prefix, 32):
            return []
        low = bytes.fromhex(prefix.ljust(32, "0"))
        high = bytes.fromhex(prefix.ljust(32, "f"))
        return self._column(
            "SELECT handle FROM node WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
            (low, high, limit),
        )

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first."""
        return self._column(
            "SELECT handle FROM node WHERE name=? ORDER BY handle DESC LIMIT ?",
            (name, ALL if limit is None else limit),
        )

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text."""
        rows = self.database.execute(
            f"SELECT DISTINCT name FROM node WHERE {self.database.has_word} ORDER BY name LIMIT ?",
            (text, limit),
        )
        return [name for (name,) in rows]

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        return self._column(
            "SELECT handle FROM node WHERE digest=? ORDER BY handle DESC", (_raw(sha256),)
        )

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""
        if not _is_prefix(prefix, 64):
            return []
        low, high = bytes.fromhex(prefix.ljust(64, "0")), bytes.fromhex(prefix.ljust(64, "f"))
        return self._column(
            "SELECT handle FROM node WHERE digest BETWEEN ? AND ? ORDER BY handle DESC LIMIT ?",
            (low, high, limit),
        )

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member, latest first."""
        return self._column(
            "SELECT node FROM member WHERE digest=? ORDER BY node DESC", (_raw(sha256),)
        )

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first."""
        return self._column(
            "SELECT handle FROM node WHERE kind=? AND handle < ? ORDER BY handle DESC LIMIT ?",
            (NODE_CODES[kind], 2**62 if before is None else before, limit),
        )

    def size(self) -> tuple[int, int]:
        """How many nodes and edges."""
        (nodes,) = self.database.execute("SELECT count(*) FROM node").fetchone()
        (edges,) = self.database.execute("SELECT count(*) FROM edge").fetchone()
        return nodes, edges

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
        return self._walks.reach(start, direction, limit=limit, depth=depth)

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk from an effect to a cause."""
        return self._walks.path(start, goal)

    def prepare(self) -> None:
        """Have at hand what walks over millions need."""
        self._walks.prepare()

    def _column(self, statement: str, values: tuple[object, ...]) -> list[int]:
        return [value for (value,) in self.database.execute(statement, values)]


def _is_prefix(text: str, length: int) -> bool:
    return len(text) <= length and not set(text) - _HEXADECIMAL


def _raw(sha256: str) -> bytes | None:
    """The bytes of a digest as they stand in the tables; ``None``, equal to nothing, of others."""
    return bytes.fromhex(sha256) if len(sha256) == 64 and _is_prefix(sha256, 64) else None


def _node(row: tuple[int, bytes, int, str, bytes | None, str | None, str | None]) -> Node:
    _, raw, kind, name, digest, digests, location = row
    content = None
    if digest is not None:
        others = tuple((str(key), str(value)) for key, value in json.loads(digests or "[]"))
        content = Digest(digest.hex(), others)
    return Node(NodeId(raw.hex()), NODE_KINDS[kind], name, content, location)


def link_of(row: tuple[int, int, int, int, str, str]) -> Link:
    """The edge that a row is: origin, target, kind, basis, role, detail."""
    origin, target, kind, basis, role, detail = row
    told = tuple(sorted(json.loads(detail).items())) if detail else ()
    return Link(origin, target, EDGE_KINDS[kind], BASES[basis], role, told)
