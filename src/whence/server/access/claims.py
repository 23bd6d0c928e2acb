"""From what an OpenID provider says of somebody to a name and roles, by a table of the server's.

The table stands in ``access.toml`` in the served folder::

    [oidc]
    issuer = "https://login.example.org"
    client_id = "whence"
    client_secret_file = "/etc/whence/client-secret"   # or none, for a public client
    name_claim = "email"
    hosts = []                     # where else parts of the provider are: "https://…"

    [[oidc.roles]]
    claim = "groups"
    value = "ml-team"
    project = "*"
    role = "contributor"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from whence.errors import UsageError
from whence.server.access.permission import Role, check_roles, read_role
from whence.server.access.register import check_name, check_project

FILE_NAME = "access.toml"
_RANK = (Role.READER, Role.CONTRIBUTOR, Role.APPROVER, Role.ADMIN)
_OPTIONAL = {"client_secret_file", "name_claim", "scopes", "hosts", "roles"}
_REQUIRED = {"issuer", "client_id"}


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Whoever has this value in this claim has this role in this project."""

    claim: str
    value: str
    project: str
    role: Role


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What the server knows of its OpenID provider."""

    issuer: str
    client_id: str
    client_secret: str
    """Empty for a public client; PKCE protects both kinds."""
    name_claim: str
    scopes: tuple[str, ...]
    hosts: tuple[str, ...]
    """Further places that the server may speak to, beside the issuer's."""
    rules: tuple[ClaimRule, ...]


def roles_from(claims: Mapping[str, Any], rules: tuple[ClaimRule, ...]) -> dict[str, Role]:
    """The roles that claims give; of several in one project the one that allows most.

    Raises:
        UsageError: they make an auditor of somebody who is something else as well.
    """
    roles: dict[str, Role] = {}
    for rule in rules:
        told = claims.get(rule.claim)
        values = told if isinstance(told, list) else [told]
        if rule.value not in [each for each in values if isinstance(each, str)]:
            continue
        held = roles.get(rule.project)
        if Role.AUDITOR in {held, rule.role}:
            check_roles({"held": held or rule.role, "given": rule.role})
            roles[rule.project] = rule.role
        elif held is None or _RANK.index(rule.role) > _RANK.index(held):
            roles[rule.project] = rule.role
    check_roles(roles)
    return roles


def name_from(claims: Mapping[str, Any], name_claim: str) -> str:
    """How a person is called here.

    An e-mail address counts only if the provider has verified it.

    Raises:
        UsageError: the claim is not there, or cannot be a name.
    """
    name = claims.get(name_claim)
    if name_claim == "email" and claims.get("email_verified") is False:
        raise UsageError("the provider has not verified this e-mail address")
    if not isinstance(name, str) or not name:
        raise UsageError(
            f"the provider says no {name_claim!r} of this person",
            hint=f"choose another `name_claim` in {FILE_NAME}, or let the provider send it",
        )
    check_name(name)
    return name


def load_provider(folder: Path) -> ProviderSettings:
    """What ``access.toml`` says of the provider.

    Raises:
        UsageError: there is no such file, or it cannot be understood; says where.
    """
    path = folder / FILE_NAME
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"there is no {path}",
            hint="it tells of the OpenID provider: see the guide on access",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    try:
        return _read(told)
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from error


def _read(told: Mapping[str, Any]) -> ProviderSettings:
    oidc = told.get("oidc")
    if not isinstance(oidc, dict) or set(told) != {"oidc"}:
        raise UsageError("it has one table, [oidc]")
    if missing := _REQUIRED - oidc.keys():
        raise UsageError(f"[oidc] needs {' and '.join(sorted(missing))}")
    if unknown := oidc.keys() - _REQUIRED - _OPTIONAL:
        raise UsageError(f"[oidc] has no {', '.join(sorted(unknown))}")
    for name in ("issuer", "client_id", "client_secret_file", "name_claim"):
        if not isinstance(oidc.get(name, ""), str):
            raise UsageError(f"{name} is a text")
    scopes = oidc.get("scopes", ["openid", "email", "profile"])
    if not isinstance(scopes, list) or "openid" not in scopes:
        raise UsageError('scopes is a list with "openid" in it')
    return ProviderSettings(
        issuer=check_issuer(oidc["issuer"]),
        client_id=oidc["client_id"],
        client_secret=_secret(oidc.get("client_secret_file", "")),
        name_claim=oidc.get("name_claim", "email"),
        scopes=tuple(map(str, scopes)),
        hosts=tuple(map(check_issuer, _texts(oidc.get("hosts", [])))),
        rules=tuple(_rule(at, each) for at, each in enumerate(oidc.get("roles", []), 1)),
    )


def check_issuer(issuer: str) -> str:
    """Refuse an issuer that others could speak for.

    Raises:
        UsageError: it is not https (http may be on this machine alone), or more than an address.
    """
    parts = urlsplit(issuer)
    loopback = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise UsageError(f"the issuer {issuer!r} is not an https address")
    if parts.query or parts.fragment or parts.username or not parts.hostname:
        raise UsageError(f"the issuer {issuer!r} is more than an address")
    return issuer


def _texts(told: Any) -> list[str]:
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise UsageError("hosts is a list of addresses")
    return told


def _secret(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"client_secret_file cannot be read: {error}") from error


def _rule(at: int, told: Any) -> ClaimRule:
    names = {"claim", "value", "project", "role"}
    if not isinstance(told, dict) or not names >= told.keys() >= names - {"project"}:
        raise UsageError(
            f"[[oidc.roles]] number {at} needs claim, value, role, and may say project"
        )
    if not all(isinstance(each, str) for each in told.values()):
        raise UsageError(f"[[oidc.roles]] number {at}: all of it is text")
    project = told.get("project", "*")
    check_project(project)
    return ClaimRule(told["claim"], told["value"], project, read_role(told["role"]))
