"""What a record that comes in may say, whoever wrote it.

Its project is one that the principal may write to, and the principal may say such a thing there.
About things that are in the record already it says no more than somebody may who can see them: what
cannot be seen is to it as if it were not there; what can be seen but not written may be used, and
nothing else. So a record can neither look into a project, nor draw its things into another, nor
speak for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType

from whence import __version__
from whence.errors import ForbiddenError, InvalidRecordError, WhenceError
from whence.governance import gate as governance
from whence.governance.evidence import is_evidence
from whence.importers.openlineage.arriving import read_payload
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.moment import now
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.query.guarded import GuardedReader
from whence.recording.recorder import Composer
from whence.server.access.gate import Gate
from whence.server.access.permission import (
    EVERYWHERE,
    SHARED,
    Permission,
    Principal,
    home_project,
    may,
    may_one_of,
)
from whence.server.voucher import Voucher
from whence.store.interface import GraphReader, LedgerReader, Reader
from whence.store.sealing import RETELLING, meaning_id, named_projects
from whence.sync.retelling import check_retelling

NEEDS: Mapping[str, Permission] = MappingProxyType(
    {
        "approval": Permission.APPROVE,
        "approvals": Permission.APPROVE,
        "waiver": Permission.APPROVE,
        "waivers": Permission.APPROVE,
        "protection": Permission.ADMIN,
    }
)
"""Type of record, or name of a facet in it → what it needs in its project, besides ``WRITE``."""

APPROVING = frozenset({"approval", "approvals"})
"""Those of them that may prove themselves (``governance.evidence``)."""

OF_ALL = frozenset({NodeKind.JOB, NodeKind.ACTOR})
"""Kinds whose id follows from their name, and which every project may name alike."""

SAID_BY_READERS = frozenset({"claims"})
"""Facets of a thing that whoever may read it may say in a project of his own: what his run met."""


def admit(
    record: Record,
    principal: Principal,
    reader: Reader,
    voucher: Voucher | None = None,
    *,
    project: str = SHARED,
) -> None:
    """Let a record in, or not.

    Args:
        record: The record, whole.
        principal: Who hands it in.
        reader: The store as it is, with nothing withheld.
        voucher: What signs for people on this server.
        project: Whose it is if it names no project.

    Raises:
        ForbiddenError: the principal may not say this, or a policy holds it up.
        InvalidRecordError: it speaks of a node that is not there, as far as the principal can see.
    """
    home = record.project or project
    said = _said(record)
    proven = said & APPROVING
    if proven and is_evidence(record, reader):
        said -= proven
    wanted = {Permission.WRITE, *(NEEDS[each] for each in said if each in NEEDS)}
    for needs in wanted:
        if not may(principal, needs, home):
            where = f"the project {home!r}" if home else "the shared project"
            raise ForbiddenError(
                f"{principal.name} may not {needs.value} in {where}",
                hint="name a project that you may, or ask an admin for a role in this one",
            )
    if record.type == RETELLING:
        check_retelling(record)
    elif record.payload:
        _check_arrival(record, principal, home, reader)
    if not all(may(principal, needs, EVERYWHERE) for needs in wanted):
        _check_things(record, principal, reader, said)
    governance.admit(
        record,
        reader,
        now(),
        by=principal.name,
        is_admin=may(principal, Permission.ADMIN, home),
        vouching_key=b"" if voucher is None else voucher.public(),
    )


def _check_arrival(record: Record, principal: Principal, home: str, reader: LedgerReader) -> None:
    """Refuse an arrival that claims more than who brings it may, if it is yet to be read.

    One of which is known what it means is read with nobody's eyes any more.

    Raises:
        ForbiddenError: its sender may not, or had other roles than it says.
    """
    is_read = reader.place(meaning_id(record.id)) is not None
    if is_read or may(principal, Permission.ADMIN, EVERYWHERE):
        return
    claimed = read_payload(record.payload).roles.items()
    own = {(project, role.value) for project, role in principal.roles.items()}
    if record.project != home or not own.issuperset(claimed):
        raise ForbiddenError(
            f"the arrival {record.id} was sent by somebody with other roles",
            hint="send the event itself, or let an admin bring the record",
        )


def _check_things(
    record: Record, principal: Principal, reader: GraphReader, said: AbstractSet[str]
) -> None:
    """Hold what a record says of things that are there already to who may see and write them."""
    for each in {name for facet in record.facets for name in named_projects(facet)}:
        if not may(principal, Permission.WRITE, each):
            raise ForbiddenError(f"{principal.name} may not add anything to the project {each!r}")
    known = _known(record, reader)
    projects = reader.projects(list(known.values()))
    readable, writable = (
        {
            each
            for each, handle in known.items()
            if may_one_of(principal, permission, projects[handle])
        }
        for permission in (Permission.READ, Permission.WRITE)
    )
    _check_seen(record, known.keys(), readable)
    _check_named(record, known, writable, reader)
    _check_told(record, {each: known[each] for each in known.keys() - writable}, reader)
    for facet in record.facets:
        # Who decides in one project decides nothing about the things of another.
        handle = known.get(facet.node) if facet.name in NEEDS.keys() & said else None
        if handle is not None and not may_one_of(principal, NEEDS[facet.name], projects[handle]):
            raise _not_yours(facet.node)


def _said(record: Record) -> set[str]:
    return {record.type} | {facet.name for facet in record.facets}


class UnseenError(InvalidRecordError):
    """A record that speaks of what its sender may not see; it is told what it would be anyway."""


def _check_seen(record: Record, known: AbstractSet[NodeId], readable: set[NodeId]) -> None:
    """Refuse what speaks of things that cannot be seen just as if they were not there."""
    unknown = _spoken_of(record) - {node.id for node in record.nodes} - readable
    if unknown:
        kind = UnseenError if unknown & known else InvalidRecordError
        raise kind(f"record {record.id} ({record.type}) speaks of the unknown node {min(unknown)}")


def _check_named(
    record: Record, known: Mapping[NodeId, int], writable: set[NodeId], reader: GraphReader
) -> None:
    """Refuse what would draw a thing of others into its project, or call it otherwise.

    Whoever names a job or a person as they are called tells nothing new.
    """
    for node in record.nodes:
        if node.id in known and node.id not in writable:
            (kept,) = reader.nodes([known[node.id]])
            if node.kind not in OF_ALL or (node.kind, node.name) != (kept.kind, kept.name):
                raise _not_yours(node.id)


def _check_told(record: Record, others: Mapping[NodeId, int], reader: GraphReader) -> None:
    """Refuse what says of a thing of others where it comes from, or what it is."""
    told = [(edge.origin, "") for edge in record.edges]
    told += [(facet.node, facet.name) for facet in record.facets]
    for each, facet in told:
        if each in others and facet not in SAID_BY_READERS:
            (kept,) = reader.nodes([others[each]])
            if kept.kind not in OF_ALL:
                raise _not_yours(each)


class Travelled:
    """A record that comes as it was kept elsewhere, for a project if it names none.

    It cannot be changed, so a record of the server's own says right after it, in the same
    transaction, that what it brings belongs to that project: nothing of it is ever seen by others.
    """

    def __init__(
        self, composer: Composer, principal: Principal, project: str, voucher: Voucher | None
    ) -> None:
        self._composer = composer
        self._voucher = voucher
        self._principal = principal
        self._project = project
        self._record: Record | None = None
        self._fresh: list[NodeId] = []

    def compose(self, reader: Reader, time: str) -> Record:
        """The record itself.

        Raises:
            ForbiddenError: the principal may not say this.
        """
        record = self._record = self._composer(reader, time)
        admit(record, self._principal, reader, self._voucher, project=self._project)
        if self._project and not record.project:
            self._fresh = [node.id for node in record.nodes if reader.find(node.id) is None]
        return record

    def compose_belonging(self, _: Reader, time: str) -> Record:
        """Whose it is; the record itself once more, which changes nothing, if that is known."""
        assert self._record is not None, "composed before"
        if not self._fresh:
            return self._record
        told = {self._project: True}
        facets = (Facet(each, "project", Basis.DECLARED, told) for each in self._fresh)
        return Record(
            id=derived_id("belonging", self._record.id, self._project),
            type="project",
            time=time,
            source=f"whence-server/{__version__}",
            facets=tuple(facets),
            project=self._project,
        )


def guarded(composers: Iterable[Composer], principal: Principal, gate: Gate) -> Sequence[Composer]:
    """Composers that see what a principal may see, and whose records are held to ``admit``.

    A record that names no project gets the one that the principal writes to, if there is just one.
    """
    return [_guarded(each, principal, gate) for each in composers]


def _guarded(composer: Composer, principal: Principal, gate: Gate) -> Composer:
    def compose(reader: Reader, time: str) -> Record:
        guard = gate.guard(principal)
        seen = reader if guard is None else GuardedReader(reader, guard)
        try:
            record = composer(seen, time)
        except WhenceError:
            if guard is not None:
                gate.note_reads(guard, principal)  # the error may name what it met
            raise
        if record.project == SHARED:
            record = replace(record, project=home_project(principal))
        admit(record, principal, reader, gate.voucher)
        return record

    return compose


def _spoken_of(record: Record) -> set[NodeId]:
    ends = {end for edge in record.edges for end in (edge.origin, edge.target)}
    return ends | {facet.node for facet in record.facets}


def _known(record: Record, reader: GraphReader) -> dict[NodeId, int]:
    """The nodes of a record that the store has, with their handles."""
    spoken = _spoken_of(record) | {node.id for node in record.nodes}
    found = {each: reader.find(each) for each in spoken}
    return {each: handle for each, handle in found.items() if handle is not None}


def _not_yours(node: NodeId) -> ForbiddenError:
    return ForbiddenError(
        f"{node} belongs to a project that you may not write to",
        hint="a model or system of this name may be there already; choose another name",
    )
