"""The lineage edges of a SQL store, near at hand for walks over millions.

SQL stays the truth. A connection that walks far maps the *snapshot* beside the store (see
``snapshot``) and keeps the edges that were added since, the *delta*, in a dictionary of each
direction. What it hands out is what the reading transaction sees: a snapshot that knows more, or
that was made of another graph or another history, is not used.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whence.ledger.merkle import EMPTY_ROOT
from whence.store.database import Database, Row
from whence.store.interface import Direction
from whence.store.schema import LINEAGE_BELOW
from whence.store.snapshot import MOST, Mark, Rows, Snapshot, SnapshotError, write_snapshot

FILE_NAME = "adjacency-1"
"""In the store's ``cache`` folder; the number is the version of the form."""

WORTH_IT = 20_000
"""Edges from which on a snapshot is made."""

DELTA_EDGES = 50_000
DELTA_SHARE = 0.1
"""A delta beyond both of these, the latter times the edges in the snapshot, calls for a new one."""

RootReader = Callable[[int], bytes]
"""Gives the root that the ledger had at a size (RFC 6962, section 2.1)."""


@dataclass(slots=True)
class Side:
    """The edges of one direction, as one transaction sees them."""

    rows: Rows
    covered: int
    """The highest handle that ``rows`` has; edges of later ones are all in ``beyond``."""
    beyond: Mapping[int, Sequence[int]]
    """What is not in ``rows``, by handle."""
    top: int
    """The highest handle there is."""
    arrays: Any = None
    """Room for the same in the form that ``arraysteps`` walks on."""

    def near(self, handle: int) -> Sequence[int]:
        """The neighbours of one node; some may be there twice."""
        added = self.beyond.get(handle, ())
        if handle > self.covered:
            return added
        offsets, targets = self.rows
        known = targets[offsets[handle] : offsets[handle + 1]]
        return [*known, *added] if added else known


class Adjacency:
    """What one connection has at hand; may be forgotten at any time.

    Args:
        folder: The store's ``cache`` folder; made when a snapshot is first written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._held: Snapshot | None = None
        self._delta: dict[Direction, defaultdict[int, list[int]]] = {}
        self._read = 0
        """The highest ``edge.seq`` in the delta."""
        self._sides: dict[Direction, Side] = {}
        self._writable = True

    @property
    def is_ready(self) -> bool:
        """Whether a snapshot is mapped, so that small walks may as well use it."""
        return self._held is not None

    def forget(self) -> None:
        """Let go of everything."""
        held, self._held = self._held, None
        self._sides = {}
        if held is not None:
            held.close()

    def side(self, database: Database, direction: Direction, root_at: RootReader) -> Side | None:
        """The edges of one direction; ``None`` where SQL has to do.

        Args:
            database: In a reading transaction; the same connection at every call.
            direction: Which way to walk.
            root_at: Reads the ledger's history in this transaction.
        """
        now = read_mark(database)
        if now.seq < WORTH_IT or max(now.seq, now.top) > MOST:
            return None
        if self._held is not None and not (_is_past(self._held.mark, now) and self._held.is_sound):
            self.forget()
        for _ in range(2):
            held = self._freshen(database, now, root_at)
            if held is None:
                return None
            try:
                rows = held.rows(direction)
            except SnapshotError:
                self.forget()
                self._discard()
                continue
            self._catch_up(database, now.seq)
            return self._side(direction, rows, now.top)
        return None

    def _freshen(self, database: Database, now: Mark, root_at: RootReader) -> Snapshot | None:
        """The snapshot at hand, or a fresher one: from the file, or made."""
        if self._held is not None and not _lags(self._held.mark, now):
            return self._held
        newest = self._open(now, root_at)
        wanted = self._held is None or _lags(self._held.mark, now)
        if wanted and newest <= now.seq and self._writable:
            try:
                write_snapshot(database, now, self._path)
                self._open(now, root_at)
            except BlockingIOError:
                pass  # somebody else is making one
            except OSError:
                self._writable = False  # trying again would cost as much, for nothing
        return self._held

    def _open(self, now: Mark, root_at: RootReader) -> int:
        """Take the file if it is fresher than what is at hand; how fresh it is for this graph."""
        try:
            found = Snapshot(self._path)
        except (OSError, SnapshotError):
            return 0
        mark = found.mark
        if mark.making != now.making:
            mark = mark._replace(seq=0)
        fresher = self._held is None or mark.seq > self._held.mark.seq
        if fresher and _is_past(mark, now) and root_at(mark.entries) == mark.root:
            self.forget()
            self._held, self._read = found, mark.seq
            self._delta = {each: defaultdict(list) for each in Direction}
        else:
            found.close()
        return mark.seq

    def _discard(self) -> None:
        with suppress(OSError):
            self._path.unlink()

    # ----------------------------------------------------------------- delta

    def _catch_up(self, database: Database, seq: int) -> None:
        if self._read == seq:
            return
        causes, effects = self._delta[Direction.ORIGINS], self._delta[Direction.EFFECTS]
        for origin, target in database.stream(
            f"SELECT origin, target FROM edge WHERE seq > ? AND kind < {LINEAGE_BELOW}",
            (self._read,),
        ):
            causes[origin].append(target)
            effects[target].append(origin)
        self._read = seq
        self._sides = {}

    def _side(self, direction: Direction, rows: Rows, top: int) -> Side:
        side = self._sides.get(direction)
        if side is None or side.top != top:
            covered = len(rows.offsets) - 2
            side = self._sides[direction] = Side(rows, covered, self._delta[direction], top)
        return side


MARK = (
    "SELECT (SELECT mark FROM making), coalesce((SELECT size FROM head), 0),"
    " (SELECT root FROM head), coalesce((SELECT max(seq) FROM edge), 0),"
    " coalesce((SELECT max(handle) FROM node), 0)"
)
"""What asks for a mark."""


def read_mark(database: Database) -> Mark:
    """How far the history goes that the connection's transaction sees."""
    (row,) = database.execute(MARK)
    return mark_of(row)


def mark_of(row: Row) -> Mark:
    """The answer to ``MARK``."""
    making, entries, root, seq, top = row
    return Mark(making, entries, EMPTY_ROOT if root is None else root, seq, top)


def _is_past(mark: Mark, now: Mark) -> bool:
    """Whether all that a snapshot holds can be seen now."""
    return mark.making == now.making and mark.entries <= now.entries


def _lags(mark: Mark, now: Mark) -> bool:
    """Whether so much was added since that a new snapshot pays."""
    return now.seq - mark.seq > max(DELTA_EDGES, DELTA_SHARE * mark.seq)
