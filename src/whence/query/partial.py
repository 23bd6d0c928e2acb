"""A reader that tells only part of another's things: what both as-of and guarded reading share."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence

from whence.ledger.audit import AuditRow
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.store.interface import (
    Backlog,
    Direction,
    Head,
    Kept,
    Link,
    Made,
    Reach,
    Reader,
    StatedFacet,
)

_LEAST = 64
"""How many are asked for at least where some of them may not be told."""


class PartialReader(ABC):
    """The whole of a reader; a search finds what ``_told`` lets through. See ``Reader``.

    Args:
        reader: The reader that tells everything.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._names: dict[str, bool] = {}

    @abstractmethod
    def _told(self, handles: Sequence[int]) -> list[int]:
        """Those of these nodes that are told."""

    def _asked(self, handles: Sequence[int]) -> list[int]:
        """The same of what was asked for by its name, content or id."""
        return self._told(handles)

    # ----------------------------------------------------------------- graph

    def find(self, node: NodeId) -> int | None:
        """The handle of a node that is told, or ``None``."""
        handle = self._reader.find(node)
        return None if handle is None else next(iter(self._asked([handle])), None)

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""
        return self._reader.nodes(handles)

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges on one side of these nodes."""
        return self._reader.links(handles, direction)

    def made_at(self, location: str, moment: str, limit: int, *, later: bool = False) -> list[Made]:
        """What was made at a location before a moment, or later, of what is told."""
        found: list[Made] = []
        most = limit
        while len(found) < limit:
            some = self._reader.made_at(location, moment, most, later=later)
            told = set(self._told([each.handle for each in some]))
            found += [each for each in some if each.handle in told]
            if len(some) < most:
                break
            moment, most = some[-1].moment, max(_LEAST, 2 * most)
        return found[:limit]

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node and say that it was read in a span, of what is told."""
        links = self._reader.readings(handle, since, until)
        told = set(self._told([handle, *(link.origin for link in links)]))
        return [link for link in links if handle in told and link.origin in told]

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment of each node, told or not: it belongs to the shape of lineage."""
        return self._reader.moments(handles)

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first."""
        return self._reader.facets(handle)

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of each node."""
        return self._reader.projects(handles)

    def introduced(self, handles: Sequence[int]) -> list[str]:
        """When each of these nodes was first named."""
        return self._reader.introduced(handles)

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these characters."""
        return self._first(limit, lambda most: self._reader.starting_with(prefix, most))

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first."""
        if limit is None:
            return self._asked(self._reader.named(name))
        return self._first(limit, lambda most: self._reader.named(name, most))

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text, of what is told."""
        most = max(_LEAST, 2 * limit)
        while True:
            names = self._reader.names_like(text, most)
            found = [name for name in names if self._is_name(name)]
            if len(found) >= limit or len(names) < most:
                return found[:limit]
            most *= 4

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        return self._asked(self._reader.with_digest(sha256))

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""
        return self._first(limit, lambda most: self._reader.with_content_starting(prefix, most))

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member, latest first."""
        return self._told(self._reader.containing(sha256))

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first."""
        found: list[int] = []
        most = max(_LEAST, limit)
        while len(found) < limit:
            some = self._reader.latest(kind, most, before=before)
            found += self._told(some)
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
        """Walk along content, through what is not told too."""
        return self._reader.reach(start, direction, limit=limit, depth=depth)

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk from an effect to one of its causes."""
        return self._reader.path(start, goal)

    def size(self) -> tuple[int, int]:
        """How many nodes and how many edges there are, told or not."""
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
        """The index of the entry of a record: entries are for everybody."""
        return self._reader.place(record)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """The entries in order."""
        return self._reader.entries(start, stop)

    def arrivals(self, limit: int) -> list[Kept]:
        """The first arrivals of which no record says yet what they mean."""
        return self._reader.arrivals(limit)

    def backlog(self) -> Backlog:
        """How many such arrivals there are, and up to where."""
        return self._reader.backlog()

    def audit_rows(self) -> Iterator[AuditRow]:
        """Everything kept of each entry."""
        return self._reader.audit_rows()

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The kept interior hashes."""
        return self._reader.tree_nodes()

    # --------------------------------------------------------------- choosing

    def _first(self, limit: int, ask: Callable[[int], list[int]]) -> list[int]:
        most = max(_LEAST, 2 * limit)
        while True:
            found = ask(most)
            told = self._asked(found)
            if len(told) >= limit or len(found) < most:
                return told[:limit]
            most *= 4

    def _is_name(self, name: str) -> bool:
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = bool(self._told(self._reader.named(name)))
        return known
