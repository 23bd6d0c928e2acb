"""What a request needs, who asks, and what that comes to: pure decisions."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from whence.errors import UsageError


class Permission(Enum):
    """What a route asks of whoever calls it."""

    PUBLIC = "public"
    """Nothing: health and the description of the API."""
    READ = "read"
    WRITE = "write"
    APPROVE = "approve"
    AUDIT = "audit"
    ADMIN = "admin"


class Role(Enum):
    """What somebody is in a project."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"


GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.READER: frozenset({Permission.READ}),
        Role.CONTRIBUTOR: frozenset({Permission.READ, Permission.WRITE}),
        Role.APPROVER: frozenset({Permission.READ, Permission.WRITE, Permission.APPROVE}),
        Role.AUDITOR: frozenset({Permission.READ, Permission.AUDIT}),
        Role.ADMIN: frozenset(Permission) - {Permission.PUBLIC},
    }
)
"""What each role may do."""

EVERYWHERE = "*"
"""The project under which a role for all projects stands."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks."""

    name: str
    kind: str
    """``person`` or ``service``; ``nobody`` who did not say."""
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    """Project → role; ``EVERYWHERE`` for all of them."""

    def may(self, needs: Permission, project: str | None = None) -> bool:
        """Whether this is permitted: in one project, or, without one, in any."""
        if needs is Permission.PUBLIC:
            return True
        if project is None:
            held = list(self.roles.values())
        else:
            held = [self.roles[each] for each in (project, EVERYWHERE) if each in self.roles]
        return any(needs in GRANTS[role] for role in held)


NOBODY = Principal("", "nobody")
"""Who did not say who he is."""

LOCAL = Principal("local", "person", MappingProxyType({EVERYWHERE: Role.ADMIN}))
"""Whoever sits at this machine, where nothing else was set up."""


def check_bind(host: str, *, authenticated: bool) -> None:
    """Refuse to open an unguarded server to others.

    Raises:
        UsageError: the address is not of this machine alone, and nobody would be asked for a token.
    """
    if authenticated or is_loopback(host):
        return
    raise UsageError(
        f"{host} can be reached by others, and no user or token is set up",
        hint="leave --host out to serve this machine alone, or set up access first",
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
