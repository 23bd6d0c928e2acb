"""Ed25519 signatures (RFC 8032) on text: signed notes and their keys, as C2SP signed-note has them.

::

    example.org/churn                               the text: any lines, such as a checkpoint
    1832
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
                                                    an empty line
    — ada@laptop Az3grnmrIUEDFqHzAElIQCPNoRFR…      one line for each signature

A signature names its key by a word and four bytes of a hash. Who is behind a key is not known from
the key: whoever reads a note says which keys he believes. Signatures by other keys are passed over;
one that is said to be by a known key and does not hold spoils the note.
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from whence.errors import LedgerError, WireError

ED25519 = b"\x01"
"""The type of a signature, as keys are tagged with it."""

SEED_BYTES = KEY_BYTES = 32
SIGNATURE_BYTES = 64
ID_BYTES = 4
MOST_SIGNATURES = 64
"""C2SP signed-note asks for 16 at least, and for a limit."""

_NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}\Z")
_PRIVATE = "PRIVATE+KEY"
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a key, with the name that its owner gave it.

    Raises:
        WireError: the name or the key cannot be one.
    """

    name: str
    public: bytes
    """32 bytes (RFC 8032, section 5.1.5)."""

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise WireError(f"{self.name!a:.80} cannot name a key: no spaces, no '+', not empty")
        if len(self.public) != KEY_BYTES:
            raise WireError(f"a public key has {KEY_BYTES} bytes, not {len(self.public)}")

    @property
    def id(self) -> bytes:
        """The four bytes by which signatures name it."""
        told = self.name.encode() + b"\n" + ED25519 + self.public
        return hashlib.sha256(told).digest()[:ID_BYTES]

    @property
    def fingerprint(self) -> str:
        """What two people read to each other to know that they mean the same key."""
        return "sha256:" + hashlib.sha256(self.public).hexdigest()

    def encode(self) -> str:
        """``name+id+key``, to be handed out."""
        return f"{self.name}+{self.id.hex()}+{_to_text(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that ``encode`` wrote.

        Raises:
            WireError: it is none, or of another kind than Ed25519.
        """
        name, hexadecimal, raw = _split_key(text, "a verifier key is NAME+ID+KEY")
        key = cls(name, raw)
        if key.id.hex() != hexadecimal:
            raise WireError(f"the verifier key {name!a:.80} does not have the id {hexadecimal!a}")
        return key

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether this key's owner signed a message (RFC 8032, section 5.1.7)."""
        # Signing is seldom asked for, and loading it takes 30 ms.
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its name.

    Raises:
        WireError: the name or the key cannot be one.
    """

    name: str
    seed: bytes = field(repr=False)
    """The 32 secret bytes from which all else follows."""

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise WireError(f"a private key has {SEED_BYTES} bytes, not {len(self.seed)}")
        if not _NAME.match(self.name):
            raise WireError(f"{self.name!a:.80} cannot name a key: no spaces, no '+', not empty")

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key, of random bytes."""
        return cls(name, os.urandom(SEED_BYTES))

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  30 ms
            Ed25519PrivateKey,
        )

        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature (RFC 8032, section 5.1.6)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  30 ms
            Ed25519PrivateKey,
        )

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def encode(self) -> str:
        """``PRIVATE+KEY+name+id+seed``, as Go's ``sumdb/note`` has it: never to be handed out."""
        told = _to_text(ED25519 + self.seed)
        return f"{_PRIVATE}+{self.name}+{self.verifier.id.hex()}+{told}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that ``encode`` wrote.

        Raises:
            WireError: it is none; the message does not repeat it.
        """
        form = f"a private key is {_PRIVATE}+NAME+ID+SEED"
        head, plus, rest = text.strip().partition(f"{_PRIVATE}+")
        if head or not plus:
            raise WireError(form)
        name, hexadecimal, seed = _split_key(rest, form)
        key = cls(name, seed)
        if key.verifier.id.hex() != hexadecimal:
            raise WireError(f"the private key {name!a:.80} does not have the id that it names")
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line of a note."""

    name: str
    id: bytes
    value: bytes
    """What follows the id: for Ed25519 the 64 bytes of the signature."""

    def line(self) -> str:
        """As it stands in the note."""
        return f"— {self.name} {_to_text(self.id + self.value)}"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text with signatures."""

    text: bytes
    """UTF-8, its last newline included."""
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The note as bytes."""
        lines = "".join(f"{each.line()}\n" for each in self.signatures)
        return self.text + b"\n" + lines.encode()

    @classmethod
    def parse(cls, note: bytes) -> Self:
        """The note that these bytes are; nothing is verified.

        Raises:
            WireError: it is no signed note; says why.
        """
        text, parted, tail = note.rpartition(b"\n\n")
        if not parted or not tail.endswith(b"\n"):
            raise WireError("a signed note ends with an empty line and lines of signatures")
        text += b"\n"
        _check_text(text)
        try:
            lines = tail.decode().split("\n")[:-1]
        except UnicodeDecodeError as error:
            raise WireError(f"a signed note is UTF-8: {error.reason}") from None
        if len(lines) > MOST_SIGNATURES:
            raise WireError(f"a note with more than {MOST_SIGNATURES} signatures")
        return cls(text, tuple(map(_parse_line, lines)))

    def verify(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Those of these keys that signed it.

        Raises:
            LedgerError: a signature by one of the keys does not hold, or there is none by any.
        """
        known = {(key.name, key.id): key for key in keys}
        signers: dict[VerifierKey, None] = {}
        for each in self.signatures:
            key = known.get((each.name, each.id))
            if key is None or key in signers:
                continue
            if not key.verifies(self.text, each.value):
                raise LedgerError(f"the signature of {each.name} does not hold")
            signers[key] = None
        if not signers:
            raise LedgerError(
                "none of the signatures is by a key that is believed",
                hint="ask for the signer's verifier key by another way: `whence key` shows it",
            )
        return tuple(signers)


def sign_note(text: bytes, *keys: SigningKey) -> SignedNote:
    """A text signed with these keys.

    Raises:
        WireError: the text cannot be that of a note.
    """
    _check_text(text)
    return SignedNote(
        text, tuple(NoteSignature(key.name, key.verifier.id, key.sign(text)) for key in keys)
    )


def _check_text(text: bytes) -> None:
    if not text.endswith(b"\n"):
        raise WireError("the text of a note ends with a newline")
    try:
        characters = text.decode()
    except UnicodeDecodeError as error:
        raise WireError(f"the text of a note is UTF-8: {error.reason}") from None
    if any(each < " " and each != "\n" for each in characters):
        raise WireError("the text of a note has no control characters but newlines")


def _parse_line(line: str) -> NoteSignature:
    told = _LINE.match(line)
    raw = b"" if told is None else _from_text(told[2])
    if told is None or len(raw) <= ID_BYTES:
        raise WireError(f"not the signature line of a note: {line!a:.80}")
    return NoteSignature(told[1], raw[:ID_BYTES], raw[ID_BYTES:])


def _split_key(text: str, form: str) -> tuple[str, str, bytes]:
    name, hexadecimal, told = ([*text.strip().split("+", 2), "", ""])[:3]
    raw = _from_text(told)
    if not name or not hexadecimal or len(raw) < 2:
        raise WireError(form)
    if raw[:1] != ED25519:
        raise WireError(f"the key {name!a:.80} is of a kind that this Whence does not know")
    return name, hexadecimal, raw[1:]


def _to_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _from_text(text: str) -> bytes:
    """What base64 says, or nothing where it is none, or written in another way."""
    try:
        raw = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if _to_text(raw) == text else b""
