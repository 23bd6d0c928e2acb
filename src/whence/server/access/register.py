"""Users, roles, tokens, sessions and protected projects: what a server knows of who may do what."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from whence.errors import NotFoundError, UsageError
from whence.model.moment import now
from whence.server.access.accessfile import AccessFile
from whence.server.access.permission import PERSON, SERVICE, Principal, Role, check_roles
from whence.server.access.token import (
    SIGN_IN,
    Token,
    expiry,
    hash_secret,
    new_secret,
    new_token_id,
)

_NAME = re.compile(r"[^\s\x00-\x1f\x7f/\\:*?#]{1,200}\Z")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}\Z")
_TOKENS = (
    "SELECT id, name, kind, owner, created, expires, created_by, revoked, last_used, last_address "
    "FROM tokens"
)
_FRESH = 60
"""Seconds within which a further use of a token is not written down again."""


@dataclass(frozen=True, slots=True)
class User:
    """A person whom the server knows."""

    name: str
    subject: str
    """Who that is to the OpenID provider; empty for one who only has tokens."""
    roles: Mapping[str, Role]
    created: str

    def as_json(self) -> dict[str, Any]:
        """The user as ``schemas/users-1.json`` has it."""
        roles = {project: role.value for project, role in self.roles.items()}
        oidc = bool(self.subject)
        return {"name": self.name, "roles": roles, "created": self.created, "oidc": oidc}


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    id: str
    user: str
    csrf: str
    """What a page must send along with every change."""
    expires: str


class Register:
    """What ``access.sqlite`` says of people, and how it is changed."""

    def __init__(self, file: AccessFile) -> None:
        self.file = file
        self._cache: dict[bytes, Token] = {}
        self._cached = (-1, -1)
        self._protected: frozenset[str] | None = None
        self._noted: dict[str, str] = {}

    @classmethod
    def open(cls, folder: Path) -> "Register":
        """The register of a served folder.

        Raises:
            StoreError: it cannot be opened.
        """
        return cls(AccessFile(folder))

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    # ----------------------------------------------------------------- users

    def users(self) -> list[User]:
        """All users, by name."""
        rows = self.file.rows(
            "SELECT name, coalesce(subject, ''), created FROM users WHERE removed = '' "
            "ORDER BY name"
        )
        return [User(name, subject, self._roles(f"user:{name}"), at) for name, subject, at in rows]

    def user(self, name: str) -> User | None:
        """The user of a name."""
        row = self.file.row(
            "SELECT name, coalesce(subject, ''), created FROM users "
            "WHERE name = ? AND removed = ''",
            (name,),
        )
        return None if row is None else User(row[0], row[1], self._roles(f"user:{name}"), row[2])

    def user_of(self, subject: str) -> User | None:
        """The user whom the provider calls so."""
        row = self.file.row("SELECT name FROM users WHERE subject = ? AND removed = ''", (subject,))
        return None if row is None else self.user(row[0])

    def add_user(self, name: str, roles: Mapping[str, Role], subject: str = "") -> User:
        """Add a user.

        Raises:
            UsageError: the name cannot be one, or is taken.
        """
        check_name(name)
        check_roles(roles)
        with self.file.writing():
            if self.user(name) is not None:
                raise UsageError(f"there is a user {name!r} already")
            self.file.execute(
                "INSERT OR REPLACE INTO users VALUES (?, ?, ?, '')", (name, subject or None, now())
            )
            self._give(f"user:{name}", roles)
        user = self.user(name)
        assert user is not None
        return user

    def set_role(self, name: str, project: str, role: Role | None) -> User:
        """Give a user a role in a project, or take it.

        Raises:
            NotFoundError: there is no such user.
            UsageError: the roles would say two things at once.
        """
        check_project(project)
        with self.file.writing():
            user = self.user(name)
            if user is None:
                raise NotFoundError(
                    f"there is no user {name!r}", hint="`whence user list` has them all"
                )
            roles = {each: held for each, held in user.roles.items() if each != project}
            if role is not None:
                roles[project] = role
            self.replace_roles(name, roles)
        changed = self.user(name)
        assert changed is not None
        return changed

    def replace_roles(self, name: str, roles: Mapping[str, Role]) -> None:
        """Let a user have these roles and no others; inside a transaction.

        Raises:
            UsageError: they say two things at once.
        """
        check_roles(roles)
        self.file.execute("DELETE FROM roles WHERE holder = ?", (f"user:{name}",))
        self._give(f"user:{name}", roles)

    def link_user(self, name: str, subject: str) -> None:
        """Let a user be the one whom the provider calls so."""
        with self.file.writing():
            self.file.execute("UPDATE users SET subject = ? WHERE name = ?", (subject, name))

    def remove_user(self, name: str) -> None:
        """Forget a user, with all tokens and sessions.

        Raises:
            NotFoundError: there is no such user.
        """
        with self.file.writing():
            if not self.file.execute("DELETE FROM users WHERE name = ?", (name,)):
                raise NotFoundError(
                    f"there is no user {name!r}", hint="`whence user list` has them all"
                )
            self.file.execute("DELETE FROM roles WHERE holder = ?", (f"user:{name}",))
            self.file.execute("DELETE FROM sessions WHERE user = ?", (name,))
            self.file.execute(
                "UPDATE tokens SET revoked = ? WHERE owner = ? AND revoked = ''", (now(), name)
            )

    # ---------------------------------------------------------------- tokens

    def tokens(self) -> list[Token]:
        """All tokens, revoked and expired ones too, oldest first."""
        return [self._token(row) for row in self.file.rows(f"{_TOKENS} ORDER BY created, id")]

    def create_token(
        self,
        name: str,
        *,
        by: str,
        span: timedelta,
        owner: str = "",
        roles: Mapping[str, Role] | None = None,
    ) -> tuple[Token, str]:
        """A fresh token, and its secret, which nobody can be told again.

        Args:
            name: What it is for: ``nightly-training``.
            by: Who makes it.
            span: For how long it holds.
            owner: The user whom it acts as; it then has the roles of that user.
            roles: Of a service's token: project → role.

        Raises:
            NotFoundError: there is no such user.
            UsageError: the name cannot be one, or the roles say two things at once.
        """
        check_name(name)
        check_roles(roles or {})
        if bool(owner) == bool(roles):
            raise UsageError(
                "a token acts as a user, or has a role of its own",
                hint="give either --for USER or --role ROLE",
            )
        secret, token = new_secret(), new_token_id()
        values = (
            *(token, hash_secret(secret), name, PERSON if owner else SERVICE, owner),
            *(now(), expiry(span), by),
        )
        with self.file.writing():
            if owner and self.user(owner) is None:
                raise NotFoundError(
                    f"there is no user {owner!r}", hint=f"`whence user add {owner} --role ROLE`"
                )
            self.file.execute(
                "INSERT INTO tokens (id, hash, name, kind, owner, created, expires, created_by) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            self._give(f"token:{token}", roles or {})
        return self.token(token), secret

    def token(self, told: str) -> Token:
        """The token of an id, or of a name that only one has that still holds.

        Raises:
            NotFoundError: there is none, or more than one of that name.
        """
        every = self.tokens()
        found = [each for each in every if each.id == told]
        if not found:
            found = [each for each in every if each.name == told and not each.refusal(now())]
        if len(found) != 1:
            many = "more than one" if found else "no"
            ids = ", ".join(each.id for each in found)
            raise NotFoundError(
                f"there is {many} token {told!r}",
                hint=f"use one of the ids: {ids}" if ids else "`whence token list` has them all",
            )
        return found[0]

    def revoke_token(self, told: str) -> Token:
        """Let a token hold no more.

        Raises:
            NotFoundError: there is none of this id or name.
        """
        token = self.token(told)
        with self.file.writing():
            self.file.execute(
                "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked = ''", (now(), token.id)
            )
        return self.token(token.id)

    def with_secret(self, secret: str) -> Token | None:
        """The token of a secret; also one that holds no more."""
        digest = hash_secret(secret)
        self._forget_what_changed()
        found = self._cache.get(digest)
        if found is None:
            row = self.file.row(f"{_TOKENS} WHERE hash = ?", (digest,))
            if row is None:
                return None
            found = self._cache[digest] = self._token(row)
        return found

    def note_use(self, token: Token, address: str) -> None:
        """Write down when a token was last used and from where; at most once a minute."""
        at = now()
        minute = at[:16] + address
        if self._noted.get(token.id) == minute:
            return
        self._noted[token.id] = minute
        with self.file.writing():
            self.file.execute(
                "UPDATE tokens SET last_used = ?, last_address = ? WHERE id = ?",
                (at, address, token.id),
            )

    # -------------------------------------------------------------- sessions

    def open_session(self, user: str) -> tuple[Session, str]:
        """A session of a user who has signed in, and its secret."""
        secret = secrets.token_urlsafe(32)
        session = Session(new_token_id(), user, secrets.token_urlsafe(24), expiry(SIGN_IN))
        with self.file.writing():
            self.file.execute("DELETE FROM sessions WHERE expires <= ?", (now(),))
            self.file.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
                (hash_secret(secret), session.id, user, session.csrf, now(), session.expires),
            )
        return session, secret

    def session(self, secret: str) -> Session | None:
        """The session of a cookie, while it lasts."""
        row = self.file.row(
            "SELECT id, user, csrf, expires FROM sessions WHERE hash = ? AND expires > ?",
            (hash_secret(secret), now()),
        )
        return None if row is None else Session(*row)

    def csrf_of(self, session: str) -> str:
        """What a page must send along with every change; empty for a session that has ended."""
        row = self.file.row("SELECT csrf FROM sessions WHERE id = ?", (session,))
        return "" if row is None else str(row[0])

    def close_session(self, session: str) -> None:
        """End a session."""
        with self.file.writing():
            self.file.execute("DELETE FROM sessions WHERE id = ?", (session,))

    # ------------------------------------------------------------- protected

    def protected(self) -> frozenset[str]:
        """The projects of which every read is written down."""
        self._forget_what_changed()
        if self._protected is None:
            rows = self.file.rows("SELECT project FROM protected")
            self._protected = frozenset(row[0] for row in rows)
        return self._protected

    def protect(self, project: str, *, on: bool) -> None:
        """Let every read of a project be written down, or no more.

        Raises:
            UsageError: that is no name of a project.
        """
        check_project(project)
        with self.file.writing():
            self.file.execute("DELETE FROM protected WHERE project = ?", (project,))
            if on:
                self.file.execute("INSERT INTO protected VALUES (?, ?)", (project, now()))

    def key(self, name: str) -> bytes:
        """A key of this server's own, made when it is first asked for."""
        with self.file.writing():
            self.file.execute(
                "INSERT OR IGNORE INTO keys VALUES (?, ?)", (name, secrets.token_bytes(32))
            )
            row = self.file.row("SELECT key FROM keys WHERE name = ?", (name,))
        assert row is not None
        key: bytes = row[0]
        return key

    # ----------------------------------------------------------------- parts

    def _forget_what_changed(self) -> None:
        """Ask the file again for whatever somebody may have changed, in whatever process."""
        state = self.file.state()
        if state != self._cached:
            self._cache, self._protected, self._cached = {}, None, state

    def _roles(self, holder: str) -> dict[str, Role]:
        rows = self.file.rows(
            "SELECT project, role FROM roles WHERE holder = ? ORDER BY project", (holder,)
        )
        return {project: Role(role) for project, role in rows}

    def _give(self, holder: str, roles: Mapping[str, Role]) -> None:
        for project, role in roles.items():
            check_project(project)
            self.file.execute(
                "INSERT INTO roles VALUES (?, ?, ?, ?)", (holder, project, role.value, now())
            )

    def _token(self, row: tuple[Any, ...]) -> Token:
        token, name, kind, owner, created, expires, created_by, revoked, used, address = row
        roles = self._roles(f"user:{owner}" if owner else f"token:{token}")
        return Token(
            *(token, name, kind, owner, roles, created, expires, created_by),
            *(revoked, used, address),
        )


def principal_of(user: User, credential: str) -> Principal:
    """A user who has shown who that is."""
    return Principal(user.name, PERSON, user.roles, credential)


def check_name(name: str) -> None:
    """Refuse what cannot name a user or a token.

    Raises:
        UsageError: says what may.
    """
    if not _NAME.match(name) or not name.isprintable():
        raise UsageError(
            f"{name!r} cannot be a name",
            hint="use letters, digits, and signs such as @ . _ + and -, without spaces",
        )


def check_project(project: str) -> None:
    """Refuse what cannot name a project: ``*`` stands for all, nothing for the shared one.

    Raises:
        UsageError: says what may.
    """
    if project not in {"*", ""} and not _PROJECT.match(project):
        raise UsageError(
            f"{project!r} cannot name a project",
            hint="use letters, digits, '.', '_', '-' and '/'; * is every project, - the shared one",
        )
