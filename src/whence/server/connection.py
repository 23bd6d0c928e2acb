"""One connection: what uvicorn does, and the limits that it lacks.

uvicorn has no limit on the size of a header, nor on how long a client takes to send it or to take
its answer; 200 half-open requests would stay for ever.
"""

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from whence.server.access.permission import is_loopback
from whence.server.limits import limit
from whence.server.receiving import WHOLE

_HEADER, _HEADER_TIME = limit("header"), limit("header_time")
_ANSWER_TIME = limit("answer_time")
_open: Counter[str] = Counter()
"""How many connections each other machine has; the loop's thread alone writes it."""


def _refusal(line: str, *more: str) -> bytes:
    return "\r\n".join(
        (f"HTTP/1.1 {line}", *more, "Content-Length: 0", "Connection: close", "", "")
    ).encode()


_BUSY = _refusal("503 Service Unavailable", "Retry-After: 5")
_LARGE = _refusal("431 Request Header Fields Too Large")


class Corked:
    """A transport that says with one call of the system what one turn of the loop has to say.

    uvicorn writes the header of an answer and its body one after the other, and a call of the
    system takes longer than anything else that a small answer needs.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Say this, at the end of this turn at the latest."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)

    def flush(self) -> None:
        """Say now what is to be said."""
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))

    def is_closing(self) -> bool:
        """Whether no more can be said."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Say what is to be said, then close."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._parts.clear()
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        """Whatever else a transport can do."""
        return getattr(self._transport, name)


class Connection(HttpToolsProtocol):
    """A connection with bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread = 0
        """Bytes of a header that is not whole."""
        self._in_body = False
        self._timer: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._peer = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it; one too many is told so."""
        super().connection_made(Corked(transport, self.loop))  # type: ignore[arg-type]
        host = self.client[0] if self.client else ""
        if not is_loopback(host):
            self._peer = host
            _open[host] += 1
        many = len(self.connections) > limit("connections")
        if many or _open[self._peer] > limit("connections_of_one"):
            transport.write(_BUSY)
            transport.close()
            return
        self._wait_for_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop(self._timer)
        self._stop(self._stuck)
        if self._peer:
            _open[self._peer] -= 1
            if not _open[self._peer]:
                del _open[self._peer]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in, as long as they make up a header or a body."""
        if self.transport.is_closing():
            return
        if not self._in_body:
            self._unread += len(data)
        super().data_received(data)
        if self._in_body or not self._unread or self.transport.is_closing():
            return
        if self._unread > _HEADER:
            self.transport.write(_LARGE)
            self.transport.close()
        elif self._timer is None:
            self._wait_for_header()

    def on_headers_complete(self) -> None:
        """The header is whole."""
        self._in_body = True
        unread, self._unread = self._unread, 0
        self._stop(self._timer)
        self._timer = None
        if unread > _HEADER and self._header_size() > _HEADER:
            self.transport.write(_LARGE)
            self.transport.close()
            return
        super().on_headers_complete()

    def _header_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_body = False
        self.scope[WHOLE] = True  # type: ignore[literal-required]
        if self.cycle is not None:
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Part of a body."""
        if self.cycle is not None:
            super().on_body(body)

    def pause_writing(self) -> None:
        """The client does not take its answer as quickly as it is said; it has a while."""
        super().pause_writing()
        self._wait_for_taking()

    def resume_writing(self) -> None:
        """It takes it again."""
        self._stop(self._stuck)
        self._stuck = None
        super().resume_writing()

    def _wait_for_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._stop(self._stuck)
        self._stuck = self.loop.call_later(_ANSWER_TIME, self._look_at_taking, left)

    def _look_at_taking(self, left: int) -> None:
        """Cut off who has taken nothing of what was left; a large answer may take its time."""
        if self.transport.get_write_buffer_size() < left:
            self._wait_for_taking()
        else:
            self.transport.abort()

    def _wait_for_header(self) -> None:
        self._timer = self.loop.call_later(_HEADER_TIME, self._give_up)

    def _give_up(self) -> None:
        if not self._in_body:
            self.transport.abort()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
