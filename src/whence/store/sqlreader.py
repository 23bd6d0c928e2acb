"""Asking the SQL store, inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Generator, Iterator, Sequence

from whence.errors import StoreCorruptError
from whence.ledger.audit import AuditRow
from whence.ledger.merkle import EMPTY_ROOT
from whence.model.digest import Digest
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.store.interface import Direction, Head, Kept, Link, Reach, StatedFacet
from whence.store.schema import (
    BASES,
    EDGE_KINDS,
    LINEAGE_BELOW,
    NODE_CODES,
    NODE_KINDS,
)
from whence.store.sealing import decompress, open_body

_PARAMETERS = 500


class SqlReader:
    """One consistent moment of a SQL store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # ---------------------------------------------------------------- ledger

    def head(self) -> Head:
        """The ledger's size and root."""
        row = self._connection.execute("SELECT size, root FROM head").fetchone()
        return Head(0, EMPTY_ROOT) if row is None else Head(*row)

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order."""
        for index, body in self._connection.execute(
            "SELECT idx, body FROM entry WHERE idx >= ? ORDER BY idx", (start,)
        ):
            yield Kept(index, open_body(None if body is None else decompress(body)))

    def audit_rows(self) -> Iterator[AuditRow]:
        """The entries as they lie here; a body that cannot be unpacked is given as it is."""
        for index, entry, salt, body, leaf in self._connection.execute(
            "SELECT idx, entry, salt, body, leaf FROM entry ORDER BY idx"
        ):
            try:
                plain = None if body is None else decompress(body)
            except StoreCorruptError:
                plain = body
            yield AuditRow(index, entry, salt, plain, leaf)

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The interior hashes."""
        yield from self._connection.execute("SELECT level, idx, hash FROM tree ORDER BY level, idx")

    def subtree_hash(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of 2**level leaves (RFC 6962, section 2.1)."""
        if level == 0:
            row = self._connection.execute("SELECT leaf FROM entry WHERE idx=?", (index,))
        else:
            row = self._connection.execute(
                "SELECT hash FROM tree WHERE level=? AND idx=?", (level, index)
            )
        found = row.fetchone()
        if found is None:
            raise StoreCorruptError(
                f"the ledger's tree lacks the node {level}/{index}", hint="run `whence fsck`"
            )
        value: bytes = found[0]
        return value

    def integrity_faults(self) -> list[str]:
        """What SQLite itself finds wrong with its pages and indices; empty when nothing is."""
        rows = self._connection.execute("PRAGMA integrity_check(3)")
        return [text for (text,) in rows if text != "ok"]

    def graph_rows(self, table: str) -> Generator[tuple[object, ...], None, None]:
        """All rows of one of the graph's tables, in the order of their keys."""
        yield from self._connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")

    # ----------------------------------------------------------------- nodes

    def find(self, node: NodeId) -> int | None:
        """The handle of a node, or ``None``."""
        row = self._connection.execute(
            "SELECT handle FROM node WHERE id=?", (bytes.fromhex(node),)
        ).fetchone()
        return None if row is None else row[0]

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""
        found: dict[int, Node] = {}
        for part, marks in _parts(handles):
            for row in self._connection.execute(
                "SELECT handle, id, kind, name, digest, digests, location FROM node"
                f" WHERE handle IN ({marks})",
                part,
            ):
                found[row[0]] = _node(row)
        return [found[handle] for handle in handles]

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges on one side of these nodes."""
        column = "origin" if direction is Direction.ORIGINS else "target"
        return [
            _link(row)
            for part, marks in _parts(handles)
            for row in self._connection.execute(
                f"SELECT origin, target, kind, basis, role, detail FROM edge"
                f" WHERE {column} IN ({marks}) ORDER BY seq",
                part,
            )
        ]

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first."""
        row = self._connection.execute("SELECT id FROM node WHERE handle=?", (handle,)).fetchone()
        if row is None:
            return []
        own = row[0].hex()
        stated = []
        for index, body in self._connection.execute(
            "SELECT entry.idx, body FROM about JOIN entry ON entry.idx = about.idx"
            " WHERE node=? ORDER BY entry.idx",
            (handle,),
        ):
            record = open_body(None if body is None else decompress(body))
            if record is not None:
                stated += [StatedFacet(index, each) for each in record.facets if each.node == own]
        return stated

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these characters."""
        low = bytes.fromhex(prefix.ljust(32, "0"))
        high = bytes.fromhex(prefix.ljust(32, "f"))
        return self._column(
            "SELECT handle FROM node WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
            (low, high, limit),
        )

    def named(self, name: str) -> list[int]:
        """Nodes of exactly this name, latest first."""
        return self._column("SELECT handle FROM node WHERE name=? ORDER BY handle DESC", (name,))

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text."""
        rows = self._connection.execute(
            "SELECT DISTINCT name FROM node WHERE instr(lower(name), lower(?)) > 0"
            " ORDER BY name LIMIT ?",
            (text, limit),
        )
        return [name for (name,) in rows]

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        return self._column(
            "SELECT handle FROM node WHERE digest=? ORDER BY handle DESC", (bytes.fromhex(sha256),)
        )

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""
        low, high = bytes.fromhex(prefix.ljust(64, "0")), bytes.fromhex(prefix.ljust(64, "f"))
        return self._column(
            "SELECT handle FROM node WHERE digest BETWEEN ? AND ? ORDER BY handle DESC LIMIT ?",
            (low, high, limit),
        )

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member, latest first."""
        return self._column(
            "SELECT node FROM member WHERE digest=? ORDER BY node DESC", (bytes.fromhex(sha256),)
        )

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first."""
        return self._column(
            "SELECT handle FROM node WHERE kind=? AND handle < ? ORDER BY handle DESC LIMIT ?",
            (NODE_CODES[kind], 2**62 if before is None else before, limit),
        )

    def size(self) -> tuple[int, int]:
        """How many nodes and edges."""
        (nodes,) = self._connection.execute("SELECT count(*) FROM node").fetchone()
        (edges,) = self._connection.execute("SELECT count(*) FROM edge").fetchone()
        return nodes, edges

    # ----------------------------------------------------------------- walks

    def reach(self, start: int, direction: Direction, *, limit: int | None = None) -> Reach:
        """Walk breadth first along content, one level a statement."""
        order, seen, level = [start], {start}, [start]
        while level:
            following = []
            for handle in self._neighbours(level, direction):
                if handle not in seen:
                    if limit is not None and len(order) >= limit:
                        return Reach(order, truncated=True)
                    seen.add(handle)
                    order.append(handle)
                    following.append(handle)
            level = following
        return Reach(order, truncated=False)

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk from an effect to a cause, searched from both ends."""
        if start == goal:
            return [start]
        ahead: dict[int, int] = {start: start}
        behind: dict[int, int] = {goal: goal}
        front, back = [start], [goal]
        while front and back:
            if len(front) <= len(back):
                front, met = self._step(front, ahead, behind, Direction.ORIGINS)
            else:
                back, met = self._step(back, behind, ahead, Direction.EFFECTS)
            if met is not None:
                return _chain(ahead, met)[::-1] + _chain(behind, met)[1:]
        return None

    def _step(
        self, level: list[int], own: dict[int, int], other: dict[int, int], direction: Direction
    ) -> tuple[list[int], int | None]:
        side, far = (0, 1) if direction is Direction.ORIGINS else (1, 0)
        following, met = [], []
        for row in self._pairs(level, direction):
            handle = row[far]
            if handle not in own:
                own[handle] = row[side]
                following.append(handle)
                if handle in other:
                    met.append(handle)
        # All that met in this step are equally far from this end; the other end decides.
        return following, min(met, key=lambda at: len(_chain(other, at)), default=None)

    def _neighbours(self, handles: Sequence[int], direction: Direction) -> list[int]:
        far = 1 if direction is Direction.ORIGINS else 0
        return [row[far] for row in self._pairs(handles, direction)]

    def _pairs(self, handles: Sequence[int], direction: Direction) -> Iterator[tuple[int, int]]:
        column, far = (
            ("origin", "target") if direction is Direction.ORIGINS else ("target", "origin")
        )
        for part, marks in _parts(handles):
            yield from self._connection.execute(
                f"SELECT origin, target FROM edge WHERE {column} IN ({marks})"
                f" AND kind < {LINEAGE_BELOW} ORDER BY {column}, {far}",
                part,
            )

    def _column(self, statement: str, values: tuple[object, ...]) -> list[int]:
        return [value for (value,) in self._connection.execute(statement, values)]


def _parts(handles: Sequence[int]) -> Iterator[tuple[Sequence[int], str]]:
    for at in range(0, len(handles), _PARAMETERS):
        part = handles[at : at + _PARAMETERS]
        yield part, ",".join("?" * len(part))


def _chain(came: dict[int, int], at: int) -> list[int]:
    steps = [at]
    while came[steps[-1]] != steps[-1]:
        steps.append(came[steps[-1]])
    return steps


def _node(row: tuple[int, bytes, int, str, bytes | None, str | None, str | None]) -> Node:
    _, raw, kind, name, digest, digests, location = row
    content = None
    if digest is not None:
        others = tuple((str(key), str(value)) for key, value in json.loads(digests or "[]"))
        content = Digest(digest.hex(), others)
    return Node(NodeId(raw.hex()), NODE_KINDS[kind], name, content, location)


def _link(row: tuple[int, int, int, int, str, str]) -> Link:
    origin, target, kind, basis, role, detail = row
    told = tuple(sorted(json.loads(detail).items())) if detail else ()
    return Link(origin, target, EDGE_KINDS[kind], BASES[basis], role, told)
