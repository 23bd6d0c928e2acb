"""Where ``whence user``, ``token`` and ``audit`` work: on the served folder, or on a server."""

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import quote

from whence.errors import UsageError
from whence.homecoming.surroundings import who
from whence.server.access.administration import Administration
from whence.server.access.audit import AuditLog
from whence.server.access.permission import LOCAL, read_role
from whence.server.access.register import Register
from whence.server.access.token import USUAL, read_span
from whence.settings.credentials import token_for
from whence.store.remote.channel import AnsweredError, Channel
from whence.workspace import open_workspace

SHARED_WORD = "-"
"""How the shared project is written on the command line."""


class Office(Protocol):
    """Where admins and auditors are served; answers are what the server's API answers."""

    def users(self) -> list[dict[str, Any]]:
        """All users."""

    def add_user(self, name: str, roles: Mapping[str, str]) -> dict[str, Any]:
        """Add one."""

    def set_role(self, name: str, project: str, role: str | None) -> dict[str, Any]:
        """Give or take a role."""

    def remove_user(self, name: str) -> None:
        """Forget one."""

    def tokens(self) -> list[dict[str, Any]]:
        """All tokens."""

    def create_token(
        self, name: str, owner: str, roles: Mapping[str, str], expires: str
    ) -> dict[str, Any]:
        """Make one; the answer has it, this once."""

    def revoke_token(self, token: str) -> dict[str, Any]:
        """Let one hold no more."""

    def protected(self) -> list[str]:
        """The projects of which every read is written down."""

    def protect(self, project: str, *, on: bool) -> None:
        """Let every read of a project be written down, or no more."""

    def audit(self, limit: int, before: int | None) -> dict[str, Any]:
        """Events of the audit log, latest first."""


class _Here:
    """The served folder itself: whoever may read and write it is its admin."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._log = AuditLog(register.file)
        admin = replace(LOCAL, name=who().name, route="whence")
        self._admin = Administration(register, self._log, admin)

    def users(self) -> list[dict[str, Any]]:
        return [each.as_json() for each in self._admin.users()]

    def add_user(self, name: str, roles: Mapping[str, str]) -> dict[str, Any]:
        given = {project: read_role(role) for project, role in roles.items()}
        return self._admin.add_user(name, given).as_json()

    def set_role(self, name: str, project: str, role: str | None) -> dict[str, Any]:
        given = None if role is None else read_role(role)
        return self._admin.set_role(name, project, given).as_json()

    def remove_user(self, name: str) -> None:
        self._admin.remove_user(name)

    def tokens(self) -> list[dict[str, Any]]:
        return [each.as_json() for each in self._admin.tokens()]

    def create_token(
        self, name: str, owner: str, roles: Mapping[str, str], expires: str
    ) -> dict[str, Any]:
        span = read_span(expires) if expires else USUAL
        given = {project: read_role(role) for project, role in roles.items()}
        token, secret = self._admin.create_token(name, span, owner=owner, roles=given)
        return {**token.as_json(), "token": secret}

    def revoke_token(self, token: str) -> dict[str, Any]:
        return self._admin.revoke_token(token).as_json()

    def protected(self) -> list[str]:
        return sorted(self._register.protected())

    def protect(self, project: str, *, on: bool) -> None:
        self._admin.protect(project, on=on)

    def audit(self, limit: int, before: int | None) -> dict[str, Any]:
        head = self._log.head()
        events = [each.as_json() for each in self._log.latest(limit, before)]
        return {"events": events, "size": head.size, "root": head.root.hex()}


class _There:
    """A server, through its API."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def users(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self._ask("GET", "/users")["users"]
        return told

    def add_user(self, name: str, roles: Mapping[str, str]) -> dict[str, Any]:
        return self._ask("POST", "/users", {"name": name, "roles": dict(roles)})

    def set_role(self, name: str, project: str, role: str | None) -> dict[str, Any]:
        body = {"project": project, "role": role}
        return self._ask("PUT", f"/users/{quote(name, safe='@')}/role", body)

    def remove_user(self, name: str) -> None:
        self._ask("DELETE", f"/users/{quote(name, safe='@')}")

    def tokens(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self._ask("GET", "/tokens")["tokens"]
        return told

    def create_token(
        self, name: str, owner: str, roles: Mapping[str, str], expires: str
    ) -> dict[str, Any]:
        body = {"name": name, "owner": owner, "roles": dict(roles), "expires": expires}
        return self._ask("POST", "/tokens", body)

    def revoke_token(self, token: str) -> dict[str, Any]:
        return self._ask("DELETE", f"/tokens/{quote(token, safe='')}")

    def protected(self) -> list[str]:
        told: list[str] = self._ask("GET", "/protected")["protected"]
        return told

    def protect(self, project: str, *, on: bool) -> None:
        self._ask("PUT", "/protected", {"project": project, "on": on})

    def audit(self, limit: int, before: int | None) -> dict[str, Any]:
        further = "" if before is None else f"&before={before}"
        return self._ask("GET", f"/audit?limit={limit}{further}")

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            told: dict[str, Any] = self._channel.ask(method, "/api/v1" + path, body)
        except AnsweredError as error:
            raise error.as_error(self._channel.url) from None
        return told


def add_server(parser: argparse.ArgumentParser) -> None:
    """The option that names a server."""
    parser.add_argument(
        "--server",
        metavar="URL",
        help="work on this server (default: WHENCE_STORE if it is one, else the folder here)",
    )


def add_project(parser: argparse.ArgumentParser) -> None:
    """The option that names projects."""
    parser.add_argument(
        "--project",
        metavar="NAME",
        action="append",
        help="in this project; repeatable (default: in all; - is the one that all share)",
    )


def projects_of(args: argparse.Namespace) -> list[str]:
    """The projects that were named."""
    return ["" if each == SHARED_WORD else each for each in args.project or ["*"]]


def shown_roles(roles: Mapping[str, str]) -> str:
    """Roles in words: ``admin; reader in churn``."""
    told = []
    for project, role in roles.items():
        where = "" if project == "*" else f" in {project or 'the shared project'}"
        told.append(role + where)
    return "; ".join(told) or "none"


@contextmanager
def office(args: argparse.Namespace) -> Iterator[Office]:
    """The server that was named, or the folder here.

    Raises:
        UsageError: what was named is no server.
        NotFoundError: there is no folder here.
    """
    named = args.server or os.environ.get("WHENCE_STORE", "")
    if named.startswith(("http://", "https://")):
        channel = Channel(named, token_for(named))
        try:
            yield _There(channel)
        finally:
            channel.close()
        return
    if args.server:
        raise UsageError(f"{named!r} is no address of a server", hint="such as https://HOST")
    register = Register.open(open_workspace().folder)
    try:
        yield _Here(register)
    finally:
        with suppress(OSError):
            register.close()
