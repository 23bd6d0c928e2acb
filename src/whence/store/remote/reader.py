"""One moment of a store elsewhere, asked in few requests.

Questions walk: whoever asks for the facets or the links of one node will ask for those of its
neighbours. So a request that must be made anyway asks for these as well, for more of them each time
that the guess proves right. Within a moment nothing changes, and every answer is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from whence.ledger.audit import AuditRow
from whence.ledger.merkle import Frontier
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
    StatedFacet,
)

FIRST_GUESS = 16
"""For how many neighbours the first request asks."""

LARGEST_GUESS = 512

LEDGER_END = 2**53 - 1

Ask = Callable[[Sequence[tuple[str, Sequence[Any]]]], list[Any]]
"""Sends calls to the moment and gives back as many answers."""


class RemoteReader:
    """A reader whose every answer comes from elsewhere.

    Args:
        ask: Sends calls.
        head: The ledger's size and root, which the server told with the moment.
    """

    def __init__(self, ask: Ask, head: Head) -> None:
        self._ask = ask
        self._head = head
        self._nodes: dict[int, Node] = {}
        self._found: dict[NodeId, int | None] = {}
        self._times: dict[int, str] = {}
        self._moments: dict[int, str] = {}
        self._facets: dict[int, list[StatedFacet]] = {}
        self._links: dict[tuple[int, Direction], list[Link]] = {}
        self._lists: dict[tuple[Any, ...], Any] = {}
        self._near: dict[int, Sequence[int]] = {}
        """Handle → those that came in the same answer, in its order."""
        self._guesses: dict[object, int] = {}

    # ---------------------------------------------------------------- ledger

    def head(self) -> Head:
        """The ledger's size and root."""
        return self._head

    def identity(self) -> str:
        """The ledger's own id."""
        told: str = self._once("identity")
        return told

    def place(self, record: NodeId) -> int | None:
        """The index of a record's entry, or ``None``."""
        told: int | None = self._once("place", record)
        return told

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order."""
        while page := self._one("records", start):
            yield from page
            start = page[-1].index + 1

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """Everything kept of the entries from one place up to another."""
        end = LEDGER_END if stop is None else stop
        while start < end and (page := self._one("entries", start, end)):
            yield from page
            start = page[-1].index + 1

    def arrivals(self, limit: int) -> list[Kept]:
        """None: a server reads what arrived before it answers."""
        del limit
        return []

    def backlog(self) -> Backlog:
        """Nothing."""
        return Backlog(0, -1)

    def audit_rows(self) -> Iterator[AuditRow]:
        """The same of all entries."""
        return self.entries()

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """The kept interior hashes."""
        start = 0
        while page := self._one("tree_nodes", start):
            yield from page
            start += len(page)

    def frontier(self) -> Frontier:
        """The right edge of the tree."""
        size = self.head().size
        nodes = {(level, at): value for level, at, value in self.tree_nodes()}
        hashes, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                if level == 0:
                    (row,) = self.entries(start, start + 1)
                    hashes.append(row.leaf)
                else:
                    hashes.append(nodes[level, start >> level])
                start += 1 << level
        return Frontier(size, hashes)

    # ----------------------------------------------------------------- nodes

    def find(self, node: NodeId) -> int | None:
        """The handle of a node, or ``None``."""
        if node not in self._found:
            self._found[node] = self._one("find", node)
        return self._found[node]

    def find_all(self, nodes: Sequence[NodeId]) -> None:
        """Ask for many at once, for those who will ask for each."""
        missing = [each for each in dict.fromkeys(nodes) if each not in self._found]
        answers = self._ask([("find", (each,)) for each in missing])
        self._found.update(zip(missing, answers, strict=True))

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles, in the order asked."""
        missing = [each for each in dict.fromkeys(handles) if each not in self._nodes]
        if missing:
            near = self._guess(missing[-1], self._nodes, "nodes") if len(missing) == 1 else []
            wanted = [*missing, *near]
            for handle, node in zip(wanted, self._one("nodes", wanted), strict=True):
                self._nodes[handle] = node
                self._found[node.id] = handle
        if len(handles) > 1:
            self._remember(handles)
        return [self._nodes[handle] for handle in handles]

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges on one side of these nodes."""
        known = {each for each, side in self._links if side is direction}
        missing = [each for each in dict.fromkeys(handles) if each not in known]
        if missing:
            near = self._guess(missing[-1], known, direction) if len(missing) == 1 else []
            wanted = [*missing, *near]
            self._links |= {(each, direction): [] for each in wanted}
            for link in self._one("links", wanted, direction):
                own = link.origin if direction is Direction.ORIGINS else link.target
                self._links[own, direction].append(link)
        found = [link for each in handles for link in self._links[each, direction]]
        self._remember([each.target for each in found])
        self._remember([each.origin for each in found])
        return found

    def made_at(self, location: str, moment: str, limit: int, *, later: bool = False) -> list[Made]:
        """What was made at a location before a moment, or later."""
        if not (_is_text(location) and _is_text(moment)):
            return []
        return list(self._once("made_at", location, moment, limit, later))

    def readings(self, handle: int, since: str, until: str) -> list[Link]:
        """The edges that end in a node and say that it was read in a span."""
        return list(self._once("readings", handle, since, until))

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment that is told of each node or of anything that it came of."""
        missing = [each for each in dict.fromkeys(handles) if each not in self._moments]
        if missing:
            self._moments.update(zip(missing, self._one("moments", missing), strict=True))
        return [self._moments[each] for each in handles]

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node, oldest first."""
        if handle not in self._facets:
            wanted = [handle, *self._guess(handle, self._facets, "facets")]
            answers = self._ask([("facets", (each,)) for each in wanted])
            self._facets.update(zip(wanted, answers, strict=True))
        return list(self._facets[handle])

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of nodes."""
        told: dict[int, frozenset[str]] = self._one("projects", list(handles))
        return told

    def introduced(self, handles: Sequence[int]) -> list[str]:
        """When each of these nodes was first told of."""
        missing = [each for each in dict.fromkeys(handles) if each not in self._times]
        if missing:
            near = self._guess(missing[-1], self._times, "times") if len(missing) == 1 else []
            wanted = [*missing, *near]
            self._times.update(zip(wanted, self._one("introduced", wanted), strict=True))
        return [self._times[each] for each in handles]

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """Nodes whose id starts with these characters, by id."""
        return self._handles("starting_with", prefix, limit)

    def named(self, name: str, limit: int | None = None) -> list[int]:
        """Nodes of exactly this name, latest first."""
        return self._handles("named", name, limit)

    def names_like(self, text: str, limit: int) -> list[str]:
        """Names that contain the text."""
        return list(self._once("names_like", text, limit)) if _is_text(text) else []

    def with_digest(self, sha256: str) -> list[int]:
        """Artifacts with this content, latest first."""
        return self._handles("with_digest", sha256)

    def with_content_starting(self, prefix: str, limit: int) -> list[int]:
        """Artifacts whose SHA-256 starts with these characters, latest first."""
        return self._handles("with_content_starting", prefix, limit)

    def containing(self, sha256: str) -> list[int]:
        """Artifacts that list this content as a member, latest first."""
        return self._handles("containing", sha256)

    def latest(self, kind: NodeKind, limit: int, *, before: int | None = None) -> list[int]:
        """Nodes of a kind, latest first."""
        return self._handles("latest", kind, limit, before)

    def size(self) -> tuple[int, int]:
        """How many nodes and edges."""
        told: tuple[int, int] = self._once("size")
        return told

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
        told: Reach = self._once("reach", start, direction, limit, depth)
        self._remember(told.handles)
        return told

    def path(self, start: int, goal: int) -> list[int] | None:
        """A shortest walk from an effect to a cause."""
        told: list[int] | None = self._once("path", start, goal)
        self._remember(told or [])
        return None if told is None else list(told)

    # ------------------------------------------------------------- machinery

    def _one(self, name: str, *arguments: Any) -> Any:
        (answer,) = self._ask([(name, arguments)])
        return answer

    def _once(self, name: str, *arguments: Any) -> Any:
        """An answer that is asked for the first time only."""
        key = (name, *arguments)
        if key not in self._lists:
            self._lists[key] = self._one(name, *arguments)
        return self._lists[key]

    def _handles(self, name: str, *arguments: Any) -> list[int]:
        if not all(_is_text(each) for each in arguments if isinstance(each, str)):
            return []
        told: list[int] = self._once(name, *arguments)
        self._remember(told)
        return list(told)

    def _remember(self, handles: Sequence[int]) -> None:
        """These came together: whoever asks about one may ask about the others."""
        for each in handles:
            if each not in self._near or len(self._near[each]) < len(handles):
                self._near[each] = handles

    def _guess(self, handle: int, known: Any, what: object) -> list[int]:
        """Neighbours about which nothing is known yet, those behind this one first."""
        near = self._near.get(handle, ())
        if len(near) < 2:
            return []
        count = self._guesses.get(what, FIRST_GUESS)
        self._guesses[what] = min(count * 2, LARGEST_GUESS)
        at = near.index(handle)
        found: dict[int, None] = {}
        for each in (*near[at + 1 :], *near[:at]):
            if each != handle and each not in known:
                found[each] = None
                if len(found) == count:
                    break
        return list(found)


def _is_text(text: str) -> bool:
    """Whether anything kept can be called so: what cannot travel was never kept."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
