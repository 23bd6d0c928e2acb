"""What a request must be like whoever sends it, so that no web page can speak for somebody.

A page from elsewhere reaches a server through the browser of whoever looks at it: under a name of
its own that it lets point here (DNS rebinding), or by a request that the browser sends along
(cross-site request forgery). So the name in ``Host`` must be one of ours, on every request; and a
request that changes something must come from a page of ours or from no page at all. Methods that
are safe are listed here; every other one is held to the rules, however it is called.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD"})
"""Methods that change nothing. All others, also ones that nobody has heard of, may."""

_ONCE = (b"host", b"authorization", b"content-length", b"content-type", b"origin", b"cookie")
_OWN_SITES = frozenset({"same-origin", "none"})
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Refusal(NamedTuple):
    """Why a request is not looked at any further."""

    status: int
    message: str
    hint: str = ""


class Asked:
    """What a request says before its body.

    Args:
        method: In capitals.
        headers: Names in lower case, as ASGI has them.
        scheme: ``http`` or ``https``.
        here: The address at which the request arrived.
    """

    __slots__ = ("_named", "headers", "here", "method", "scheme")

    def __init__(
        self,
        method: str,
        headers: Sequence[tuple[bytes, bytes]],
        scheme: str = "http",
        here: str = "",
    ) -> None:
        self.method, self.headers, self.scheme, self.here = method, headers, scheme, here
        self._named = dict(reversed(headers))

    @property
    def repeats(self) -> bool:
        """Whether some header is there more than once."""
        return len(self._named) < len(self.headers)

    def first(self, name: bytes) -> str:
        """A header; empty where there is none."""
        return self._named.get(name, b"").decode("latin-1")


def check_request(asked: Asked, names: frozenset[str]) -> Refusal | None:
    """Why a request is refused; ``None`` for one that may be looked at.

    Args:
        asked: The request.
        names: The names in lower case by which this server may be called, besides this machine's
            own loopback names and the address at which the request arrived.
    """
    if asked.repeats:
        counted = [key for key, _ in asked.headers]
        for each in _ONCE:
            if counted.count(each) > 1:
                return Refusal(400, f"the header {each.decode()} is there twice")
    host = asked.first(b"host")
    name = host_name(host)
    if not name:
        return Refusal(400, "the header host is missing, or is no host")
    if name not in names and name not in _LOOPBACK_NAMES and not _is_address_here(name, asked.here):
        return Refusal(
            421,
            "this server does not answer to that name",
            "start it with `--allowed-host NAME` if it should",
        )
    return _check_source(asked, host)


def _check_source(asked: Asked, host: str) -> Refusal | None:
    """The page that a request comes from, if any."""
    site = asked.first(b"sec-fetch-site").lower()
    origin = asked.first(b"origin")
    if asked.method in SAFE_METHODS:
        walks_in = asked.first(b"sec-fetch-mode").lower() == "navigate"
        if site in {"cross-site", "same-site"} and not walks_in:
            return Refusal(403, "a page from elsewhere may not ask this")
        return None
    if site and site not in _OWN_SITES:
        return Refusal(403, "a page from elsewhere may not ask this")
    if origin and not _is_same(origin, asked.scheme, host):
        return Refusal(403, "a page from elsewhere may not ask this")
    return None


def check_csrf(method: str, sent: str, wanted: str) -> Refusal | None:
    """Whether a request that came with a session's cookie was meant by one of our pages."""
    import hmac  # noqa: PLC0415  only for browsers

    if method in SAFE_METHODS or (wanted and hmac.compare_digest(sent.encode(), wanted.encode())):
        return None
    return Refusal(
        403,
        "a change by a signed-in browser needs the session's token",
        "send the `csrf` of GET /api/v1/session as X-Whence-CSRF",
    )


@lru_cache(1_024)
def host_name(host: str) -> str:
    """The name or address in a ``Host`` header, in lower case and without port; empty: neither."""
    if not host or any(each in host for each in "/@?#\\ \t,;%") or not host.isascii():
        return ""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    return (name or "").removesuffix(".")


def cookies_of(header: str) -> Mapping[str, str]:
    """The cookies of a ``Cookie`` header; of two of one name, neither (RFC 6265, section 5.4)."""
    found: dict[str, str] = {}
    twice = set()
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            if name in found:
                twice.add(name)
            found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def _is_address_here(name: str, here: str) -> bool:
    """Whether a host is the very address at which it was reached: that no page can pretend."""
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(here)
    except ValueError:
        return False


def _is_same(origin: str, scheme: str, host: str) -> bool:
    """Whether an ``Origin`` is this server as the request calls it (RFC 6454, section 5)."""
    try:
        told, own = urlsplit(origin), urlsplit(f"{scheme}://{host}")
        usual = {"http": 80, "https": 443}
        ends = [
            (each.scheme, each.hostname, each.port or usual.get(each.scheme))
            for each in (told, own)
        ]
    except ValueError:
        return False
    return bool(told.hostname) and ends[0] == ends[1]
