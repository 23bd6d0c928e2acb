"""Changing who may do what: allowed to admins, each in his projects, and written down with it.

An event and what it tells of are kept in one transaction.
"""

from collections.abc import Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from whence.errors import ForbiddenError
from whence.server.access.audit import AuditLog, Event
from whence.server.access.permission import EVERYWHERE, Permission, Principal, Role, may
from whence.server.access.register import Register, User
from whence.server.access.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Administration:
    """What one admin can change.

    Args:
        register: What is known.
        log: Where every change is written down.
        admin: Who changes it.
    """

    def __init__(self, register: Register, log: AuditLog, admin: Principal) -> None:
        self._register = register
        self._log = log
        self._admin = admin

    def users(self) -> list[User]:
        """The users; for an admin of some projects, those who have a role in one of them."""
        return [each for each in self._register.users() if self._sees(each.roles)]

    def tokens(self) -> list[Token]:
        """The tokens; for an admin of some projects, those that have a role in one of them."""
        return [each for each in self._register.tokens() if self._sees(each.roles)]

    def add_user(self, name: str, roles: Mapping[str, Role]) -> User:
        """Add a user.

        Raises:
            ForbiddenError: the admin is none of these projects.
            UsageError: the name cannot be one, or is taken.
        """
        self._must(roles or {EVERYWHERE})
        with self._telling("user-added", user=name, roles=_plain(roles)):
            return self._register.add_user(name, roles)

    def set_role(self, name: str, project: str, role: Role | None) -> User:
        """Give a user a role in a project, or take it.

        Raises:
            ForbiddenError: the admin is none of this project.
            NotFoundError: there is no such user.
        """
        self._must({project})
        given = "" if role is None else role.value
        with self._telling("role-changed", user=name, project=project, role=given):
            return self._register.set_role(name, project, role)

    def remove_user(self, name: str) -> None:
        """Forget a user, with all tokens and sessions.

        Raises:
            ForbiddenError: the admin is not one of every project.
            NotFoundError: there is no such user.
        """
        self._must({EVERYWHERE})
        with self._telling("user-removed", user=name):
            self._register.remove_user(name)

    def create_token(
        self, name: str, span: timedelta, *, owner: str = "", roles: Mapping[str, Role]
    ) -> tuple[Token, str]:
        """Make a token for a service, or for a user.

        Raises:
            ForbiddenError: the admin is none of these projects.
            NotFoundError: there is no such user.
            UsageError: the name cannot be one.
        """
        self._must({EVERYWHERE} if owner else roles)
        told = {"token": name, "owner": owner, "roles": _plain(roles)}
        with self._telling("token-created", **told):
            return self._register.create_token(
                name, by=self._admin.name, span=span, owner=owner, roles=roles
            )

    def revoke_token(self, told: str) -> Token:
        """Let a token hold no more.

        Raises:
            ForbiddenError: the admin is none of its projects.
            NotFoundError: there is none of this id or name.
        """
        token = self._register.token(told)
        self._must({EVERYWHERE} if token.owner else token.roles)
        with self._telling("token-revoked", token=token.name, id=token.id):
            return self._register.revoke_token(token.id)

    def protect(self, project: str, *, on: bool) -> None:
        """Let every read of a project be written down, or no more.

        Raises:
            ForbiddenError: the admin is none of this project.
        """
        self._must({project})
        with self._telling("protected", project=project, on=on):
            self._register.protect(project, on=on)

    def _must(self, projects: "Iterable[str]") -> None:
        for each in projects:
            if not may(self._admin, Permission.ADMIN, each):
                what = "every project" if each == EVERYWHERE else f"the project {each!r}"
                raise ForbiddenError(f"{self._admin.name} is no admin of {what}")

    def _sees(self, roles: Mapping[str, Role]) -> bool:
        if may(self._admin, Permission.ADMIN, EVERYWHERE):
            return True
        return any(may(self._admin, Permission.ADMIN, each) for each in roles)

    @contextmanager
    def _telling(self, kind: str, **detail: Any) -> "Iterator[None]":
        with self._register.file.writing():
            yield
            who = self._admin
            self._log.append(Event(kind, who.name, who.address, who.route, detail))


def _plain(roles: Mapping[str, Role]) -> dict[str, str]:
    return {project: role.value for project, role in roles.items()}
