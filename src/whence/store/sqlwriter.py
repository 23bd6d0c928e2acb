"""Appending to the ledger and indexing into the graph, in the caller's transaction."""

import json
import sqlite3
from collections.abc import Collection

from whence.errors import StoreError
from whence.ledger.merkle import Frontier
from whence.model.identity import NodeId
from whence.model.record import Record
from whence.store.interface import Appended
from whence.store.schema import BASIS_CODES, EDGE_CODES, NODE_CODES
from whence.store.sealing import compress, member_digests, require_known, seal
from whence.store.sqlreader import SqlReader
from whence.store.steps import PARAMETERS


class SqlWriter(SqlReader):
    """The one writer of the moment, inside ``BEGIN IMMEDIATE``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._cursor = connection.cursor()
        self._frontier: Frontier | None = None
        self._under_way = False

    def append(self, record: Record) -> Appended:
        """Keep a record; see ``Writer.append``."""
        row = self._cursor.execute(
            "SELECT idx FROM entry WHERE id=?", (bytes.fromhex(record.id),)
        ).fetchone()
        if row is not None:
            return Appended(row[0], fresh=False)
        require_known(record, lambda ids: find_handles(self._cursor, ids))
        frontier = self._frontier
        if frontier is None:
            frontier = self._frontier = self._load_frontier()
        sealed = seal(record)
        index = frontier.size
        self._under_way = True
        self._cursor.execute(
            "INSERT INTO entry VALUES (?,?,?,?,?,?)",
            (
                index,
                bytes.fromhex(sealed.id),
                sealed.entry,
                sealed.salt,
                None if sealed.body is None else compress(sealed.body),
                sealed.leaf,
            ),
        )
        added = [row for row in frontier.append(sealed.leaf) if row[0] > 0]
        if added:
            self._cursor.executemany("INSERT INTO tree VALUES (?,?,?)", added)
        index_record(self._cursor, index, record)
        self._under_way = False
        return Appended(index, fresh=True)

    def finish(self) -> None:
        """Write the new head; called once, before the commit.

        Raises:
            StoreError: an append failed midway and the caller went on as if nothing had happened.
        """
        if self._under_way:
            raise StoreError("a record was written by half, so none of its block is kept")
        if self._frontier is not None:
            self._cursor.execute(
                "INSERT OR REPLACE INTO head VALUES (1,?,?)",
                (self._frontier.size, self._frontier.root()),
            )

    def _load_frontier(self) -> Frontier:
        size = self.head().size
        hashes, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                hashes.append(self.subtree_hash(level, start >> level))
                start += 1 << level
        return Frontier(size, hashes)


def find_handles(cursor: sqlite3.Cursor, ids: Collection[NodeId]) -> dict[NodeId, int]:
    """The handles of those ids that the store has."""
    found: dict[NodeId, int] = {}
    wanted = [bytes.fromhex(each) for each in ids]
    for at in range(0, len(wanted), PARAMETERS):
        part = wanted[at : at + PARAMETERS]
        marks = ",".join("?" * len(part))
        for raw, handle in cursor.execute(
            f"SELECT id, handle FROM node WHERE id IN ({marks})", part
        ):
            found[NodeId(raw.hex())] = handle
    return found


def index_record(cursor: sqlite3.Cursor, index: int, record: Record) -> None:
    """Write the graph's rows of one record."""
    ids = {node.id for node in record.nodes}
    ids.update(edge.origin for edge in record.edges)
    ids.update(edge.target for edge in record.edges)
    ids.update(facet.node for facet in record.facets)
    handles = find_handles(cursor, ids)
    fresh = [node for node in record.nodes if node.id not in handles]
    if fresh:
        (top,) = cursor.execute("SELECT coalesce(max(handle), 0) FROM node").fetchone()
        rows = []
        for node in fresh:
            if node.id in handles:
                continue  # said twice in one record
            top += 1
            handles[node.id] = top
            digest = node.digest
            rows.append(
                (
                    top,
                    bytes.fromhex(node.id),
                    NODE_CODES[node.kind],
                    node.name,
                    None if digest is None else bytes.fromhex(digest.sha256),
                    json.dumps(digest.others) if digest is not None and digest.others else None,
                    node.location,
                )
            )
        cursor.executemany("INSERT INTO node VALUES (?,?,?,?,?,?,?)", rows)
    if record.edges:
        cursor.executemany(
            "INSERT OR IGNORE INTO edge (origin, target, kind, basis, role, detail)"
            " VALUES (?,?,?,?,?,?)",
            [
                (
                    handles[edge.origin],
                    handles[edge.target],
                    EDGE_CODES[edge.kind],
                    BASIS_CODES[edge.basis],
                    edge.role,
                    json.dumps(dict(edge.detail), sort_keys=True) if edge.detail else "",
                )
                for edge in record.edges
                # The record that named an end may have been erased since.
                if edge.origin in handles and edge.target in handles
            ],
        )
    if record.facets:
        facets = [facet for facet in record.facets if facet.node in handles]
        said = dict.fromkeys(handles[facet.node] for facet in facets)
        cursor.executemany("INSERT OR IGNORE INTO about VALUES (?,?)", [(at, index) for at in said])
        for facet in facets:
            members = member_digests(facet)
            if members:
                handle = handles[facet.node]
                cursor.executemany(
                    "INSERT OR IGNORE INTO member VALUES (?,?)",
                    [(bytes.fromhex(digest), handle) for digest in members],
                )
