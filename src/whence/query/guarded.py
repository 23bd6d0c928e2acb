"""A reader that withholds what somebody may not see.

What is withheld keeps its kind and its place, so that lineage keeps its shape: walks go through it.
It loses its name, content, location and whatever was said of it; a gap stands there instead. Its id
becomes another, since the ids of jobs, people and models follow from their names and could be
guessed. Nothing finds it: no name, digest, prefix or id. Bodies of records that may not be read are
as if erased; their ledger entries stay, so that every proof still holds.
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from whence.ledger.audit import AuditRow
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.gap import WITHHELD
from whence.model.identity import NodeId
from whence.model.node import Node
from whence.model.record import Record
from whence.query.partial import PartialReader
from whence.store.interface import Direction, Kept, Link, Reader, StatedFacet
from whence.store.sealing import RETELLING, meaning_id, open_body

WITHHELD_NAME = "withheld"
"""The name of every node that may not be seen."""


class Guard:
    """What somebody may see, and what was shown to them of what is protected.

    Args:
        may_read: Whether something that belongs to these projects may be read; an empty set is the
            shared project.
        key: What the ids of withheld nodes are hidden with; the same key gives the same ids.
        protected: Projects of which every read is noted in ``shown``.
    """

    def __init__(
        self,
        may_read: Callable[[frozenset[str]], bool],
        key: bytes,
        protected: frozenset[str] = frozenset(),
    ) -> None:
        self._may_read = may_read
        self._key = key
        self._protected = protected
        self._verdicts: dict[frozenset[str], bool] = {}
        self.shown: dict[NodeId, frozenset[str]] = {}
        """Ids of nodes and records of protected projects that were shown → those projects."""
        self.refused: dict[NodeId, frozenset[str]] = {}
        """Ids of nodes that were asked for outright, and are withheld → their projects."""

    def allows(self, projects: frozenset[str]) -> bool:
        """Whether what belongs to these projects may be read."""
        verdict = self._verdicts.get(projects)
        if verdict is None:
            verdict = self._verdicts[projects] = self._may_read(projects)
        return verdict

    def hide(self, node: NodeId) -> NodeId:
        """The id that a withheld node is told by; says nothing of its own."""
        return NodeId(hmac.digest(self._key, node.encode(), "sha256").hex()[:32])

    def note(self, shown: NodeId, projects: frozenset[str]) -> None:
        """Remember that something was shown, if it is protected."""
        if met := projects & self._protected:
            self.shown[shown] = self.shown.get(shown, frozenset()) | met


class GuardedReader(PartialReader):
    """The whole of a reader, for somebody. See ``Reader`` for what each question means.

    Args:
        reader: The reader that sees everything.
        guard: What may be seen.
        settle: Writes down what was shown; to be called before an answer is sent.
    """

    def __init__(
        self, reader: Reader, guard: Guard, settle: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(reader)
        self.settle = settle
        self._guard = guard
        self._projects: dict[int, frozenset[str]] = {}

    # ----------------------------------------------------------------- graph

    def nodes(self, handles: Sequence[int]) -> list[Node]:
        """The nodes of these handles; withheld ones with their kind alone."""
        self._learn(handles)
        found = []
        for handle, node in zip(handles, self._reader.nodes(handles), strict=True):
            projects = self._projects[handle]
            if self._guard.allows(projects):
                self._guard.note(node.id, projects)
                found.append(node)
            else:
                found.append(Node(self._guard.hide(node.id), node.kind, WITHHELD_NAME))
        return found

    def links(self, handles: Sequence[int], direction: Direction) -> list[Link]:
        """All edges; those that touch something withheld say no more than their kind."""
        links = self._reader.links(handles, direction)
        self._learn([end for link in links for end in (link.origin, link.target)])
        return list(dict.fromkeys(self._bare(link) for link in links))

    def moments(self, handles: Sequence[int]) -> list[str]:
        """The latest moment told of each node or of what it came of; none of withheld ones."""
        seen = set(self._told(handles))
        told = self._reader.moments(handles)
        return [at if each in seen else "" for each, at in zip(handles, told, strict=True)]

    def facets(self, handle: int) -> list[StatedFacet]:
        """Everything attached to a node; of a withheld one, that it is withheld."""
        (node,) = self.nodes([handle])
        if self._sees(handle):
            return self._reader.facets(handle)
        gap = {
            "kind": WITHHELD,
            "about": node.id,
            "reason": f"this {node.kind.value.replace('_', ' ')} exists, but you may not see it",
            "remedy": "ask an admin for a role in its project",
        }
        told = Facet(node.id, "gaps", Basis.DECLARED, {"gaps": [gap]})
        return [_stated(told)]

    def projects(self, handles: Sequence[int]) -> dict[int, frozenset[str]]:
        """The projects of each node, of those that may be read."""
        self._learn(handles)
        return {
            handle: frozenset(
                each for each in self._projects[handle] if self._guard.allows(frozenset({each}))
            )
            for handle in handles
        }

    # ---------------------------------------------------------------- ledger

    def records(self, start: int = 0) -> Iterator[Kept]:
        """The records in order; those that may not be read as if erased."""
        for kept in self._reader.records(start):
            readable = kept.record is not None and self._reads(kept.record)
            yield kept if readable else Kept(kept.index, None)

    def arrivals(self, limit: int) -> list[Kept]:
        """The first arrivals that may be read, of which no record says yet what they mean."""
        found = self._reader.arrivals(limit)
        return [kept for kept in found if kept.record is not None and self._reads(kept.record)]

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditRow]:
        """The entries in order; bodies that may not be read as if erased."""
        return map(self._closed, self._reader.entries(start, stop))

    def audit_rows(self) -> Iterator[AuditRow]:
        """The entries in order; bodies that may not be read as if erased."""
        return map(self._closed, self._reader.audit_rows())

    # --------------------------------------------------------------- judging

    def _learn(self, handles: Sequence[int]) -> None:
        unknown = [each for each in dict.fromkeys(handles) if each not in self._projects]
        if unknown:
            self._projects.update(self._reader.projects(unknown))

    def _sees(self, handle: int) -> bool:
        self._learn([handle])
        return self._guard.allows(self._projects[handle])

    def _told(self, handles: Sequence[int]) -> list[int]:
        self._learn(handles)
        return [each for each in handles if self._guard.allows(self._projects[each])]

    def _asked(self, handles: Sequence[int]) -> list[int]:
        """What was asked for by its name, content or id, as far as it may be seen."""
        seen = self._told(handles)
        if not seen and handles:
            for handle, node in zip(handles, self._reader.nodes(handles), strict=True):
                self._guard.refused[node.id] = self._projects[handle]
        return seen

    def _bare(self, link: Link) -> Link:
        if self._sees(link.origin) and self._sees(link.target):
            return link
        return replace(link, role="", detail=())

    def _reads(self, record: Record) -> bool:
        """Whether a record may be read: by its project, else by all that it speaks of.

        What arrived for no project speaks of nothing yet: it may be read by whoever may read what
        it means.
        """
        if record.payload and not record.project and record.type != RETELLING:
            return self._reads_meaning(record.id)
        if record.project:
            projects = frozenset({record.project})
            readable = self._guard.allows(projects)
        else:
            ids = {node.id for node in record.nodes} | {facet.node for facet in record.facets}
            ids |= {end for edge in record.edges for end in (edge.origin, edge.target)}
            handles = [each for each in map(self._reader.find, sorted(ids)) if each is not None]
            readable = len(self._told(handles)) == len(handles)
            projects = frozenset().union(*(self._projects[each] for each in handles))
        if readable:
            self._guard.note(record.id, projects)
        return readable

    def _reads_meaning(self, arrival: NodeId) -> bool:
        place = self._reader.place(meaning_id(arrival))
        if place is None:
            return False
        meaning = next(self._reader.records(place)).record
        return meaning is not None and not meaning.payload and self._reads(meaning)

    def _closed(self, row: AuditRow) -> AuditRow:
        record = open_body(row.body)
        if record is None or self._reads(record):
            return row
        return row._replace(salt=None, body=None)


def _stated(facet: Facet) -> StatedFacet:
    """A facet that no record says: it comes first, from nowhere."""
    return StatedFacet(0, facet, "1970-01-01T00:00:00.000Z", facet.node)
