"""One entry of the ledger: small, public, and silent about what it commits to."""

import hmac
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from whence.errors import WireError
from whence.ledger.hashing import sha256
from whence.ledger.merkle import leaf_hash
from whence.wire.canonical import canonical, parse_canonical

__all__ = [
    "MAX_ENTRY_BYTES",
    "SALT_BYTES",
    "VERSION",
    "LedgerEntry",
    "commit",
    "leaf_hash",
    "verify_body",
]

VERSION = 1
"""The version of the entry's form that this Whence writes."""

MAX_ENTRY_BYTES = 65_535
"""What the 16-bit length of a C2SP tlog-tiles entry bundle can say."""

SALT_BYTES = 16

_FORMS = {
    "id": re.compile("[0-9a-f]{32}"),
    "time": re.compile(
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
        r"\.[0-9]{3}Z"
    ),
    "commitment": re.compile("[0-9a-f]{64}"),
}


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the ledger says in public about one record.

    Raises:
        WireError: a field does not have its form; says which.
    """

    type: str
    """What kind of record it is, such as ``run-ended``."""
    id: str
    """The record's id: 32 lower-case hexadecimal characters."""
    time: str
    """When it was asserted, RFC 3339 in UTC with milliseconds: ``2026-11-20T09:30:00.000Z``."""
    commitment: str
    """What ``commit`` gave for the record's body: 64 lower-case hexadecimal characters."""

    def __post_init__(self) -> None:
        if not isinstance(self.type, str) or not self.type:
            raise WireError("/type: a ledger entry needs a type")
        for name, form in _FORMS.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not form.fullmatch(value):
                raise WireError(f"/{name}: not the {name} of a ledger entry: {value!a:.80}")
        try:
            date.fromisoformat(self.time[:10])
        except ValueError as error:
            raise WireError(f"/time: {error}: {self.time}") from None

    def encode(self) -> bytes:
        """The canonical bytes, over which the leaf hash is taken.

        Raises:
            WireError: they would be more than ``MAX_ENTRY_BYTES``.
        """
        data = canonical(
            {
                "v": VERSION,
                "type": self.type,
                "id": self.id,
                "time": self.time,
                "commitment": self.commitment,
            }
        )
        _check_length(data)
        return data

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The entry that these bytes are, and no others would be.

        Raises:
            WireError: they are not the canonical bytes of an entry of a known version.
        """
        _check_length(data)
        value = parse_canonical(data)
        if not isinstance(value, dict):
            raise WireError(f"a ledger entry is an object, not a {type(value).__name__}")
        fields: dict[str, Any] = value
        version = fields.pop("v", None)
        if version is True or version != VERSION:
            newer = isinstance(version, int) and version > VERSION
            raise WireError(
                f"/v: a ledger entry of version {version!a:.20}; this Whence reads {VERSION}",
                hint="install a newer whence" if newer else "",
            )
        if fields.keys() != {"type", "id", "time", "commitment"}:
            raise WireError(f"a ledger entry of version 1 has other fields than {sorted(fields)}")
        return cls(**fields)


def commit(salt: bytes, body: bytes) -> str:
    """The salted commitment to a body: SHA-256(salt || body), in hexadecimal.

    Without the salt, the body cannot be guessed from it, however few bodies are possible; so who
    erases a body erases the salt with it.

    Raises:
        ValueError: the salt is not ``SALT_BYTES`` long, which would let salt pass for body.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return sha256(salt, body).hex()


def verify_body(commitment: str, salt: bytes, body: bytes) -> bool:
    """Whether an entry's commitment is to this body under this salt."""
    return len(salt) == SALT_BYTES and hmac.compare_digest(commit(salt, body), commitment)


def _check_length(data: bytes) -> None:
    if len(data) > MAX_ENTRY_BYTES:
        raise WireError(f"a ledger entry of {len(data)} bytes; {MAX_ENTRY_BYTES} are allowed")
