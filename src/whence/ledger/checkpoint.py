"""The head of the ledger as text that can be kept elsewhere (C2SP tlog-checkpoint).

::

    example.org/churn                               origin: which log this is
    1832                                            tree size
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root hash
                                                    (extension lines, if any)

This is the *note text*, the part of a signed note that signatures are over. Without an outside
copy of a checkpoint, whoever owns the store can rewrite all of history; with one, nobody can.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

from whence.errors import WireError
from whence.ledger.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE

_DECIMAL = re.compile("0|[1-9][0-9]{0,19}")
_CONTROL = re.compile("[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's size and root at one moment.

    Raises:
        WireError: a field cannot stand in a checkpoint; says which.
    """

    origin: str
    """The name of the log, one line; by custom a URL without its scheme."""
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Further lines, opaque; C2SP advises against them, since monitors cannot check them."""

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            check_line(line)
        if not 0 <= self.size <= MAX_SIZE:
            raise WireError("a checkpoint's tree size lies between 0 and 2**64 - 1")
        if len(self.root) != HASH_BYTES:
            raise WireError(f"a root hash has {HASH_BYTES} bytes, not {len(self.root)}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise WireError("a checkpoint of an empty tree with the root of another")

    def encode(self) -> bytes:
        """The note text, its final newline included."""
        lines = (self.origin, str(self.size), encode_hash(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines).encode()

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """The checkpoint that a note text tells of.

        Raises:
            WireError: it is no such text; says which line.
        """
        try:
            lines = text.decode().split("\n")
        except UnicodeDecodeError as error:
            raise WireError(f"a checkpoint is UTF-8: {error.reason}") from None
        if len(lines) < 4 or lines[-1]:
            raise WireError("a checkpoint is three lines or more, each ended by a newline")
        origin, size, root, *extensions = lines[:-1]
        return cls(origin, decode_number(size), decode_hash(root), tuple(extensions))


def check_line(line: str) -> None:
    """Refuse what a signed note cannot hold as one line.

    Raises:
        WireError: it is empty, holds a control character, or is no Unicode.
    """
    if not line:
        raise WireError("an empty line")
    try:
        line.encode()
    except UnicodeEncodeError:
        raise WireError(f"a line that is no Unicode text: {line!a:.80}") from None
    if _CONTROL.search(line):
        raise WireError(f"a control character in the line {line!a:.80}")


def decode_number(text: str) -> int:
    """A size or index in decimal, without leading zeros, of at most 64 bits.

    Raises:
        WireError: it is something else.
    """
    value = int(text) if _DECIMAL.fullmatch(text) else MAX_SIZE + 1
    if value > MAX_SIZE:
        raise WireError(f"not a decimal number below 2**64: {text!a:.80}")
    return value


def encode_hash(value: bytes) -> str:
    """A hash in base64 (RFC 4648, section 4)."""
    return base64.b64encode(value).decode()


def decode_hash(text: str) -> bytes:
    """The hash that ``encode_hash`` wrote just so.

    Raises:
        WireError: it is no hash, or one written in another way.
    """
    try:
        value = base64.b64decode(text.encode(), validate=True)
    except binascii.Error:
        value = b""
    if len(value) != HASH_BYTES or encode_hash(value) != text:
        raise WireError(f"not a SHA-256 hash in base64: {text!a:.80}")
    return value
