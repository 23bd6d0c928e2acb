"""What a store can do, as small protocols; ``testing.StoreContract`` holds every store to them.

A store keeps two things in one transaction: the ledger's entries, which are the truth, and the
graph's rows, which are an index that can be built again from them. Inside a store a node is known
by a *handle*, a small integer that means nothing elsewhere and nothing after a rebuild.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from whence.ledger.audit import AuditRow
from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.store.sealing import Prepared


class Direction(Enum):
    """Which way to walk along edges."""

    ORIGINS = "origins"
    """From effect to cause, along the edges: what ``trace`` does."""
    EFFECTS = "effects"
    """From cause to effect, against the edges: what ``impact`` does."""


@dataclass(frozen=True, slots=True)
class Link:
    """One edge between two handles."""

    origin: int
    target: int
    kind: EdgeKind
    basis: Basis
    role: str
    detail: tuple[tuple[str, str], ...]


class Made(NamedTuple):
    """What was made somewhere, as an edge from it to what made it tells (``made``)."""

    moment: str
    """When, in UTC with microseconds, then a space and its id; sorts as a text."""
    handle: int


@dataclass(frozen=True, slots=True)
class StatedFacet:
    """A facet with the record that says it."""

    index: int
    """The record's place in this ledger; another store may have it elsewhere."""
    facet: Facet
    time: str
    """When the record was asserted."""
    record: NodeId


@dataclass(frozen=True, slots=True)
class Reach:
    """Every node that can be reached from one, each once: nearest first, then by handle."""

    handles: Sequence[int]
    truncated: bool
    """Whether the limit, rather than the depth asked for, ended the walk."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a record handed in."""

    index: int
    """Its place in the ledger, from 0."""
    fresh: bool
    """Whether it was kept now; ``False`` when a record of this id had been kept before."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as the ledger has it."""

    index: int
    record: Record | None
    """``None`` when its body was erased."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The arrivals of which no record says yet what they mean."""

    count: int
    last: int
    """The place of the last one in the ledger; -1 where there is none."""


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the ledger: how many entries, under which root (RFC 6962, section 2.1)."""

    size: int
    root: bytes


class GraphReader(Protocol):
    """Asking the graph for single things, and for whole walks."""

    def find(self, node: NodeId) -> int | None:
        """The handle of a node, or ``None``."""

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges that leave these nodes (``ORIGINS``) or end in them (``EFFECTS``).

        Those of one node come oldest first.
        """

    def made_at(self, location: str, moment: str, limit: int, *, later: bool = False) -> list[Made]:
        """What was made at a location before a moment, latest first; or later, earliest first.

        What several edges tell of was made at the earliest of their times.

        Args:
            location: As nodes have it.
            moment: What ``Made.moment`` is compared with; what is equal is left out.
            limit: How many at most.
            later: Whether to look the other way.
        """

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node and say (``at``) that it was read in a span, ends included.

        In the order of these times, and of those alike in the order in which they were told.
        """

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment that edges tell of each node or of anything that it came of.

        In UTC with microseconds, and empty where none is told. No effect has an earlier one than
        its cause has, along edges of all kinds.
        """

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first, which is the order in which it adds up.

        By the time of the record, then its id, then the place in it: two stores that were told the
        same in another order answer alike.
        """

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of nodes.

        Those whose records name the node among their own nodes, and those that facets ``project``
        say, as ``{name: true}``. Of a node that no project names it is ``{""}``: what all share.
        """

    def introduced(self, handles: Sequence[int]) -> list[str]:
        """When each of these nodes was first named: the times of the earliest records that do."""

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these lower-case hexadecimal characters, by id."""

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first; so many at most."""

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text, whatever the case of A to Z, in order of code points."""

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member (facet ``manifest``), latest first."""

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first; ``before`` continues below a handle."""

    def reach(
        self,
        start: int,
        direction: Direction,
        *,
        limit: int | None = None,
        depth: int | None = None,
    ) -> Reach:
        """Walk along all edges whose rule says that content flowed (``EdgeRule.lineage``).

        Args:
            start: Where the walk starts; it is the first of the answer, whatever the limit.
            direction: Which way.
            limit: How many nodes the answer may hold, the start included.
            depth: How many edges away from the start a node of the answer may be.
        """

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk along such edges from an effect to one of its causes, ends included."""

    def size(self) -> tuple[int, int]:
        """How many nodes and how many edges there are."""


class LedgerReader(Protocol):
    """Reading the ledger itself."""

    def head(self) -> Head:
        """The ledger's size and root."""

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order."""

    def identity(self) -> str:
        """The ledger's own id: 32 hexadecimal characters, made with the store, kept for good."""

    def place(self, record: NodeId) -> int | None:
        """The index of the entry of a record, by the record's id; ``None`` if it is not kept."""

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """Everything kept of the entries from one place up to another, as it lies there."""

    def arrivals(self, limit: int) -> list[Kept]:
        """The first records with a payload of which no record says yet what they mean."""

    def backlog(self) -> Backlog:
        """How many such records there are, and up to where."""

    def audit_rows(self) -> Iterator[AuditRow]:
        """The same of all entries, for ``ledger.audit``."""

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The kept interior hashes as (level, index, hash)."""


class Reader(GraphReader, LedgerReader, Protocol):
    """One consistent moment of a store."""


class Writer(Reader, Protocol):
    """The one writer of the moment: what it reads includes what it has appended."""

    def append(self, record: Record, *, salt: bytes | None = None) -> Appended:
        """Keep a record: its entry, its body and its graph rows.

        Of a node that several records name, the name and location are those of the earliest: by
        time, then by the record's id, whatever the order in which they come.

        Args:
            record: What is said.
            salt: What the entry's commitment is made with, so that a record that travels is the
                same leaf in every ledger; a fresh one where none is given.

        Raises:
            InvalidRecordError: an edge or facet names a node that is nowhere.
        """

    def append_all(self, several: Sequence[Prepared]) -> list[Appended]:
        """Keep records that were prepared before, as one after the other, but quicker.

        Raises:
            InvalidRecordError: see ``append``; those before it are kept.
        """


class Store(Protocol):
    """A place where records are kept."""

    def reading(self) -> AbstractContextManager[Reader]:
        """A reader; what it sees does not change while the block runs.

        Any number of threads may read at once, beside the writer.
        """

    def writing(self, *, timeout: float = 30.0) -> AbstractContextManager[Writer]:
        """The writer; everything appended in the block is kept together, durably, or not at all.

        Raises:
            StoreLockedError: others wrote for longer than ``timeout`` seconds.
            ConflictError: others wrote meanwhile what this block counted on not being there.
        """

    def rebuild(self) -> None:
        """Make the graph anew from the ledger."""

    def prepare(self) -> None:
        """Do ahead what large questions need: some seconds in a store of millions."""

    def close(self) -> None:
        """Let go of files and locks."""
