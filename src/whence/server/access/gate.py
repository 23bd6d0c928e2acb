"""The gate that every request passes: held to the rules, and turned into a principal.

What the gate keeps out, and what a route refuses afterwards, goes into the audit log. What it lets
through it has decided on the route that was found, never on the text of a path.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from whence.errors import StoreError
from whence.model.gap import WITHHELD
from whence.model.identity import NodeId
from whence.model.moment import now
from whence.query.guarded import Guard
from whence.server.access.audit import MOST_IDS, AuditLog, Event
from whence.server.access.limiter import FailureLimiter
from whence.server.access.oidc import Provider
from whence.server.access.permission import (
    EVERYWHERE,
    LOCAL,
    NOBODY,
    Mode,
    Permission,
    Principal,
    may_one_of,
)
from whence.server.access.register import Register, principal_of
from whence.server.access.request_rules import (
    Asked,
    Refusal,
    check_csrf,
    check_request,
    cookies_of,
)
from whence.server.access.signin import Offers
from whence.server.access.token import has_form
from whence.server.problems import RefusedError
from whence.server.voucher import Voucher

SESSION_COOKIE = "whence_session"
CSRF_HEADER = b"x-whence-csrf"
_BEARER = {"WWW-Authenticate": 'Bearer realm="whence"'}


@dataclass(slots=True)
class Gate:
    """Who may come in. Made once for a server.

    Args:
        register: Who is known.
        mode: How the server makes sure who asks.
        names: Names that the server answers to, besides those of this machine.
        provider: The OpenID provider, where there is one.
    """

    register: Register
    mode: Mode
    names: frozenset[str] = frozenset()
    provider: Provider | None = None
    limiter: FailureLimiter = field(default_factory=FailureLimiter)
    offers: Offers = field(default_factory=Offers)
    voucher: Voucher | None = None
    """What signs for people, where there is a folder to keep its key in."""
    log: AuditLog = field(init=False)
    _key: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.log = AuditLog(self.register.file)
        self._key = self.register.key("withheld")

    @classmethod
    def open(cls, folder: Path, mode: Mode = Mode.NONE, **rest: Any) -> "Gate":
        """The gate of a served folder.

        Raises:
            StoreError: what is kept of access cannot be opened.
        """
        return cls(Register.open(folder), mode, voucher=Voucher(folder), **rest)

    def close(self) -> None:
        """Let go of what is kept."""
        self.register.close()

    # ------------------------------------------------------------------ pass

    def enter(
        self, scope: Mapping[str, Any], needs: Permission | None, where: str = ""
    ) -> Principal:
        """Let a request in, or not.

        Args:
            scope: The request as ASGI has it.
            needs: What the route needs that was found for it; ``None`` where there is none.
            where: That route's method and path, as they are declared.

        Raises:
            RefusedError: it is not as it must be (400, 403, 421), shows what does not hold (401),
                or has shown too much of that (429).
        """
        address = (scope.get("client") or ("",))[0]
        here = (scope.get("server") or ("",))[0]
        asked = Asked(scope["method"], scope["headers"], scope.get("scheme", "http"), here)
        refusal = check_request(asked, self.names)
        if refusal is not None:
            raise self._refused(refusal, address)
        if self.mode is Mode.NONE:
            return _local(address, where)
        principal = self._principal(asked, address, needs)
        return replace(principal, address=address, route=where)

    def _principal(self, asked: Asked, address: str, needs: Permission | None) -> Principal:
        found = self._by_token(asked, address) or self._by_session(asked, address)
        if found is not None:
            return found
        if needs is Permission.PUBLIC:
            return NOBODY
        shown = asked.first(b"authorization") or SESSION_COOKIE in asked.first(b"cookie")
        message = "this token or session does not hold" if shown else "a token is needed"
        self._count(address)
        raise RefusedError(
            401, message, hint="`whence login URL`, or set WHENCE_TOKEN", headers=_BEARER
        )

    def _by_token(self, asked: Asked, address: str) -> Principal | None:
        kind, _, secret = asked.first(b"authorization").partition(" ")
        secret = secret.strip()
        if kind.lower() != "bearer" or not has_form(secret):
            return None
        token = self.register.with_secret(secret)
        if token is None or token.refusal(now()):
            return None
        user = self.register.user(token.owner) if token.is_personal else None
        if token.is_personal and user is None:
            return None
        with suppress(StoreError):  # a full disk must not shut out who only wants to read
            self.register.note_use(token, address)
        return token.principal() if user is None else principal_of(user, f"token:{token.id}")

    def _by_session(self, asked: Asked, address: str) -> Principal | None:
        if asked.first(b"authorization"):
            return None
        secret = cookies_of(asked.first(b"cookie")).get(SESSION_COOKIE)
        session = self.register.session(secret) if secret else None
        user = self.register.user(session.user) if session is not None else None
        if session is None or user is None:
            return None
        refusal = check_csrf(asked.method, asked.first(CSRF_HEADER), session.csrf)
        if refusal is not None:
            raise self._refused(refusal, address)
        return principal_of(user, f"session:{session.id}")

    def _refused(self, refusal: Refusal, address: str) -> RefusedError:
        if refusal.status != 400:
            self._count(address)
        return RefusedError(refusal.status, refusal.message, hint=refusal.hint)

    def _count(self, address: str) -> None:
        """Count a failure of an address; one that fails too often is told to wait.

        Raises:
            RefusedError: it has to wait; the log is told once, not for every try.
        """
        wait = self.limiter.fail(address)
        if wait.seconds:
            if wait.is_first:
                self.log.append(Event("limited", NOBODY.name, address))
            raise RefusedError(
                429,
                "too many tries that did not hold",
                hint="wait, then use a token that holds",
                headers={"Retry-After": str(wait.seconds)},
            )

    # -------------------------------------------------------------- watching

    def guard(self, principal: Principal) -> Guard | None:
        """What a principal may see; ``None`` for everything, with nothing to write down."""
        if self.mode is Mode.NONE:
            return None
        protected = self.register.protected()
        if may_one_of(principal, Permission.READ, frozenset({EVERYWHERE})) and not protected:
            return None
        return Guard(
            lambda projects: may_one_of(principal, Permission.READ, projects), self._key, protected
        )

    def note_reads(self, guard: Guard, principal: Principal) -> None:
        """Write down what was shown of protected projects since the last time, before it is sent.

        Raises:
            StoreError: it cannot be written; then it must not be sent.
        """
        if not guard.shown:
            return
        shown, guard.shown = guard.shown, {}
        self._note_ids("read", shown, principal, {})

    def _note_ids(
        self,
        kind: str,
        met: Mapping[NodeId, frozenset[str]],
        principal: Principal,
        more: Mapping[str, Any],
    ) -> None:
        ids, projects = sorted(met), sorted(frozenset().union(*met.values()))
        detail = {**more, "ids": ids[:MOST_IDS], "count": len(ids), "projects": projects}
        self.log.append(Event(kind, principal.name, principal.address, principal.route, detail))

    def note_refused(self, guard: Guard, principal: Principal) -> None:
        """Write down what was asked for and answered as if it were not there.

        Raises:
            StoreError: it cannot be written.
        """
        if guard.refused:
            self._note_ids("denied", guard.refused, principal, {"status": 404, "reason": WITHHELD})

    def note_denied(self, who: str, address: str, route: str, status: int, reason: str) -> None:
        """Write down a try that was refused."""
        detail = {"status": status, "reason": reason}
        self.log.append(Event("denied", who, address, route, detail))


DENIED = frozenset({401, 403, 421})
"""Statuses of answers that are denied tries."""


@lru_cache(1_024)
def _local(address: str, route: str) -> Principal:
    """Whoever reaches a server that only this machine can reach."""
    return replace(LOCAL, address=address, route=route)
