import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import uvicorn

from whence.server import connection
from whence.server.connection import Connection, Corked
from whence.server.limits import limit

LARGE = 40_000_000
ASK = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"


class Transport:
    def __init__(self) -> None:
        self.calls: list[Any] = []

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.calls or "abort" in self.calls


def said(*what: str) -> list[Any]:
    """What reaches the transport when this is done in one turn of the loop."""
    transport = Transport()

    async def turn() -> None:
        corked = Corked(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        for each in what:
            if each in {"close", "abort", "is_closing"}:
                getattr(corked, each)()
            else:
                corked.write(each.encode())
        await asyncio.sleep(0)

    asyncio.run(turn())
    return transport.calls


def test_one_turn_is_one_call() -> None:
    assert said("a", "b", "is_closing", "c") == [b"abc"]
    assert said("a") == [b"a"]
    assert said() == []


def test_what_was_said_is_sent_before_the_end() -> None:
    assert said("a", "b", "close", "c") == [b"ab", "close"]
    assert said("a", "abort") == ["abort"]


async def answering(scope: Any, _: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    body = b"x" * (LARGE if scope["path"] == "/large" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving() -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        answering, http=Connection, lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def connect(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    made.settimeout(20)
    made.connect(("127.0.0.1", port))
    return made


def read_all(taken: socket.socket, pause: float = 0.0) -> int:
    """How many bytes come until the end, or until the connection is cut."""
    count = 0
    with suppress(ConnectionError):
        while part := taken.recv(262_144):
            count += len(part)
            time.sleep(pause)
    return count


def test_who_takes_nothing_is_cut_off_and_who_takes_slowly_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "_ANSWER_TIME", 1.0)
    with serving() as port, connect(port) as stuck, connect(port) as slow:
        stuck.sendall(ASK % b"/large")
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
        slow.sendall(ASK.replace(b"Host", b"Connection: close\r\nHost") % b"/large")
        began = time.monotonic()
        assert read_all(slow, 0.02) > LARGE
        assert time.monotonic() - began > 1.0, "it took longer than one may take nothing"
        assert read_all(stuck) < LARGE


def test_one_machine_has_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"connections_of_one": 3}
    monkeypatch.setattr(connection, "is_loopback", lambda _: False)
    monkeypatch.setattr(connection, "limit", lambda name: few.get(name) or limit(name))
    with serving() as port:
        held = [connect(port) for _ in range(3)]
        for each in held:
            each.sendall(ASK % b"/")
            assert each.recv(4_096).startswith(b"HTTP/1.1 200")
        with connect(port) as refused:
            told = refused.recv(4_096)
            assert told.startswith(b"HTTP/1.1 503")
            assert b"Retry-After" in told
        held.pop().close()
        for _ in range(100):  # until the server has seen that one has gone
            with connect(port) as again:
                again.sendall(ASK % b"/")
                told = again.recv(4_096)
            if told.startswith(b"HTTP/1.1 200"):
                break
            time.sleep(0.05)
        assert told.startswith(b"HTTP/1.1 200")
        for each in held:
            each.close()
