"""Keeping what arrived from another ledger, and the other ledger's word on its own state.

The receiver records the sender's checkpoint: how many entries the sender's ledger had, under which
root, and where each of these entries stands here. From that, and from what is kept here alone, the
sender's root can be computed again at any time (``verify_guests``): nobody can change here what a
laptop once handed in without its being seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whence import __version__
from whence.errors import InvalidRecordError, LedgerError
from whence.ledger.merkle import Frontier
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.recording.recorder import Composer
from whence.recording.validate import validate
from whence.store.interface import Appended, LedgerReader, Reader, Store, Writer
from whence.sync.retelling import SALT, find_again, refuse_other
from whence.sync.travelling import Arrived

FACET = "checkpoints"
TYPE = "ledger-checkpoint"
_SOURCE = f"whence-sync/{__version__}"
_PREFIX = "ledger:"
_EVERY = 1 << 40

Span = tuple[int, int, int] | tuple[int, str]
"""Entries of the sender that stand side by side here: where they start there, where here, how many.
One whose body did not travel: where it stands there, and its leaf hash in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a ledger says of itself when it has handed in what it has."""

    ledger: str
    """Its identity."""
    start: int
    """Up to where the claim before this one went."""
    size: int
    root: str
    """In hexadecimal."""
    spans: tuple[Span, ...]
    """Where its entries from ``start`` to ``size`` stand here."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Another ledger whose entries are kept here, and what became of verifying it."""

    ledger: str
    size: int
    root: str
    fault: str
    """Empty where its root follows from what is kept here."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of an entry from elsewhere."""

    index: int
    """Where it stands here, or the one that tells the same."""
    fresh: bool
    """Whether anything was kept of it now."""
    again: bool = False
    """Whether it tells what another entry here tells (``retelling``), and so is not kept itself."""


# ------------------------------------------------------------------- entries


def composers(arrived: Iterable[Arrived]) -> list[Composer]:
    """What hands in the records that arrived, for whoever writes them with their salts.

    They raise ``ConflictError`` for a record whose id is known here with another content.
    """
    return [_composer(each) for each in arrived]


def _composer(arrived: Arrived) -> Composer:
    def compose(reader: Reader, _: str) -> Record:
        record = _body_of(arrived)
        kept = leaf_of(reader, record.id)
        if kept is not None:
            refuse_other(record.id, kept[1], arrived.leaf)
        return record

    return compose


def _body_of(arrived: Arrived) -> Record:
    if arrived.record is None:
        raise InvalidRecordError(f"the record {arrived.entry.id} came without its body")
    return arrived.record


def receive(store: Store, arrived: Sequence[Arrived]) -> list[Brought]:
    """Keep entries from elsewhere together, or none of them.

    Raises:
        ConflictError: a record's id is known here with another content.
        InvalidRecordError: a record breaks a rule.
    """
    with store.writing() as writer:
        return [_keep(each, writer) for each in arrived]


def _keep(arrived: Arrived, writer: Writer) -> Brought:
    record = _body_of(arrived)
    again = find_again(writer, arrived)
    if again is None:
        kept = _append(record, arrived.salt, writer)
        return Brought(kept.index, kept.fresh)
    for each in again.own:
        _append(each, SALT, writer)
    fresh = [_append(each, SALT, writer).fresh for each in again.came]
    return Brought(again.place, any(fresh), again=True)


def _append(record: Record, salt: bytes | None, writer: Writer) -> Appended:
    validate(record, writer, travelled=True)
    return writer.append(record, salt=salt)


def leaf_of(reader: LedgerReader, record: NodeId) -> tuple[int, bytes] | None:
    """Where a record's entry stands, and its leaf hash."""
    place = reader.place(record)
    if place is None:
        return None
    (row,) = reader.entries(place, place + 1)
    return place, row.leaf


# --------------------------------------------------------------- checkpoints


def checkpoint_composer(claim: Claim) -> Composer:
    """What records another ledger's word on its state, once that follows from what is here.

    It raises ``LedgerError`` where it does not.
    """

    def compose(reader: Reader, time: str) -> Record:
        before = _claims(reader, _node_of(claim.ledger).id).get(claim.start)
        if before is None and claim.start:
            raise LedgerError(
                f"the ledger {claim.ledger[:12]} speaks from entry {claim.start} on, "
                "and nothing is known here of those before",
                hint="push again: it then speaks from the start",
            )
        edge = _grow(reader, before, claim.spans)
        if (edge.size, edge.root().hex()) != (claim.size, claim.root):
            raise LedgerError(
                f"the ledger {claim.ledger[:12]} says that its {claim.size} entries have the root "
                f"{claim.root[:16]}…; those that came have {edge.root().hex()[:16]}…"
            )
        here = reader.identity()
        node = _node_of(claim.ledger)
        told = {
            "ledger": claim.ledger,
            "keeper": here,
            "start": claim.start,
            "size": claim.size,
            "root": claim.root,
            "spans": [list(each) for each in claim.spans],
            "edge": [each.hex() for each in edge.hashes],
        }
        name = f"{here[:12]}:{claim.size}"
        return Record(
            id=derived_id(TYPE, here, claim.ledger, str(claim.size), claim.root),
            type=TYPE,
            time=time,
            source=_SOURCE,
            nodes=(node,),
            facets=(Facet(node.id, FACET, Basis.OBSERVED, {name: told}),),
        )

    return compose


def known_size(reader: Reader, ledger: str) -> int:
    """Up to which entry another ledger's state is recorded here."""
    return max(_claims(reader, _node_of(ledger).id), default=0)


def verify_guests(reader: Reader) -> Iterator[Guest]:
    """Compute the root of every ledger that handed in its entries from what is kept here."""
    for name in reader.names_like(_PREFIX, _EVERY):
        for node in reader.nodes(reader.named(name)):
            claims = _claims(reader, node.id)
            if claims:
                yield _verify([claims[size] for size in sorted(claims)], reader)


def _verify(claims: Sequence[Mapping[str, Any]], reader: Reader) -> Guest:
    last, fault = claims[-1], ""
    known: dict[int, Mapping[str, Any]] = {0: {"size": 0, "edge": ()}}
    for each in claims:  # one may begin before the one before it ended, if its sender was cut off
        start = each["start"]
        if start not in known:
            fault = f"what it said up to entry {start} is missing"
            break
        try:
            edge = _grow(reader, known[start], each["spans"])
        except (LedgerError, TypeError, ValueError) as error:
            fault = f"its entries from {start} on are not here: {error}"
            break
        if (edge.size, edge.root().hex()) != (each["size"], each["root"]):
            fault = f"its first {each['size']} entries do not have the root that it told"
            break
        known[edge.size] = {"size": edge.size, "edge": edge.hashes}
    return Guest(last["ledger"], last["size"], last["root"], fault)


def _claims(reader: Reader, node: NodeId) -> dict[int, Mapping[str, Any]]:
    """What a ledger said of itself to this one, by the size that it had."""
    here, handle = reader.identity(), reader.find(node)
    found: dict[int, Mapping[str, Any]] = {}
    for stated in [] if handle is None else reader.facets(handle):
        if stated.facet.name == FACET:
            for told in stated.facet.data.values():
                if isinstance(told, Mapping) and told.get("keeper") == here:
                    found[int(told["size"])] = told
    return found


def _node_of(ledger: str) -> Node:
    called = _PREFIX + ledger
    return Node(derived_id("actor", "service", called), NodeKind.ACTOR, called[: len(_PREFIX) + 12])


def _grow(reader: LedgerReader, before: Mapping[str, Any] | None, spans: Iterable[Any]) -> Frontier:
    """The right edge of another ledger's tree after these entries of it."""
    edge = Frontier()
    if before is not None and before["size"]:
        hashes = (
            each if isinstance(each, bytes) else bytes.fromhex(each) for each in before["edge"]
        )
        edge = Frontier(before["size"], list(hashes))
    for span in spans:
        if edge.size != span[0]:
            raise LedgerError(f"its entry {edge.size} is not accounted for")
        if len(span) == 2:
            edge.append(bytes.fromhex(span[1]))
            continue
        _, here, count = span
        leaves = [row.leaf for row in reader.entries(here, here + count)]
        if len(leaves) != count:
            raise LedgerError(f"there are no entries {here} to {here + count} here")
        for leaf in leaves:
            edge.append(leaf)
    return edge


def add_span(spans: list[Span], at: int, here: int | None, leaf: bytes) -> None:
    """Note where one more entry of the sender stands."""
    if here is None:
        spans.append((at, leaf.hex()))
        return
    last = spans[-1] if spans else None
    if last is not None and len(last) == 3:
        start, there, count = last
        if (start + count, there + count) == (at, here):
            spans[-1] = (start, there, count + 1)
            return
    spans.append((at, here, 1))
