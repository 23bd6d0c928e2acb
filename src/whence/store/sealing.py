"""How a record becomes a ledger entry, the same in every store.

The entry is small and public: it holds a salted commitment to the record's body. The body stands
beside it, compressed, with its salt; erasing both leaves an entry that still verifies and from
which the body cannot be guessed.
"""

import os
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from whence.errors import InvalidRecordError, StoreCorruptError, WireError
from whence.ledger.entry import SALT_BYTES, LedgerEntry, commit, leaf_hash
from whence.model.edge import Edge, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, derived_id
from whence.model.record import Record
from whence.wire.canonical import canonical, parse
from whence.wire.codec import decode, encode

RETELLING = "retelling"
"""The type of records that say again what one from another store says: read already, though they
have a payload."""

_SMALL = 16_384
_SHA256 = re.compile("[0-9a-f]{64}")
_MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z")

MAKING = frozenset({EdgeKind.GENERATED_BY, EdgeKind.DERIVED_FROM})
"""Edges that may say when their origin was made."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One entry with what it commits to."""

    id: NodeId
    entry: bytes
    """The canonical entry: what the leaf hash is taken over."""
    salt: bytes | None
    body: bytes | None
    """The canonical record, uncompressed; ``None`` once erased."""
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record and what its entry will be."""

    record: Record
    sealed: Sealed


def prepare(record: Record, salt: bytes | None = None) -> Prepared:
    """Do what can be done for a record before there is a writer; see ``seal``.

    Raises:
        InvalidRecordError: see ``seal``.
    """
    return Prepared(record, seal(record, salt))


def seal(record: Record, salt: bytes | None = None) -> Sealed:
    """The entry of a record, under a fresh salt unless one is given.

    Raises:
        InvalidRecordError: the record holds what has no canonical form, such as a NaN, or what
            no store could index; or the salt has another length.
    """
    _refuse_nul(record)
    for facet in record.facets:
        member_digests(facet)
    if salt is None:
        salt = _fresh_salt()
    elif len(salt) != SALT_BYTES:
        raise InvalidRecordError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    try:
        body = canonical(encode(record))
        entry = LedgerEntry(
            type=record.type, id=record.id, time=record.time, commitment=commit(salt, body)
        ).encode()
    except WireError as error:
        raise InvalidRecordError(f"the record cannot be written: {error.message}") from error
    return Sealed(record.id, entry, salt, body, leaf_hash(entry))


_salts: list[bytes] = []
"""Drawn and not used yet; who draws lets go of the interpreter, so many are drawn at once."""
os.register_at_fork(after_in_child=_salts.clear)


def _fresh_salt() -> bytes:
    while True:
        try:
            return _salts.pop()
        except IndexError:
            drawn = os.urandom(SALT_BYTES * 64)
            _salts.extend(drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))


def _refuse_nul(record: Record) -> None:
    """What is indexed as text has no NUL: databases differ in what they make of one."""
    texts = [record.project, *(edge.role for edge in record.edges)]
    for node in record.nodes:
        texts += (node.name, node.location or "")
    for facet in record.facets:
        texts += named_projects(facet)
    if "\0" in "".join(texts):
        text = next(each for each in texts if "\0" in each)
        raise InvalidRecordError(f"record {record.id}: a NUL character in {text!a:.80}")


def open_body(body: bytes | None) -> Record | None:
    """The record of a body; ``None`` for an erased one.

    Raises:
        StoreCorruptError: the body is no record; ``fsck`` says which and why.
    """
    if body is None:
        return None
    try:
        return decode(parse(body))
    except WireError as error:
        raise StoreCorruptError(
            f"a record in the store cannot be read: {error.message}", hint="run `whence fsck`"
        ) from error


def compress(body: bytes) -> bytes:
    """The form in which a body is kept: zlib, quick rather than small."""
    # Setting up the tables for the largest window takes longer than compressing a usual body.
    small = len(body) <= _SMALL
    packer = zlib.compressobj(1, wbits=13 if small else 15, memLevel=6 if small else 8)
    return packer.compress(body) + packer.flush()


def decompress(kept: bytes) -> bytes:
    """The body that was kept.

    Raises:
        StoreCorruptError: the bytes were changed since.
    """
    try:
        return zlib.decompress(kept)
    except zlib.error as error:
        raise StoreCorruptError(
            f"a record in the store cannot be read: {error}", hint="run `whence fsck`"
        ) from error


def member_digests(facet: Facet) -> Iterable[str]:
    """The SHA-256 of every member that a ``manifest`` facet lists.

    Raises:
        InvalidRecordError: a member is not a list of path, size and SHA-256 or ``None``.
    """
    if facet.name != "manifest":
        return ()
    members = facet.data.get("members", ())
    found: dict[str, None] = {}
    for member in members if isinstance(members, list | tuple) else (members,):
        match member:
            case [str(), _, str(sha256)] if _SHA256.fullmatch(sha256):
                found[sha256] = None
            case [str(), _, None]:
                pass
            case _:
                raise InvalidRecordError(
                    f"a manifest of {facet.node} lists {member!a:.80}, which is no member",
                    hint="a member is [path, size, SHA-256 or null]",
                )
    return found


def named_projects(facet: Facet) -> Iterable[str]:
    """The projects to which a facet ``project`` adds its node."""
    if facet.name != "project":
        return ()
    return [name for name, added in facet.data.items() if name and added is True]


def reading_moment(detail: Mapping[str, str]) -> str:
    """When the reader began, where an edge says which version of something was read; or nothing."""
    at = detail.get("at", "")
    return at if at and _MOMENT.fullmatch(at) else ""


def making_moments(edges: Iterable[Edge], known: Collection[NodeId]) -> dict[NodeId, str]:
    """When things were made, by edges that say so: as ``Made.moment`` has it.

    Args:
        edges: Of a record.
        known: What edges may join.
    """
    found: dict[NodeId, str] = {}
    for edge in edges:
        if edge.detail and (made := making_moment(edge.kind, edge.detail)):
            origin = edge.origin
            if origin in known and edge.target in known:
                moment = f"{made} {origin}"
                found[origin] = min(found.get(origin, moment), moment)
    return found


def making_moment(kind: EdgeKind, detail: Mapping[str, str]) -> str:
    """When its origin was made, where an edge says so; or nothing."""
    made = detail.get("made", "")
    told = made and kind in MAKING and "at" not in detail and _MOMENT.fullmatch(made)
    return made if told else ""


def meaning_id(arrival: NodeId) -> NodeId:
    """The id of the record that says what an arrival means: it is told of once."""
    return derived_id("meaning", arrival)


def is_earlier(record: Record, time: str, by: str) -> bool:
    """Whether a record counts as said before another one, whichever came first."""
    return (record.time, record.id) < (time, by)


def require_known(
    record: Record, known: Callable[[Collection[NodeId]], Collection[NodeId]]
) -> None:
    """Refuse a record that speaks of nodes which neither it nor the store has.

    Raises:
        InvalidRecordError: names the first such node.
    """
    own = {node.id for node in record.nodes}
    spoken = {facet.node for facet in record.facets}
    for edge in record.edges:
        spoken.add(edge.origin)
        spoken.add(edge.target)
    foreign = spoken - own
    missing = foreign.difference(known(foreign)) if foreign else foreign
    if missing:
        raise InvalidRecordError(
            f"record {record.id} ({record.type}) speaks of the unknown node {min(missing)}"
        )
