"""Tokens: a random secret that is shown once, of which only a hash is kept.

The secret has 256 random bits, so that a plain SHA-256 of it cannot be searched through; a slow
hash protects passwords, and there are none here.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from whence.errors import UsageError
from whence.model.moment import stamp
from whence.server.access.permission import PERSON, SERVICE, Principal, Role

PREFIX = "whn_"
"""What every token starts with, so that scanners of sources can tell one that was left there."""

_FORM = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}\Z")
_SPAN = re.compile(r"([1-9]\d{0,4})([mhdw])\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(days=366)
"""For how long a token may hold at most."""
USUAL = timedelta(days=90)
"""For how long one holds where nobody says otherwise."""
BOOTSTRAP = timedelta(hours=24)
"""For how long the token holds that a server prints when it has nobody yet."""
SIGN_IN = timedelta(hours=12)
"""For how long a sign-in through a provider holds."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: everything but itself."""

    id: str
    """Eight hexadecimal characters, by which it is listed and revoked."""
    name: str
    kind: str
    """``person``: acts as its owner; ``service``: acts in its own name."""
    owner: str
    """The user whose it is; empty for a service."""
    roles: Mapping[str, Role]
    """Of a service: project → role. A person's token has what its owner has."""
    created: str
    expires: str
    created_by: str
    revoked: str = ""
    """When it was revoked; empty while it was not."""
    last_used: str = ""
    last_address: str = ""

    def refusal(self, now: str) -> str:
        """Why it does not hold at a time; empty while it does."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires <= now else ""

    def principal(self) -> Principal:
        """Who acts with a service's token."""
        return Principal(self.name, SERVICE, self.roles, f"token:{self.id}")

    def as_json(self) -> dict[str, Any]:
        """The token as ``schemas/tokens-1.json`` has it."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return told | {"roles": {project: role.value for project, role in self.roles.items()}}

    @property
    def is_personal(self) -> bool:
        """Whether it acts as a user."""
        return self.kind == PERSON


def new_secret() -> str:
    """A fresh token."""
    return PREFIX + secrets.token_urlsafe(32)


def new_token_id() -> str:
    """A fresh id of a token."""
    return secrets.token_hex(4)


def has_form(text: str) -> bool:
    """Whether a text can be a token at all."""
    return _FORM.match(text) is not None


def hash_secret(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def expiry(span: timedelta) -> str:
    """The time when something ends that begins now."""
    return stamp(datetime.now(UTC) + span)


def read_span(text: str) -> timedelta:
    """A time to live such as ``90d``, ``12h`` or ``30m``.

    Raises:
        UsageError: it is none, or longer than a token may hold.
    """
    told = _SPAN.match(text)
    if told is None:
        raise UsageError(f"{text!r} is not a time to live", hint="for example: 90d, 12h or 30m")
    span = timedelta(**{_UNITS[told[2]]: int(told[1])})
    if span > LONGEST:
        raise UsageError(
            f"a token cannot hold for {text}", hint=f"{LONGEST.days} days are the longest"
        )
    return span
