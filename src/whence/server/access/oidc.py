"""Sign-in with an OpenID provider: authorization code with PKCE (RFC 6749, 7636; OpenID Core 1.0).

The server speaks to the one issuer that it was told of, and to nobody else: every address that the
provider names must be at the issuer's scheme, host and port, or at one that ``access.toml`` names
besides, and no redirect is followed. The ID
token is held to the issuer, this client, this sign-in's nonce, its times, and a signature by one of
the provider's keys under an algorithm of the list below; what is not asymmetric is not taken.
"""

import base64
import hashlib
import http.client
import json
import secrets
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from whence.errors import StoreError, UsageError
from whence.server.access.claims import ProviderSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures that are taken: what a holder of the public key alone cannot make."""
_BASIC = "client_secret_basic"
_PENDING = 1_000
_PATIENCE = 600.0
_LEEWAY = 30
_LARGEST = 1 << 20
_TIMEOUT = 10.0


class SignInError(UsageError):
    """A sign-in that does not hold."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that was begun here and has not come back."""

    nonce: str
    verifier: str
    redirect: str
    browser: str
    """What the browser was given that began it: only that one may end it."""
    began: float
    after: Mapping[str, str]
    """What is to happen when it succeeds."""


class Provider:
    """The provider, as this server deals with it."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._pending: OrderedDict[str, Pending] = OrderedDict()
        self._lock = threading.Lock()
        self._facts: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, list[Any]] | None = None

    @property
    def settings(self) -> ProviderSettings:
        """What the server was told."""
        return self._settings

    def begin(self, redirect: str, after: Mapping[str, str]) -> tuple[str, str]:
        """Start a sign-in.

        Args:
            redirect: Where the provider is to send the browser back to.
            after: Kept until then.

        Returns:
            The address to send the browser to, and what to let the browser remember.

        Raises:
            StoreError: the provider cannot be reached, or is not what it should be.
        """
        endpoint = self._endpoint("authorization_endpoint")
        state, browser = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        pending = Pending(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            *(redirect, browser, time.monotonic(), dict(after)),
        )
        with self._lock:
            self._pending[state] = pending
            while len(self._pending) > _PENDING:
                self._pending.popitem(last=False)
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": pending.nonce,
            "code_challenge": challenge_of(pending.verifier),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in endpoint else "?"
        return f"{endpoint}{joint}{urlencode(query)}", browser

    def finish(
        self, state: str, code: str, browser: str
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """End a sign-in with what the browser brought back.

        Returns:
            The claims of the person, and what was to happen afterwards.

        Raises:
            SignInError: it was not begun here, or what came back does not hold; says why.
            StoreError: the provider cannot be reached.
        """
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or time.monotonic() - pending.began > _PATIENCE:
            raise SignInError("this sign-in was not begun here, or too long ago", hint="begin anew")
        if not secrets.compare_digest(pending.browser.encode(), browser.encode()):
            raise SignInError("this sign-in was begun in another browser", hint="begin anew")
        told = self._exchange(code, pending)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise SignInError("the provider sent no ID token")
        return self.claims(token, pending.nonce), pending.after

    def claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What an ID token says, if it holds (OpenID Core, section 3.1.3.7).

        Raises:
            SignInError: it does not; says why.
        """
        import jwt  # noqa: PLC0415  of the extra server, for sign-in alone

        try:
            header = jwt.get_unverified_header(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(header.get("kid"), str(header.get("alg"))),
                algorithms=list(ALGORITHMS),
                audience=self._settings.client_id,
                issuer=self._settings.issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise SignInError(f"the provider's ID token does not hold: {error}") from None
        if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise SignInError("the provider's ID token is of another sign-in")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._settings.client_id:
            raise SignInError("the provider's ID token is for another program")
        return claims

    # -------------------------------------------------------------- provider

    def _endpoint(self, name: str) -> str:
        facts = self._discover()
        address = facts.get(name)
        allowed = {_end(each) for each in (self._settings.issuer, *self._settings.hosts)}
        if not isinstance(address, str) or _end(address) not in allowed:
            raise StoreError(
                f"the provider's {name} is not at the issuer: {address!r}",
                hint="if it is right, name its place under `hosts` in access.toml",
            )
        return address

    def _discover(self) -> dict[str, Any]:
        """The provider's own description (OpenID Discovery 1.0), at most an hour old."""
        if self._facts is None or time.monotonic() - self._facts[0] > 3_600:
            issuer = self._settings.issuer
            facts = _fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
            if facts.get("issuer") != issuer:
                raise StoreError(
                    f"the provider calls itself {facts.get('issuer')!r}, not {issuer!r}",
                    hint="write the issuer exactly as the provider does",
                )
            self._facts = (time.monotonic(), facts)
        return self._facts[1]

    def _key(self, kid: str | None, algorithm: str) -> Any:
        """The provider's key of an id; fetched again, once a minute at most, for an unknown one."""
        import jwt  # noqa: PLC0415  as above

        if algorithm not in ALGORITHMS:
            raise SignInError(f"a signature by {algorithm} is not taken")
        for attempt in range(2):
            age = None if self._keys is None else time.monotonic() - self._keys[0]
            if age is None or (attempt and age > 60) or age > 3_600:
                told = _fetch(self._endpoint("jwks_uri"))
                self._keys = (time.monotonic(), list(jwt.PyJWKSet.from_dict(told).keys))
            assert self._keys is not None
            usable = [
                each
                for each in self._keys[1]
                if each.public_key_use in {None, "sig"} and each.key_type != "oct"
            ]
            found = [each for each in usable if each.key_id == kid] if kid else usable
            if len(found) == 1:
                return found[0].key
        raise SignInError("the provider's ID token is signed by a key that it does not publish")

    def _exchange(self, code: str, pending: Pending) -> dict[str, Any]:
        """The tokens for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect,
            "client_id": self._settings.client_id,
            "code_verifier": pending.verifier,
        }
        ways = self._discover().get("token_endpoint_auth_methods_supported", [_BASIC])
        basic = ""
        if self._settings.client_secret and _BASIC in ways:
            both = (quote(self._settings.client_id), quote(self._settings.client_secret))
            basic = base64.b64encode(":".join(both).encode()).decode()
        elif self._settings.client_secret:
            form["client_secret"] = self._settings.client_secret
        try:
            return _fetch(self._endpoint("token_endpoint"), form, basic)
        except _StatusError as error:
            raise SignInError(f"the provider refused the code ({error.status})") from None


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class _StatusError(StoreError):
    """An answer other than 200."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, hint="look at what the provider says of it")
        self.status = status


def _end(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _fetch(address: str, form: Mapping[str, str] | None = None, basic: str = "") -> dict[str, Any]:
    """One JSON object from the provider: no redirect, no proxy, bounded in time and size."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    options: dict[str, Any] = {"timeout": _TIMEOUT}
    if parts.scheme == "https":
        options["context"] = ssl.create_default_context()
    connection = kind(parts.hostname or "", parts.port, **options)
    headers = {"Accept": "application/json"}
    if basic:
        headers["Authorization"] = f"Basic {basic}"
    body = None
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET" if form is None else "POST", target or "/", body, headers)
        answer = connection.getresponse()
        data = answer.read(_LARGEST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise StoreError(f"the OpenID provider cannot be reached: {error}") from error
    finally:
        connection.close()
    if answer.status != 200 or len(data) > _LARGEST:
        raise _StatusError(f"the OpenID provider answered {answer.status}", answer.status)
    try:
        told = json.loads(data)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise StoreError("the OpenID provider answered with something that is no JSON object")
    return told
