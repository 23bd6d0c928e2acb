"""The same event told to two stores: one id, two entries; see decision record 33.

What such an entry says to the graph is kept beside the one that is there already, in a record of
its own, the *retelling*. It says what the entry says, and holds the rest of it as its payload, so
that the entry, and with it its leaf, can be made again from it. Everything of a retelling follows
from the entry, its salt too: whoever makes it, wherever, makes the same leaf.
"""

import hashlib
import json
from dataclasses import dataclass, replace

from whence.errors import ConflictError, InvalidRecordError, WhenceError
from whence.ledger.entry import LedgerEntry, commit, leaf_hash
from whence.model.identity import NodeId
from whence.model.record import Record
from whence.store.interface import LedgerReader
from whence.store.sealing import RETELLING
from whence.sync.travelling import Arrived, read_line, write_line
from whence.wire.canonical import canonical
from whence.wire.codec import encode

TOLD_TWICE = frozenset(
    {"arrival", "arrival-refused", "openlineage-run", "openlineage-dataset", "openlineage-job"}
)
"""Types of records that two stores may make of one event, each its own."""

SALT = hashlib.sha256(b"https://w3id.org/whence/retelling").digest()[:16]
"""With what retellings are committed to: the salt that nobody can guess is in their payload."""


@dataclass(frozen=True, slots=True)
class Again:
    """An entry that tells what another one here tells."""

    place: int
    """Where that one stands."""
    own: tuple[Record, ...]
    """The retelling of that one, if it says anything to the graph."""
    came: tuple[Record, ...]
    """The retelling of the one that came."""


def find_again(reader: LedgerReader, arrived: Arrived) -> Again | None:
    """What an entry from elsewhere tells again; ``None`` where its id is new, or it is here itself.

    Raises:
        ConflictError: its id is known here, and it says something else.
    """
    assert arrived.record is not None
    place = reader.place(arrived.record.id)
    if place is None:
        return None
    (row,) = reader.entries(place, place + 1)
    if row.leaf == arrived.leaf:
        return None
    own = read_line(write_line(row))
    if not _tells_same(own, arrived):
        refuse_other(arrived.record.id, row.leaf, arrived.leaf)
    return Again(place, _retellings(own), _retellings(arrived))


def may_be_told_twice(entry: LedgerEntry) -> bool:
    """Whether another store may have made an entry of its own with this one's id."""
    return entry.type in TOLD_TWICE


def refuse_other(record: str, kept: bytes, came: bytes) -> None:
    """Refuse an entry that has the id of another one.

    Raises:
        ConflictError: it has; names both.
    """
    if kept != came:
        raise ConflictError(
            f"the record {record} is kept as {kept.hex()[:16]}…, and came as {came.hex()[:16]}…",
            hint="one of the two was changed, or made twice; nothing was kept",
        )


def check_retelling(record: Record) -> None:
    """Hold a retelling to the entry that it speaks of.

    Raises:
        InvalidRecordError: it does not follow from it.
    """
    try:
        told = json.loads(record.payload)
        salt = bytes.fromhex(told["salt"])
        again = replace(record, id=told["id"], type=told["type"], payload="")
        leaf = leaf_hash(_entry_of(again, salt))
        follows = again.type in TOLD_TWICE and retelling_of(again, salt, leaf) == record
    except (WhenceError, LookupError, TypeError, ValueError) as error:
        raise InvalidRecordError(f"the record {record.id} is no retelling: {error}") from None
    if not follows:
        raise InvalidRecordError(f"the record {record.id} does not follow from what it retells")


def retelling_of(record: Record, salt: bytes, leaf: bytes) -> Record:
    """What an entry says, under an id of its own.

    The id comes right after the entry's, so that of records of one time the two stand together.

    Args:
        record: The entry's record; one without a payload.
        salt: The entry's.
        leaf: The entry's.
    """
    after = int(record.id, 16) + 1 + int.from_bytes(leaf[:8])
    told = {"id": str(record.id), "salt": salt.hex(), "type": record.type}
    return replace(
        record,
        id=NodeId(f"{after % (1 << 128):032x}"),
        type=RETELLING,
        payload=canonical(told).decode(),
    )


def _retellings(told: Arrived) -> tuple[Record, ...]:
    if told.record is None or told.salt is None or told.record.payload:
        return ()  # an arrival says nothing to the graph
    return (retelling_of(told.record, told.salt, told.leaf),)


def _tells_same(own: Arrived, came: Arrived) -> bool:
    if own.record is None or came.record is None:
        return False  # what was erased shows nothing
    if not (may_be_told_twice(own.entry) and may_be_told_twice(came.entry)):
        return False
    try:
        from whence.importers.openlineage.retold import tells_same  # noqa: PLC0415  seldom needed
    except ImportError as error:  # pragma: no cover  whoever has such records has had it
        raise ConflictError(
            f"the record {came.entry.id} was told twice, and {error.name} is needed to compare",
            hint="pip install 'whence[openlineage]'",
        ) from error
    return tells_same(own.record, came.record)


def _entry_of(record: Record, salt: bytes) -> bytes:
    body = canonical(encode(record))
    return LedgerEntry(
        type=record.type, id=record.id, time=record.time, commitment=commit(salt, body)
    ).encode()
