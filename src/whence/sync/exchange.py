"""Pushing and pulling: entries in the order of their ledger, in batches, each kept whole or not.

What was done is written down after each batch; whatever is cut off at whatever point goes on where
it was, and sending a thing again changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from whence import __version__
from whence.errors import ConflictError, InvalidRecordError, LedgerError
from whence.homecoming.lending import source_files
from whence.homecoming.texts import TextShelf
from whence.ledger.audit import AuditRow
from whence.ledger.entry import LedgerEntry
from whence.ledger.merkle import Frontier, verify_consistency
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.record import Record
from whence.recording.recorder import Recorder
from whence.store.interface import Head, Reader, Store
from whence.store.sealing import open_body
from whence.sync.giving import Giving, Held
from whence.sync.peers import Peer
from whence.sync.receiving import Claim, Span, add_span, receive
from whence.sync.remotes import Remote, meet
from whence.sync.retelling import may_be_told_twice, refuse_other
from whence.sync.travelling import BATCH_ENTRIES, Arrived

Keep = Callable[[Remote], None]
"""Writes down what is remembered of a remote."""

_ASKED = 1_000
"""For how many records the other side is asked at once."""


@dataclass(frozen=True, slots=True)
class Travelled:
    """What came of a push or a pull."""

    remote: Remote
    """What is remembered now."""
    fresh: int
    """Records that were new on the receiving side."""
    known: int
    """Those that were there already."""
    bare: int
    """Entries whose records did not travel: erased, or not for whoever asked to see."""
    held: tuple[Held, ...] = ()
    """What the other side did not take, and is offered again with the next push."""


def push(
    store: Store,
    peer: Peer,
    remote: Remote,
    keep: Keep,
    *,
    project: str = "",
    texts: TextShelf | None = None,
) -> Travelled:
    """Hand our records to another ledger, and have it record our state.

    Args:
        store: Ours.
        peer: The other one.
        remote: What is remembered of it.
        keep: Called with what is to be remembered, after each batch.
        project: In whose name records go that name no project.
        texts: Of sources as they ran; they go along where the other side keeps such.

    Raises:
        LedgerError: the other one is not the ledger that it was.
        ConflictError: it has a record of ours with another content.
        ForbiddenError: we may not write there.
    """
    remote = meet(remote, peer)
    keep(remote)
    if project:
        _name_project(store, remote.pushed, project)
    fresh = known = bare = 0
    giving = Giving(peer, remote.url, project)
    with store.reading() as reader:
        own, head = _identity(reader, remote), reader.head()
        if remote.pushed > head.size:  # this folder was set back to an older copy
            remote = replace(remote, pushed=0, claimed=0, spans=(), held=())
        fresh += _offer(giving, reader, remote.held)
        while rows := list(reader.entries(remote.pushed, min(remote.pushed + _ASKED, head.size))):
            spans: list[Span] = list(remote.spans)
            places = _places(peer, rows)
            new = [row for row in rows if row.body is not None and places[row.index] is None]
            if new and not remote.owes:  # written down before the first of them can arrive
                remote = replace(remote, owes=True)
                keep(remote)
            kept = giving.give(new)
            if texts is not None:
                peer.give_texts(source_files(open_body(row.body) for row in rows), texts)
            for row in rows:
                brought = kept.get(row.index)
                if brought is not None and not brought.again:
                    places[row.index] = brought.index
                add_span(spans, row.index, places[row.index], row.leaf)
            came = sum(each.fresh for each in kept.values())
            fresh += came
            bare += sum(row.body is None and places[row.index] is None for row in rows)
            known += len(rows) - len(new) + len(kept) - came
            remote = replace(
                remote,
                pushed=rows[-1].index + 1,
                spans=tuple(spans),
                held=tuple(each.index for each in giving.held),
            )
            keep(remote)
        if fresh and giving.held:  # some of it may have waited for what came after it
            held, giving = giving.held, Giving(peer, remote.url, project)
            fresh += _offer(giving, reader, [each.index for each in held])
        if remote.owes:
            remote = _claim(peer, remote, own, reader, head)
            keep(remote)
    remote = replace(meet(remote, peer), held=tuple(each.index for each in giving.held))
    keep(remote)
    return Travelled(remote, fresh, known - bare, bare, tuple(giving.held))


def _identity(reader: Reader, remote: Remote) -> str:
    """Our ledger's, which is another one than theirs."""
    own = reader.identity()
    if own == remote.ledger:
        raise LedgerError(
            f"{remote.url} is this very record", hint="there is nothing to push or pull"
        )
    return own


def _offer(giving: Giving, reader: Reader, held: Iterable[int]) -> int:
    """Offer again what was held back; how much of it is new there."""
    rows = [row for at in held for row in reader.entries(at, at + 1)]
    return sum(each.fresh for each in giving.give(rows).values())


def _places(peer: Peer, rows: list[AuditRow]) -> dict[int, int | None]:
    """Where the other side has our entries already.

    One that has the id of another one there is as if it had none, if both may tell the same: who
    has the other one can see whether they do.
    """
    entries = [LedgerEntry.decode(row.entry) for row in rows]
    found: dict[int, int | None] = {}
    told = peer.places([NodeId(each.id) for each in entries])
    for row, entry, place in zip(rows, entries, told, strict=True):
        found[row.index] = None if place is None else place[0]
        if place is not None and place[1] != row.leaf:
            found[row.index] = None
            if not may_be_told_twice(entry):
                _refuse(row, entry, place[1])
    return found


def _refuse(row: AuditRow, entry: LedgerEntry, kept: bytes) -> None:
    try:
        refuse_other(entry.id, kept, row.leaf)
    except ConflictError as error:
        raise ConflictError(
            f"entry {row.index} cannot be pushed: {error.message}", hint=error.hint
        ) from error


def _claim(peer: Peer, remote: Remote, own: str, reader: Reader, head: Head) -> Remote:
    root = head.root if remote.pushed == head.size else _root_of(reader, remote.pushed)
    claim = Claim(own, remote.claimed, remote.pushed, root.hex(), remote.spans)
    peer.claim(claim)
    return replace(remote, claimed=remote.pushed, spans=(), owes=False)


def _root_of(reader: Reader, size: int) -> bytes:
    edge = Frontier()
    for row in reader.entries(0, size):
        edge.append(row.leaf)
    return edge.root()


def pull(
    store: Store, peer: Peer, remote: Remote, keep: Keep, *, texts: TextShelf | None = None
) -> Travelled:
    """Take over the records of another ledger.

    All that comes is checked against the state that the other one showed.

    Args:
        store: Ours.
        peer: The other one.
        remote: What is remembered of it.
        keep: Called with what is to be remembered, after each batch.
        texts: Where texts of sources go that the other side has.

    Raises:
        LedgerError: the other one is not the ledger that it was, or gives what is not in it.
        ConflictError: we have a record of its with another content.
    """
    remote = meet(remote, peer)
    keep(remote)
    with store.reading() as reader:
        _identity(reader, remote)
    fresh = known = bare = 0
    while remote.pulled < remote.size:
        stop = min(remote.pulled + BATCH_ENTRIES, remote.size)
        came = peer.entries(remote.pulled, stop)
        if not came:
            raise LedgerError(f"{remote.url} shows {remote.size} entries, and gives fewer")
        edge = Frontier(remote.pulled, [bytes.fromhex(each) for each in remote.edge])
        for each in came:
            edge.append(each.leaf)
        _check_edge(edge, remote, peer)
        whole = [each for each in came if each.record is not None]
        kept, lost = _take(store, whole)
        if texts is not None:
            peer.take_texts(source_files(each.record for each in whole), texts)
        fresh += kept
        known += len(whole) - kept - lost
        bare += len(came) - len(whole) + lost
        remote = replace(remote, pulled=edge.size, edge=tuple(each.hex() for each in edge.hashes))
        keep(remote)
    return Travelled(remote, fresh, known, bare)


def _check_edge(edge: Frontier, remote: Remote, peer: Peer) -> None:
    """Refuse entries that are not those whose root was shown, before any of them is kept."""
    try:
        proof = peer.consistency(edge.size, remote.size) if edge.size < remote.size else []
        root = bytes.fromhex(remote.root)
        verify_consistency(edge.size, edge.root(), remote.size, root, proof)
    except LedgerError as error:
        raise LedgerError(
            f"{remote.url} gives other entries than those whose root it shows: {error.message}",
            hint="nothing of them was kept",
        ) from error


def _take(store: Store, arrived: list[Arrived]) -> tuple[int, int]:
    """Keep what came: how many are new, and how many speak of what is withheld from us."""
    if not arrived:
        return 0, 0
    try:
        return sum(each.fresh for each in receive(store, arrived)), 0
    except InvalidRecordError:
        if len(arrived) == 1:
            return 0, 1
    # One of them speaks of what did not come: the others are kept all the same.
    told = [_take(store, [each]) for each in arrived]
    return sum(fresh for fresh, _ in told), sum(lost for _, lost in told)


def _name_project(store: Store, start: int, project: str) -> None:
    """Record of all that no project names whose it is."""
    with store.reading() as reader:
        nodes = list(dict.fromkeys(_nodes_of_nobody(reader, start)))
    while nodes:
        told, nodes = nodes[:_ASKED], nodes[_ASKED:]

        def compose(_: Reader, time: str, told: list[NodeId] = told) -> Record:
            facets = (Facet(each, "project", Basis.DECLARED, {project: True}) for each in told)
            return Record(
                id=new_id(),
                type="project",
                time=time,
                source=f"whence-push/{__version__}",
                facets=tuple(facets),
            )

        Recorder(store).record([compose])


def _nodes_of_nobody(reader: Reader, start: int) -> Iterator[NodeId]:
    records = reader.records(start)
    while page := list(islice(records, BATCH_ENTRIES)):
        spoken = [node.id for kept in page if kept.record is not None for node in kept.record.nodes]
        handles = {each: handle for each in spoken if (handle := reader.find(each)) is not None}
        named = reader.projects(list(handles.values()))
        yield from (each for each, handle in handles.items() if named[handle] == {""})
