"""Programs that read and write what is elsewhere, recorded as a user records them."""

from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from clients.remote.http import Handler
from scratch import Project, make_project

Record = Callable[..., dict[str, Any]]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


@pytest.fixture
def record(project: Project, client: Path) -> Record:
    """Run Python source of the client's environment under ``whence run``; the run's record."""

    def run(source: str, name: str = "main.py", **env: str) -> dict[str, Any]:
        project.env |= env
        project.write(name, source)
        project.run(str(client), name)
        told: dict[str, Any] = project.ask("show", "last")
        blind = [each for each in told["gaps"] if each["kind"] == "observer-blind"]
        assert blind == []
        return told

    return run


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    """A web server of our own on the loopback."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def content(met: Any) -> dict[str, Any]:
    """Name → digest of what a run used or made."""
    return {each["name"]: (each["digest"] or {}).get("sha256") for each in met}
