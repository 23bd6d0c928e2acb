"""Runs the application on a socket until it is told to stop; then finishes what was accepted."""

import asyncio
import errno
import fcntl
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from whence.errors import StoreError, StoreLockedError, UsageError
from whence.server.app import Switch
from whence.server.connection import Connection
from whence.server.journal import LOG, Journal, LogHandler
from whence.server.limits import limit

PORT = 8642
_TRIES = 20
_LOCK = "serve.lock"
GRACE = 30
"""Seconds that requests have to come to their end after the server was told to stop."""


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket: on the port asked for, or on the first free one from ``PORT`` on.

    Raises:
        UsageError: there is none, or the address is none of this machine.
    """
    wanted = range(PORT, PORT + _TRIES) if port is None else (port,)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for each in wanted:
        # asyncio turns Nagle's algorithm off only where the protocol is named; with it, the second
        # part of an answer would wait 40 ms for the client's acknowledgement of the first.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host.strip("[]"), each))
            made.listen(limit("connections"))
        except OSError as error:
            made.close()
            if error.errno == errno.EADDRINUSE and port is None:
                continue
            reason = error.strerror or str(error)
            raise UsageError(
                f"{host}:{each} cannot be listened on: {reason}",
                hint="name another with --port; 0 takes any that is free",
            ) from error
        made.setblocking(False)
        return made
    raise UsageError(
        f"all ports from {PORT} to {PORT + _TRIES - 1} are taken", hint="name one with --port"
    )


@contextmanager
def serving_alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second server.

    Raises:
        StoreLockedError: there is one already.
        StoreError: the folder cannot be used.
    """
    path = folder / _LOCK
    try:
        held = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{folder} cannot be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            other = os.read(held, 32).decode("ascii", "replace").strip()
            raise StoreLockedError(
                f"another server, process {other or 'unknown'}, serves {folder} already",
                hint="use that one, or stop it first",
            ) from None
        os.ftruncate(held, 0)
        os.write(held, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(held)


def run(
    app: Switch,
    listening: socket.socket,
    journal: Journal,
    started: Callable[[], None],
    *,
    tls: tuple[str, str] | None = None,
    proxies: Sequence[str] = (),
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what was accepted.

    Args:
        app: What answers.
        listening: Where.
        journal: Where it is told of.
        started: Called when it is ready.
        tls: Files of certificate and key.
        proxies: Addresses that are believed who asks, and whether by https.
    """
    certificate, key = tls or (None, None)
    LOG.addHandler(LogHandler(journal))
    LOG.propagate = False
    logging.getLogger("uvicorn.error").addHandler(LogHandler(journal))
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_keep_alive=limit("idle_time"),
        timeout_graceful_shutdown=GRACE,
        backlog=limit("connections"),
    )
    server = _Server(config, started)
    _collect_seldom()
    try:
        asyncio.run(server.serve(sockets=[listening]))
    finally:
        journal.flush()


def _collect_seldom() -> None:
    """Look for circles among objects seldom: what a request leaves behind has hardly any.

    With Python's own thresholds a fifth of the time goes into looking at the same objects again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class _Server(uvicorn.Server):
    """Says when it is ready, and ends with status 0 when it was asked to end."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again afterwards, and the process would die of it.
        previous = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
