"""A served record for tests: in this process, or as the real program."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.testclient import TestClient

from whence.server.access.gate import Gate
from whence.server.api import all_routes
from whence.server.app import build
from whence.server.connection import Connection
from whence.server.routing import Route
from whence.server.service import Service
from whence.store.interface import Store

_SAID = re.compile(r"(http://\S+)")


@contextmanager
def served(store: Store, folder: Path, routes: Sequence[Route] = ()) -> Iterator[TestClient]:
    """A client of the application, without a network between them."""
    service = Service(store, folder)
    try:
        app = build(service, routes or all_routes())
        with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
            yield client
    finally:
        service.close()


@contextmanager
def serving(
    folder: Path,
    *words: str,
    variables: Mapping[str, str] | None = None,
    log: Path | None = None,
    wrapped: Sequence[str] = (),
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A real `whence serve` in a folder: its address and its process, which ends in the end.

    ``wrapped`` goes before its words, to watch it with another program.
    """
    environment = {**os.environ, **(variables or {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (log or folder / "serve.log").open("w") as said:
        process = subprocess.Popen(
            [*wrapped, sys.executable, "-m", "whence", "serve", "--port", "0", *words],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = _SAID.search(line)
            assert found, f"{line!r} {(log or folder / 'serve.log').read_text()}"
            yield found[1], process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            assert process.stdout is not None
            process.stdout.close()


@contextmanager
def listening(store: Store, folder: Path, gate: Gate | None = None) -> Iterator[str]:
    """The application on a port of this machine, in a thread of this process: its address."""
    service = Service(store, folder, gate)
    config = uvicorn.Config(
        build(service, all_routes()), http=Connection, ws="none", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    with socket.socket(proto=socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(64)
        bound.setblocking(False)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.002)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            service.close()
