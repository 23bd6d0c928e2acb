"""Signed statements that other tools can read: DSSE envelopes (secure-systems-lab, version 1).

What is signed is the payload together with its type, so that no other kind of document can be
passed off as this one. The payload is kept as the bytes that were signed: nobody has to write the
same JSON again to check it.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from whence.errors import LedgerError, WireError
from whence.ledger.signing import SigningKey, VerifierKey

STATEMENT = "application/vnd.in-toto+json"
"""The type of a payload that is an in-toto Statement."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with signatures."""

    payload: bytes
    type: str
    signatures: tuple[tuple[str, bytes], ...]
    """Key id (the signer's verifier key as text, here) and signature."""

    def encode(self) -> dict[str, Any]:
        """The envelope as JSON."""
        return {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.type,
            "signatures": [
                {"keyid": keyid, "sig": base64.b64encode(value).decode()}
                for keyid, value in self.signatures
            ],
        }

    @classmethod
    def decode(cls, value: Any) -> Self:
        """The envelope that a JSON value is; nothing is verified.

        Raises:
            WireError: it is none.
        """
        try:
            payload = base64.b64decode(value["payload"], validate=True)
            signatures = tuple(
                (str(each["keyid"]), base64.b64decode(each["sig"], validate=True))
                for each in value["signatures"]
            )
            return cls(payload, str(value["payloadType"]), signatures)
        except (TypeError, KeyError, AttributeError, binascii.Error, ValueError):
            raise WireError("not a DSSE envelope: payload, payloadType, signatures") from None

    def verify(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Those of these keys that signed it.

        Raises:
            LedgerError: a signature by one of the keys does not hold, or there is none by any.
        """
        known = {key.encode(): key for key in keys}
        message = encoded(self.type, self.payload)
        signers = []
        for keyid, value in self.signatures:
            key = known.get(keyid)
            if key is None:
                continue
            if not key.verifies(message, value):
                raise LedgerError(f"the signature of {key.name} does not hold")
            signers.append(key)
        if not signers:
            raise LedgerError("none of the signatures is by a key that is believed")
        return tuple(signers)

    def signers(self) -> tuple[VerifierKey, ...]:
        """All keys that are said to have signed it, each verified; who they are is not known.

        Raises:
            LedgerError: a signature does not hold.
            WireError: a key cannot be read.
        """
        return self.verify([VerifierKey.parse(keyid) for keyid, _ in self.signatures])


def seal(payload: bytes, key: SigningKey, type_: str = STATEMENT) -> Envelope:
    """A payload signed with a key."""
    return Envelope(payload, type_, ((key.verifier.encode(), key.sign(encoded(type_, payload))),))


def encoded(type_: str, payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding."""
    kind = type_.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def statement(
    subject: Iterable[tuple[str, str]], predicate_type: str, predicate: Mapping[str, Any]
) -> dict[str, Any]:
    """An in-toto Statement, version 1, about things by name and SHA-256."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": sha256}} for name, sha256 in subject],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }
