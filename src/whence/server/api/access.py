"""Who one is, signing in, and what admins and auditors do."""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from whence.errors import ForbiddenError, NotFoundError
from whence.server.access import signin
from whence.server.access.administration import Administration
from whence.server.access.audit import Event
from whence.server.access.gate import SESSION_COOKIE, Gate
from whence.server.access.oidc import Provider
from whence.server.access.permission import ANONYMOUS, Mode, Permission, read_role
from whence.server.access.request_rules import cookies_of
from whence.server.access.token import SIGN_IN, USUAL, read_span
from whence.server.routing import Call, Reply, Route, Words

SIGN_IN_COOKIE = "whence_signing_in"
_CALLBACK = "/login/callback"
_PAGE = "<!doctype html><meta charset=utf-8><title>Whence</title><p>{}</p>\n"

Name = Annotated[str, Meta(min_length=1, max_length=200)]


class SignIn(Words):
    """How a command line begins a sign-in; a browser says nothing of it."""

    port: Annotated[int, Meta(ge=1024, le=65_535)] | None = None
    """Where the command line listens, on the machine of the browser."""
    challenge: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")] = ""
    """The S256 challenge of its verifier (RFC 7636)."""
    state: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,200}$")] = ""


class Returned(msgspec.Struct, kw_only=True, frozen=True):
    """What the provider sends a browser back with; more may stand there."""

    state: str = ""
    code: str = ""
    error: str = ""


class Exchange(Words):
    """What a command line has when its browser came back."""

    code: Annotated[str, Meta(max_length=200)]
    verifier: Annotated[str, Meta(max_length=200)]


class NewUser(Words):
    """A user to add."""

    name: Name
    roles: dict[str, str] = msgspec.field(default_factory=dict)
    """Project → role; `*` is every project, the empty name the shared one."""


class GivenRole(Words):
    """A role in a project; none takes it."""

    role: str | None
    project: str = "*"


class NewToken(Words):
    """A token to make: of a service with roles of its own, or of a user."""

    name: Name
    owner: str = ""
    roles: dict[str, str] = msgspec.field(default_factory=dict)
    expires: str = ""
    """A time to live: `90d`, `12h`."""


class Protection(Words):
    """A project, and whether every read of it is written down."""

    project: str
    on: bool = True


class Page(Words):
    """Which events to tell."""

    limit: Annotated[int, Meta(ge=1, le=1_000)] = 100
    before: Annotated[int, Meta(ge=0)] | None = None
    """Only those before this place."""


# ------------------------------------------------------------------ signing in


def session(call: Call) -> Reply:
    """Tell who asks, with which roles; to a signed-in browser, what it must send with changes."""
    who, gate = call.principal, call.service.gate
    told: dict[str, Any] = {
        "name": who.name,
        "kind": who.kind,
        "signed_in": who.kind != ANONYMOUS,
        "authentication": gate.mode.value,
        "roles": {project: role.value for project, role in who.roles.items()},
    }
    kind, _, number = who.credential.partition(":")
    if kind == "session":
        told["csrf"] = gate.register.csrf_of(number)
    return Reply(told, headers={"Cache-Control": "no-store"})


def sign_in(call: Call) -> Reply:
    """Send a browser to the OpenID provider."""
    asked: SignIn = call.query
    after = {}
    if asked.port is not None:
        after = {"port": str(asked.port), "challenge": asked.challenge, "state": asked.state}
        if not asked.challenge or not asked.state:
            raise ForbiddenError("a command line signs in with a challenge and a state")
    address, browser = _provider(call).begin(_redirect(call), after)
    cookie = f"{SIGN_IN_COOKIE}={browser}; Path=/login; Max-Age=600; HttpOnly; SameSite=Lax"
    return Reply(
        b"", 302, {"Location": address, "Set-Cookie": cookie + _secure(call)}, "text/plain"
    )


def signed_in(call: Call) -> Reply:
    """Take a browser back from the provider: give it a session, or its command line a code."""
    provider, gate = _provider(call), call.service.gate
    asked: Returned = call.query
    if asked.error or not asked.code:
        raise ForbiddenError("the provider did not sign you in", hint=asked.error[:100])
    browser = cookies_of(call.headers.get(b"cookie", b"").decode("latin-1")).get(SIGN_IN_COOKIE, "")
    claims, after = provider.finish(asked.state, asked.code, browser)
    user = signin.recognise(claims, provider.settings, gate.register, gate.log)
    where = call.principal
    gate.log.append(Event("sign-in", user.name, where.address, where.route))
    gone = f"{SIGN_IN_COOKIE}=; Path=/login; Max-Age=0; HttpOnly; SameSite=Lax"
    if "port" in after:
        code = gate.offers.make(user.name, after["challenge"])
        query = urlencode({"code": code, "state": after["state"]})
        there = f"http://127.0.0.1:{after['port']}/?{query}"
        return Reply(b"", 302, {"Location": there, "Set-Cookie": gone}, "text/plain")
    _, secret = gate.register.open_session(user.name)
    seconds = int(SIGN_IN.total_seconds())
    cookie = (
        f"{SESSION_COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
        + _secure(call)
    )
    page = _PAGE.format("You are signed in.")
    return Reply(page.encode(), 200, {"Set-Cookie": cookie}, "text/html; charset=utf-8")


def exchange(call: Call) -> Reply:
    """Give a command line a token for the code that its browser came back with."""
    gate = call.service.gate
    user = gate.offers.take(call.body.code, call.body.verifier)
    token, secret = signin.token_for(user, gate.register)
    return Reply({"token": secret, "name": user, "expires": token.expires}, 201)


def sign_out(call: Call) -> Reply:
    """End the session, or revoke the command line's token, by which this request came."""
    who, gate = call.principal, call.service.gate
    kind, _, number = who.credential.partition(":")
    if kind == "session":
        gate.register.close_session(number)
    elif kind == "token" and who.kind == "person":
        gate.register.revoke_token(number)
    else:
        raise NotFoundError("there is no session to end", hint="an admin revokes tokens")
    gate.log.append(Event("sign-out", who.name, who.address, who.route))
    return Reply(None, 204)


# --------------------------------------------------------------- administering


def users(call: Call) -> Reply:
    """List the users, with their roles."""
    return Reply({"users": [each.as_json() for each in _admin(call).users()]})


def add_user(call: Call) -> Reply:
    """Add a user."""
    roles = {project: read_role(role) for project, role in call.body.roles.items()}
    return Reply(_admin(call).add_user(call.body.name, roles).as_json(), 201)


def set_role(call: Call) -> Reply:
    """Give a user a role in a project, or take it."""
    role = None if call.body.role is None else read_role(call.body.role)
    return Reply(_admin(call).set_role(call.path["name"], call.body.project, role).as_json())


def remove_user(call: Call) -> Reply:
    """Forget a user, with all tokens and sessions."""
    _admin(call).remove_user(call.path["name"])
    return Reply(None, 204)


def tokens(call: Call) -> Reply:
    """List the tokens: everything but themselves."""
    return Reply({"tokens": [each.as_json() for each in _admin(call).tokens()]})


def create_token(call: Call) -> Reply:
    """Make a token; it is told this once."""
    asked: NewToken = call.body
    roles = {project: read_role(role) for project, role in asked.roles.items()}
    span = read_span(asked.expires) if asked.expires else USUAL
    token, secret = _admin(call).create_token(asked.name, span, owner=asked.owner, roles=roles)
    return Reply({**token.as_json(), "token": secret}, 201, {"Cache-Control": "no-store"})


def revoke_token(call: Call) -> Reply:
    """Let a token hold no more."""
    return Reply(_admin(call).revoke_token(call.path["token"]).as_json())


def protected(call: Call) -> Reply:
    """List the projects of which every read is written down."""
    return Reply({"protected": sorted(call.service.gate.register.protected())})


def protect(call: Call) -> Reply:
    """Let every read of a project be written down, or no more."""
    _admin(call).protect(call.body.project, on=call.body.on)
    return protected(call)


def audit(call: Call) -> Reply:
    """Tell events of the audit log, latest first."""
    if not call.principal.may(Permission.AUDIT, "*"):
        raise ForbiddenError("the audit log is for auditors of every project")
    log = call.service.gate.log
    head = log.head()
    events = log.latest(call.query.limit, call.query.before)
    return Reply(
        {
            "events": [each.as_json() for each in events],
            "size": head.size,
            "root": head.root.hex(),
        },
        headers={"Cache-Control": "no-store"},
    )


def _admin(call: Call) -> Administration:
    gate: Gate = call.service.gate
    return Administration(gate.register, gate.log, call.principal)


def _provider(call: Call) -> Provider:
    gate = call.service.gate
    if gate.mode is not Mode.OIDC or gate.provider is None:
        raise NotFoundError(
            "this server knows no OpenID provider", hint="use a token: `whence login URL --token -`"
        )
    return gate.provider


def _redirect(call: Call) -> str:
    """Where the provider sends browsers back to: this server, as this browser calls it."""
    host = call.headers[b"host"].decode("latin-1")  # the gate has checked it
    return f"{call.scheme}://{host}{_CALLBACK}"


def _secure(call: Call) -> str:
    return "; Secure" if call.scheme == "https" else ""


_P = Permission
ROUTES = (
    Route("GET", "/login", sign_in, _P.PUBLIC, query=SignIn, status=302),
    Route("GET", _CALLBACK, signed_in, _P.PUBLIC, query=Returned),
    Route("GET", "/api/v1/session", session, _P.PUBLIC),
    Route("POST", "/api/v1/session", exchange, _P.PUBLIC, body=Exchange, status=201),
    Route("DELETE", "/api/v1/session", sign_out, _P.PUBLIC, status=204),
    Route("GET", "/api/v1/users", users, _P.ADMIN, answer="users-1"),
    Route("POST", "/api/v1/users", add_user, _P.ADMIN, body=NewUser, status=201),
    Route("PUT", "/api/v1/users/{name}/role", set_role, _P.ADMIN, body=GivenRole),
    Route("DELETE", "/api/v1/users/{name}", remove_user, _P.ADMIN, status=204),
    Route("GET", "/api/v1/tokens", tokens, _P.ADMIN, answer="tokens-1"),
    Route("POST", "/api/v1/tokens", create_token, _P.ADMIN, body=NewToken, status=201),
    Route("DELETE", "/api/v1/tokens/{token}", revoke_token, _P.ADMIN),
    Route("GET", "/api/v1/protected", protected, _P.ADMIN),
    Route("PUT", "/api/v1/protected", protect, _P.ADMIN, body=Protection),
    Route("GET", "/api/v1/audit", audit, _P.AUDIT, query=Page, answer="audit-1"),
)
