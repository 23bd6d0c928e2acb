"""An entry of the ledger as it travels, and what must hold of it when it arrives.

One line of JSON: its salt, the entry and the body, the last two in their canonical bytes::

    ["5f1c…", {"commitment":…,"id":…,"time":…,"type":…,"v":1}, {"edges":…,"id":…,…}]

Salt and body are ``null`` where the body was erased, or where the asker may not see it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from whence.errors import LedgerError, WireError
from whence.ledger.audit import AuditRow
from whence.ledger.entry import SALT_BYTES, LedgerEntry, leaf_hash, verify_body
from whence.model.record import Record
from whence.wire.canonical import canonical, parse
from whence.wire.codec import decode

BATCH_ENTRIES = 200
"""How many entries travel together at most."""

BATCH_BYTES = 2_000_000
"""About how many bytes of them do, but that one entry goes alone whatever its size."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """An entry that came from elsewhere, and is what it says."""

    entry: LedgerEntry
    leaf: bytes
    salt: bytes | None
    record: Record | None
    """``None`` where the body did not come."""


def write_line(row: AuditRow, *, withheld: bool = False) -> bytes:
    """An entry as it travels, without the line's end."""
    if row.salt is None or row.body is None or withheld:
        return b"[null," + row.entry + b",null]"
    return b'["' + row.salt.hex().encode() + b'",' + row.entry + b"," + row.body + b"]"


def read_line(line: bytes) -> Arrived:
    """The entry that a line tells of.

    Raises:
        WireError: it is none.
        LedgerError: its body is not the one that the entry commits to.
    """
    return read_value(parse(line))


def read_value(value: Any) -> Arrived:
    """The same of a line that was parsed already."""
    match value:
        case [None, dict(told), None]:
            raw = canonical(told)
            return Arrived(LedgerEntry.decode(raw), leaf_hash(raw), None, None)
        case [str(hexadecimal), dict(told), dict(body)]:
            raw = canonical(told)
            entry, salt = LedgerEntry.decode(raw), _salt(hexadecimal)
            if not verify_body(entry.commitment, salt, canonical(body)):
                raise LedgerError(f"the record {entry.id} is not the one that its entry commits to")
            record = decode(body)
            if (record.id, record.type, record.time) != (entry.id, entry.type, entry.time):
                raise LedgerError(f"the entry {entry.id} speaks of another record than its own")
            return Arrived(entry, leaf_hash(raw), salt, record)
    raise WireError("an entry travels as a list: its salt, itself, its body")


def _salt(hexadecimal: str) -> bytes:
    try:
        salt = bytes.fromhex(hexadecimal)
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES or salt.hex() != hexadecimal:
        raise WireError(f"a salt is {SALT_BYTES} bytes in lower-case hexadecimal")
    return salt


def batches(rows: Iterable[AuditRow]) -> Iterator[list[AuditRow]]:
    """Entries in groups that fit into one message."""
    batch: list[AuditRow] = []
    size = 0
    for row in rows:
        weight = len(row.entry) + len(row.body or b"")
        if batch and (len(batch) == BATCH_ENTRIES or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += weight
    if batch:
        yield batch
