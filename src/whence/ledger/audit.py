"""Checking all that a store keeps of its ledger, from the bytes up, and naming the first fault.

Everything is hashed anew: each entry to its leaf, each body to its commitment, the leaves to the
interior nodes, these to the head. What agrees in itself may still have been rewritten as a whole by
whoever owns the store; only a checkpoint kept elsewhere shows that (``proof.verify_succession``).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import NamedTuple, Protocol

from whence.errors import WireError
from whence.ledger.entry import MAX_ENTRY_BYTES, SALT_BYTES, LedgerEntry
from whence.ledger.merkle import HASH_BYTES, leaf_hash, tree_root

_QUICK = re.compile(
    rb'\{"commitment":"([0-9a-f]{64})","id":"([0-9a-f]{32})",'
    rb'"time":"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])'
    rb'T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z",'
    rb'"type":"[ !#-\[\]-~]+","v":1\}'
)
"""Surely the canonical form of an entry; others are decoded to find out."""


class AuditRow(NamedTuple):
    """All that is kept of one entry, exactly as it lies there."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which no row needs
    entry: bytes
    salt: bytes | None
    body: bytes | None
    """The canonical record; erased together with its salt."""
    leaf: bytes
    """The leaf hash, as stored."""


class TreeHead(Protocol):
    """The size and root that a store keeps, or that a checkpoint tells (RFC 6962, section 3.5)."""

    @property
    def size(self) -> int:
        """How many entries."""

    @property
    def root(self) -> bytes:
        """The Merkle Tree Hash over them."""


class Fault(Enum):
    """What can be wrong with a ledger; each value completes a sentence."""

    MISSING = "is missing"
    OUT_OF_ORDER = "is out of order"
    NOT_CANONICAL = "is not a canonical ledger entry"
    LEAF_DIFFERS = "does not have the leaf hash that is stored for it"
    ID_REPEATED = "has an id that an earlier entry has"
    BODY_DIFFERS = "has a body that does not match its commitment"
    BODY_HALF_ERASED = "has lost its body or its salt, but not both as an erasure would"
    NODE_DIFFERS = "does not follow from the entries below it"
    NODE_MISSING = "is missing from the stored tree"
    NODE_UNEXPECTED = "is stored, but belongs to no tree of this size, or is there already"
    HEAD_DIFFERS = "does not follow from the entries"


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong, and where."""

    fault: Fault
    entry: int | None = None
    """The index of the entry at fault, from 0; for a node, of the first entry below it."""
    node: tuple[int, int] | None = None
    """The interior node at fault, as (level, index)."""
    detail: str = ""

    def __str__(self) -> str:
        """One sentence about it."""
        if self.node is not None:
            about = f"node {self.node[0]}/{self.node[1]}"
        else:
            about = "the head" if self.entry is None else f"entry {self.entry}"
        return f"{about} {self.fault.value}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit came to."""

    entries: int
    """How many entries were found in order, up to the end or the finding."""
    erased: int
    """How many of these have had their body erased."""
    finding: Finding | None
    """``None`` if all is as it must be."""


def audit(
    rows: Iterable[AuditRow], nodes: Iterable[tuple[int, int, bytes]], head: TreeHead
) -> AuditReport:
    """Hash everything anew and name the first fault.

    Keeps about 200 bytes of memory for each entry.

    Args:
        rows: What is kept of each entry, in the order of the ledger.
        nodes: The interior nodes that are kept, as (level, index, hash), in any order.
        head: The size and root that are kept.
    """
    leaves, erased, finding = _audit_rows(rows)
    count = len(leaves) // HASH_BYTES
    if finding is None:
        levels = _levels(bytes(leaves))
        finding = _audit_tree(levels, count, nodes, head)
    return AuditReport(count, erased, finding)


class _Fault(Exception):  # noqa: N818  a way out of a loop, not an error
    """One row is at fault."""

    def __init__(self, fault: Fault, index: int, detail: str = "") -> None:
        super().__init__(fault)
        self.finding = Finding(fault, index, detail=detail)


def _audit_rows(rows: Iterable[AuditRow]) -> tuple[bytearray, int, Finding | None]:
    """The leaf hashes of all good rows, side by side, up to the first that is not."""
    leaves, erased = bytearray(), 0
    seen: set[bytes] = set()
    try:
        for expected, (index, entry, salt, body, leaf) in enumerate(rows):
            _check_place(index, expected)
            commitment = _check_entry(index, entry, leaf, seen)
            erased += _check_body(index, commitment, salt, body)
            leaves += leaf
    except _Fault as fault:
        return leaves, erased, fault.finding
    return leaves, erased, None


def _check_place(index: int, expected: int) -> None:
    if index != expected:
        if index in range(expected):
            raise _Fault(Fault.OUT_OF_ORDER, index)
        raise _Fault(Fault.MISSING, expected)


def _check_entry(index: int, entry: bytes, leaf: bytes, seen: set[bytes]) -> bytes:
    """The commitment of an entry that is as it must be."""
    try:
        own_id, commitment = _read(entry)
    except (WireError, TypeError) as error:  # a damaged row may hold other things than bytes
        raise _Fault(Fault.NOT_CANONICAL, index, str(error)) from None
    if leaf_hash(entry) != leaf:
        raise _Fault(Fault.LEAF_DIFFERS, index)
    if own_id in seen:
        raise _Fault(Fault.ID_REPEATED, index, own_id.decode())
    seen.add(own_id)
    return commitment


def _check_body(index: int, commitment: bytes, salt: bytes | None, body: bytes | None) -> bool:
    """Whether the body was erased; if not, it is the right one."""
    if body is None and salt is None:
        return True
    if body is None or salt is None:
        raise _Fault(Fault.BODY_HALF_ERASED, index)
    try:
        found = sha256(salt + body).hexdigest().encode()
    except TypeError:
        found = b""
    if found != commitment or len(salt) != SALT_BYTES:
        raise _Fault(Fault.BODY_DIFFERS, index)
    return False


def _read(entry: bytes) -> tuple[bytes, bytes]:
    """The id and the commitment of an entry, quickly, since there may be millions."""
    match = _QUICK.fullmatch(entry)
    if match is not None and len(entry) <= MAX_ENTRY_BYTES:
        return match[2], match[1]
    decoded = LedgerEntry.decode(entry)
    return decoded.id.encode(), decoded.commitment.encode()


def _levels(leaves: bytes) -> list[bytes]:
    """The hashes of all complete subtrees, level by level, side by side."""
    levels = [leaves]
    pair = 2 * HASH_BYTES
    while len(levels[-1]) >= pair:
        below = levels[-1]
        levels.append(
            b"".join(
                [
                    sha256(b"\x01" + below[at : at + pair]).digest()
                    for at in range(0, len(below) - pair + 1, pair)
                ]
            )
        )
    return levels


def _audit_tree(
    levels: Sequence[bytes], count: int, nodes: Iterable[tuple[int, int, bytes]], head: TreeHead
) -> Finding | None:
    def hash_of(level: int, index: int) -> bytes:
        return levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES]

    root = tree_root(count, hash_of)
    if count < head.size and root != head.root:
        return Finding(Fault.MISSING, count, detail=f"the head speaks of {head.size} entries")
    finding = _audit_nodes(levels, nodes)
    if finding is not None:
        return finding
    if (count, root) != (head.size, head.root):
        which = "size" if root == head.root else "root"
        return Finding(Fault.HEAD_DIFFERS, detail=f"its {which} is not that of {count} entries")
    return None


def _audit_nodes(
    levels: Sequence[bytes], nodes: Iterable[tuple[int, int, bytes]]
) -> Finding | None:
    seen = [bytearray(len(level) // HASH_BYTES) for level in levels]
    known = range(1, len(levels))
    for level, index, stored in nodes:
        if level not in known or index not in range(len(seen[level])) or seen[level][index]:
            return Finding(Fault.NODE_UNEXPECTED, node=(level, index))
        seen[level][index] = 1
        if levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES] != stored:
            return Finding(Fault.NODE_DIFFERS, index << level, (level, index))
    for level in known:
        index = seen[level].find(0)
        if index >= 0:
            return Finding(Fault.NODE_MISSING, index << level, (level, index))
    return None
