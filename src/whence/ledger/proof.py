"""Proofs that stand alone: a file that shows an entry in the log, offline (C2SP tlog-proof).

::

    c2sp.org/tlog-proof@v1
    extra YW55dGhpbmc=                              what else the application wants to carry, if any
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=    Merkle audit path, the leaf's sibling first
    …
                                                    an empty line
    example.org/churn                               the checkpoint, as the log gave it out
    …

The checkpoint's signature lines are carried along and not looked at: whom to believe is the
caller's decision, who says so by handing in the checkpoint that he trusts. A checkpoint without
signatures is read too, for logs whose checkpoints are kept and compared rather than signed.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from whence.errors import LedgerError, WireError
from whence.ledger.checkpoint import (
    Checkpoint,
    check_line,
    decode_hash,
    decode_number,
    encode_hash,
)
from whence.ledger.merkle import (
    MAX_SIZE,
    HashReader,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

FORMAT = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
"""How files that hold such a proof are named."""

MAX_HASHES = MAX_SIZE.bit_length()
"""No audit path is longer in a tree of at most 2**64 - 1 leaves."""

MAX_SIGNATURES = 64
"""C2SP signed-note asks for 16 at least, and for a limit."""

_SIGNATURE = re.compile(r"— [^\s+]+ (?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]=)?")


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Why an entry is in the tree of a checkpoint.

    Raises:
        WireError: a field cannot stand in a proof.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint
    signatures: tuple[str, ...] = ()
    """The checkpoint's signature lines, as they came, without their newlines."""
    extra: bytes = b""
    """Opaque, and not covered by the proof: never trust it for what it says."""

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.checkpoint.size:
            raise WireError(
                f"entry {self.index:d} of a checkpoint with {self.checkpoint.size} entries"
            )
        if len(self.hashes) > MAX_HASHES:
            raise WireError(f"an inclusion proof of more than {MAX_HASHES} hashes")
        if len(self.signatures) > MAX_SIGNATURES:
            raise WireError(f"a checkpoint with more than {MAX_SIGNATURES} signatures")
        if len(set(self.signatures)) != len(self.signatures):
            raise WireError("a checkpoint with the same signature twice")
        for line in self.signatures:
            check_line(line)
            if not _SIGNATURE.fullmatch(line):
                raise WireError(f"not the signature line of a note: {line!a:.80}")

    def encode(self) -> bytes:
        """The text of a ``.tlog-proof`` file."""
        lines = [FORMAT]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines += (f"index {self.index}", *map(encode_hash, self.hashes), "", "")
        note = self.checkpoint.encode()
        if self.signatures:
            note += "\n".join(("", *self.signatures, "")).encode()
        return "\n".join(lines).encode() + note

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """The proof that a file holds; whether it proves anything, ``verify`` says.

        Raises:
            WireError: it is not in the form of C2SP tlog-proof; says which line.
        """
        head, parted, note = text.partition(b"\n\n")
        if not parted:
            raise WireError("a proof without a checkpoint")
        try:
            lines = head.decode().split("\n")
        except UnicodeDecodeError as error:
            raise WireError(f"a proof is UTF-8: {error.reason}") from None
        if lines.pop(0) != FORMAT:
            raise WireError(f"a proof starts with the line {FORMAT}")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = _decode_extra(lines.pop(0))
        if not lines or not lines[0].startswith("index "):
            raise WireError("a proof without an index")
        index = decode_number(lines.pop(0).removeprefix("index "))
        if len(lines) > MAX_HASHES:
            raise WireError(f"an inclusion proof of more than {MAX_HASHES} hashes")
        checkpoint, signatures = _decode_note(note)
        return cls(index, tuple(map(decode_hash, lines)), checkpoint, signatures, extra)

    def verify(self, entry: bytes, trusted: Checkpoint) -> None:
        """Check that this entry stands in the log, at this index.

        Args:
            entry: The bytes of the entry, from wherever they came.
            trusted: The checkpoint that the caller believes: one kept from before, fetched from a
                witness, or the proof's own after its signatures were checked.

        Raises:
            LedgerError: the proof is about another log or another state of it, or does not hold.
        """
        mine = self.checkpoint
        if mine.origin != trusted.origin:
            raise LedgerError(f"a proof from the log {mine.origin!r}, not {trusted.origin!r}")
        if mine.size != trusted.size:
            raise LedgerError(
                f"a proof for {mine.size} entries, while the trusted checkpoint has {trusted.size}",
                hint="ask the log for a proof against the trusted checkpoint",
            )
        if mine.root != trusted.root:
            raise LedgerError(
                f"the log {mine.origin!r} has shown two roots for {mine.size} entries: a fork"
            )
        verify_inclusion(leaf_hash(entry), self.index, trusted.size, self.hashes, trusted.root)


def prove_inclusion(index: int, checkpoint: Checkpoint, hash_of: HashReader) -> InclusionProof:
    """The proof that an entry is in the tree of a checkpoint.

    Raises:
        LedgerError: the checkpoint's tree has no such entry.
    """
    hashes = inclusion_proof(index, checkpoint.size, hash_of)
    return InclusionProof(index, tuple(hashes), checkpoint)


def verify_succession(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Check that a log's later checkpoint keeps everything that an earlier one spoke for.

    Args:
        old: The checkpoint kept from before.
        new: The one that the log shows now.
        proof: What ``merkle.consistency_proof`` made for their sizes.

    Raises:
        LedgerError: it is another log, it went back, it was forked or rewritten, or the proof does
            not show the contrary.
    """
    if old.origin != new.origin:
        raise LedgerError(f"a checkpoint of the log {new.origin!r}, not {old.origin!r}")
    verify_consistency(old.size, old.root, new.size, new.root, proof)


def _decode_extra(line: str) -> bytes:
    text = line.removeprefix("extra ")
    try:
        extra = base64.b64decode(text.encode(), validate=True)
    except binascii.Error:
        extra = b""
    if not extra or base64.b64encode(extra).decode() != text:
        raise WireError("a proof's extra line is base64, and absent if there is nothing in it")
    return extra


def _decode_note(note: bytes) -> tuple[Checkpoint, tuple[str, ...]]:
    """A signed note in its two parts, which the last empty line parts."""
    text, parted, tail = note.rpartition(b"\n\n")
    if not parted:
        return Checkpoint.parse(note), ()
    try:
        lines = tail.decode().split("\n")
    except UnicodeDecodeError as error:
        raise WireError(f"a signed note is UTF-8: {error.reason}") from None
    if lines.pop() or not lines:
        raise WireError("a signed note ends with its signature lines, each ended by a newline")
    return Checkpoint.parse(text + b"\n"), tuple(lines)
