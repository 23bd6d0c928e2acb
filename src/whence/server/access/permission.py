"""Who may do what, decided in one place by one table.

Every route names the permission that it needs; a role is a set of permissions in a project; nothing
is allowed that no role gives.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from types import MappingProxyType

from whence.errors import UsageError


class Mode(Enum):
    """How the server makes sure who asks."""

    NONE = "none"
    """Not at all: whoever reaches it is on this machine, and may do everything."""
    TOKENS = "tokens"
    OIDC = "oidc"
    """Tokens, and sign-in with an OpenID provider."""


class Permission(Enum):
    """What a route, or a record that comes in, needs."""

    PUBLIC = "public"
    """Nothing: whoever can reach the server may ask. For health checks and for signing in."""
    READ = "read"
    WRITE = "write"
    """Adding records."""
    APPROVE = "approve"
    """Approvals, rejections and waivers: what other people's work is let through by."""
    AUDIT = "audit"
    """Reading the log of who did and read what."""
    ADMIN = "admin"
    """Users, tokens, roles and protected projects."""


class Role(Enum):
    """What somebody is in a project."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    APPROVER = "approver"
    AUDITOR = "auditor"
    """Reads everything and writes nothing, whatever other roles say."""
    ADMIN = "admin"


GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.READER: frozenset({Permission.READ}),
        Role.CONTRIBUTOR: frozenset({Permission.READ, Permission.WRITE}),
        Role.APPROVER: frozenset({Permission.READ, Permission.WRITE, Permission.APPROVE}),
        Role.AUDITOR: frozenset({Permission.READ, Permission.AUDIT}),
        Role.ADMIN: frozenset(set(Permission) - {Permission.PUBLIC}),
    }
)
"""What each role allows in the project that it is for."""

EVERYWHERE = "*"
"""In the place of a project: a role for all of them, those to come included."""
SHARED = ""
"""The project of records that name none: whoever reads any project reads it."""

PERSON = "person"
SERVICE = "service"
ANONYMOUS = "nobody"
NOT_FOR: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {SERVICE: frozenset({Permission.APPROVE})}
)
"""What a kind of principal may never do: an approval is a person's."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks, as far as the server could make sure."""

    name: str
    kind: str
    """``person``, ``service`` or ``nobody``."""
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    """Project → role; ``*`` is for every project, the empty one for the shared project."""
    credential: str = ""
    """The id of the token or session by which it came; never the secret itself."""

    address: str = field(default="", repr=False)
    """Where from, for the audit log."""
    route: str = field(default="", repr=False)
    """By which route, as it is declared."""

    def may(self, needs: Permission, project: str | None = None) -> bool:
        """Whether this is permitted: in one project, or, without one, in any."""
        if project is None:
            return may_anywhere(self, needs)
        return may(self, needs, project)


LOCAL = Principal("local", PERSON, MappingProxyType({EVERYWHERE: Role.ADMIN}))
"""Whoever reaches a server that only this machine can reach: no sign-in is set up there."""
NOBODY = Principal("nobody", ANONYMOUS)
"""Whoever has shown nothing."""


def may(principal: Principal, permission: Permission, project: str) -> bool:
    """Whether a principal may do this in a project."""
    if permission is Permission.PUBLIC:
        return True
    if permission in NOT_FOR.get(principal.kind, ()):
        return False
    roles = _roles_in(principal, project)
    if project == SHARED and permission is Permission.READ:
        roles = set(principal.roles.values())
    allowed: frozenset[Permission] = frozenset().union(*(GRANTS[each] for each in roles))
    if Role.AUDITOR in principal.roles.values():
        allowed &= GRANTS[Role.AUDITOR]
    return permission in allowed


def may_anywhere(principal: Principal, permission: Permission) -> bool:
    """Whether there is a project in which a principal may do this: what a route asks first."""
    return _may_anywhere(principal.kind, tuple(principal.roles.items()), permission)


@lru_cache(4_096)
def _may_anywhere(kind: str, roles: tuple[tuple[str, Role], ...], permission: Permission) -> bool:
    principal = Principal("", kind, MappingProxyType(dict(roles)))
    projects = principal.roles.keys() | {SHARED}
    return any(may(principal, permission, project) for project in projects)


def may_everywhere(principal: Principal, permission: Permission) -> bool:
    """Whether a principal may do this in every project there is and will be.

    A role for one project takes nothing from a role for all, so asking for all is enough.
    """
    return may(principal, permission, EVERYWHERE)


def may_one_of(principal: Principal, permission: Permission, projects: frozenset[str]) -> bool:
    """Whether a principal may do this to a thing that belongs to these projects; none: shared."""
    return any(may(principal, permission, each) for each in projects or {SHARED})


def home_project(principal: Principal) -> str:
    """Where records belong that name no project: in the one that is written to, else shared."""
    writable = [each for each in principal.roles if may(principal, Permission.WRITE, each)]
    return writable[0] if len(writable) == 1 and writable[0] != EVERYWHERE else SHARED


def check_bind(host: str, *, authenticated: bool) -> None:
    """Refuse to open an unguarded server to others.

    Raises:
        UsageError: the address is not of this machine alone, and nobody would be asked for a token.
    """
    if authenticated or is_loopback(host):
        return
    raise UsageError(
        f"{host} can be reached by others, and nobody would be asked who that is",
        hint="add `--auth tokens`, or leave --host out to serve this machine alone",
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_role(text: str) -> Role:
    """The role of a name.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        return Role(text)
    except ValueError:
        names = ", ".join(each.value for each in Role)
        raise UsageError(f"there is no role {text!r}", hint=f"roles are: {names}") from None


def check_roles(roles: Mapping[str, Role]) -> None:
    """Refuse a set of roles that says two things at once.

    Raises:
        UsageError: an auditor who is something else besides.
    """
    if Role.AUDITOR in roles.values() and set(roles.values()) != {Role.AUDITOR}:
        raise UsageError(
            "an auditor writes nothing, so holds no other role",
            hint="give the other role to another user or token",
        )


def _roles_in(principal: Principal, project: str) -> set[Role]:
    return {principal.roles[each] for each in (EVERYWHERE, project) if each in principal.roles}
