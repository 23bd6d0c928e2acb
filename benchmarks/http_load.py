"""A client that sends many requests over a few connections, and says how long each took."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Load:
    """What came of it."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers each second."""
        return len(self.waits) / self.seconds

    def quantile(self, share: float) -> float:
        """Seconds within which this share was answered."""
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(len(waits) * share))]


class _Connection(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, head: bytes, bodies: Iterator[bytes], load: Load) -> None:
        self._head, self._bodies, self._load = head, bodies, load
        self._got = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        body = next(self._bodies, None)
        if body is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._asked = time.perf_counter()
        head = self._head + str(len(body)).encode() + b"\r\n\r\n"
        self._transport.write(head + body)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._got[:end].lower()
        at = head.find(b"content-length:")
        size = int(head[at + 15 :].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(self._got) < end + 4 + size:
            return
        self._load.waits.append(time.perf_counter() - self._asked)
        self._load.statuses[int(head[9:12])] += 1
        self._got = b""
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed"))


def send(port: int, path: str, bodies: Iterator[bytes], connections: int) -> Load:
    """Send them all."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    load = Load()

    async def everything() -> None:
        loop = asyncio.get_running_loop()
        shared = iter(bodies)
        ends = []
        for _ in range(connections):
            _, made = await loop.create_connection(
                lambda: _Connection(head, shared, load), "127.0.0.1", port
            )
            ends.append(made.done)
        await asyncio.gather(*ends)

    started = time.perf_counter()
    asyncio.run(everything())
    load.seconds = time.perf_counter() - started
    return load
