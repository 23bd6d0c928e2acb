"""Takes in the body of a request: bounded in size and in time, of a type that is read here."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from whence.errors import WireError
from whence.server.limits import limit
from whence.server.problems import RefusedError
from whence.server.reading import unpack
from whence.server.routing import ANY_MEDIA, Route

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

WHOLE = "whence.whole"
"""The member of the scope that says that all of a request is here."""

_RATE = 262_144
"""Bytes for which a client gets one more second."""


class Disconnected(Exception):  # noqa: N818  nobody is there to be told
    """The client went away before its request was whole."""


async def receive_body(
    route: Route, headers: Mapping[bytes, bytes], receive: Receive, *, whole: bool = False
) -> bytes:
    """The whole body, unpacked.

    Args:
        route: For whom.
        headers: Names in lower case.
        receive: Gives its parts.
        whole: Whether they are all here, so that nobody can be slow.

    Raises:
        RefusedError: too large, too slow, of another type, packed where nothing may be.
        Disconnected: the client went away.
    """
    longest = limit("body")
    _check_type(route, headers.get(b"content-type", b""))
    packing = headers.get(b"content-encoding", b"identity").strip().lower()
    if packing not in {b"", b"identity"} and not (packing == b"gzip" and route.gzip):
        raise RefusedError(
            415,
            f"a body packed as {packing.decode('latin-1')!r} is not read here",
            hint="send it as it is",
            headers={"Accept-Encoding": "gzip" if route.gzip else "identity"},
        )
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > longest:
        if b"expect" not in headers:
            await _drain(receive)
        raise _too_large(longest)
    body = await _read(receive, longest, whole=whole)
    return unpack(body, longest) if packing == b"gzip" else body


async def _read(receive: Receive, longest: int, *, whole: bool) -> bytes:
    started = time.monotonic()
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        if whole:
            message = await receive()
        else:
            message = await _receive_soon(receive, started, size)
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(part)
        if size > longest:
            await _drain(receive)
            raise _too_large(longest)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _receive_soon(receive: Receive, started: float, size: int) -> Message:
    """The next part, of a body of which this much came since it was started."""
    allowed = limit("body_time") + size / _RATE - (time.monotonic() - started)
    try:
        async with asyncio.timeout(max(allowed, 0)):
            return await receive()
    except TimeoutError:
        raise RefusedError(
            408,
            f"{size} bytes came in {time.monotonic() - started:.0f} seconds",
            headers=_CLOSE,
        ) from None


_CLOSE = {"Connection": "close"}


def _too_large(longest: int) -> RefusedError:
    return RefusedError(413, f"a body of more than {longest} bytes", headers=_CLOSE)


async def _drain(receive: Receive) -> None:
    """Take a little more in, so that a client that is still sending sees the answer."""
    left = limit("drained")
    try:
        async with asyncio.timeout(1):
            while left > 0:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
                left -= len(message.get("body", b""))
    except TimeoutError:
        return


def _check_type(route: Route, told: bytes) -> None:
    kind = told.partition(b";")[0].strip().lower().decode("latin-1")
    json = "application/json" in route.media and kind.startswith("application/") and "+json" in kind
    if kind in route.media or json or ANY_MEDIA in route.media:
        return
    raise RefusedError(
        415,
        f"a body of the type {kind!r} is not read here" if kind else "the body has no type",
        hint=f"send it as {' or '.join(route.media)}",
    )


def check_charset(told: bytes) -> None:
    """Refuse a body that says it is in another encoding than UTF-8.

    Raises:
        WireError: it does.
    """
    _, parted, rest = told.lower().partition(b"charset=")
    if parted and rest.split(b";")[0].strip(b' "') not in {b"utf-8", b"utf8", b"us-ascii"}:
        raise WireError("JSON is UTF-8 (RFC 8259)")
