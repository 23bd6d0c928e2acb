"""Signing in through the provider: a browser gets a session, a command line a token.

The command line listens on this machine, sends the user's browser here with its port and a
challenge, and gets back a code that is good once, for a minute, with the challenge's verifier. So
the provider knows one program, the server, and the token never stands in an address.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from whence.errors import ForbiddenError, UsageError
from whence.server.access.audit import AuditLog, Event
from whence.server.access.claims import ProviderSettings, name_from, roles_from
from whence.server.access.oidc import SignInError, challenge_of
from whence.server.access.register import Register, User
from whence.server.access.token import Token

COMMAND_LINE = timedelta(days=7)
"""For how long a command line is signed in."""
_MINUTE = 60.0
_MOST = 1_000


def recognise(
    claims: Mapping[str, Any], settings: ProviderSettings, register: Register, log: AuditLog
) -> User:
    """The user whom claims are of; added when they come for the first time.

    Where the server has a table of roles, each sign-in sets them anew by it.

    Raises:
        UsageError: the claims name nobody, or somebody else's name.
        ForbiddenError: they give no role.
    """
    subject = f"{settings.issuer} {claims['sub']}"
    roles = roles_from(claims, settings.rules)
    with register.file.writing():
        user = register.user_of(subject)
        if user is None:
            name = name_from(claims, settings.name_claim)
            held = register.user(name)
            if held is not None:
                proven = settings.name_claim == "email" and claims.get("email_verified") is True
                if held.subject or not proven:
                    raise UsageError(f"another user is called {name!r} here", hint="ask an admin")
                register.link_user(name, subject)
            else:
                register.add_user(name, roles, subject)
                log.append(Event("user-added", name, detail={"user": name, "by": settings.issuer}))
            user = register.user(name)
            assert user is not None
        if settings.rules and dict(user.roles) != roles:
            register.replace_roles(user.name, roles)
            given = {project: role.value for project, role in roles.items()}
            log.append(Event("role-changed", user.name, detail={"roles": given}))
        user = register.user(user.name)
    assert user is not None
    if not user.roles:
        raise ForbiddenError(
            f"{user.name} has no role here", hint="ask an admin for a role in a project"
        )
    return user


@dataclass(frozen=True, slots=True)
class _Offer:
    user: str
    challenge: str
    until: float


class Offers:
    """Codes that a command line may change for a token: each good once, for a minute."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, _Offer] = OrderedDict()
        self._lock = threading.Lock()

    def make(self, user: str, challenge: str) -> str:
        """A code for whoever knows the verifier of a challenge."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._open[code] = _Offer(user, challenge, time.monotonic() + _MINUTE)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return code

    def take(self, code: str, verifier: str) -> str:
        """The user of a code.

        Raises:
            SignInError: it does not hold, any longer or with this verifier.
        """
        with self._lock:
            offer = self._open.pop(code, None)
        if (
            offer is None
            or offer.until < time.monotonic()
            or not secrets.compare_digest(challenge_of(verifier), offer.challenge)
        ):
            raise SignInError("this sign-in does not hold any longer", hint="begin anew")
        return offer.user


def token_for(user: str, register: Register) -> tuple[Token, str]:
    """A token for the command line of a user who has signed in."""
    return register.create_token("command-line", by=user, span=COMMAND_LINE, owner=user)
