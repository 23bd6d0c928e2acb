"""Model servers of other people, with receipts: a deployed model, and a server beside it."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scratch import Project

SOURCE = Path(__file__).parents[2] / "src"
_READY = 90.0


def deploy(project: Project, model: str, *words: str) -> None:
    """Register a file twice and deploy the first version of it."""
    for _ in range(2):
        project.whence("register", model, "--model", "churn")
    project.whence("deploy", "churn@1", "--to", "eu", *words)


@contextmanager
def server(
    python: Path, words: list[str], project: Project, port: int, variables: Mapping[str, str]
) -> Iterator[str]:
    """A model server on a client's environment, which has Whence by its source; its address."""
    environment = {
        **project.env,
        "PYTHONPATH": str(SOURCE),
        "WHENCE_RECEIPTS": str(project.folder / ".whence" / "receipts"),
        **variables,
    }
    log = project.folder / "server.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [str(python), *words],
            cwd=project.folder,
            env=environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            until = time.monotonic() + _READY
            while not _answers(address):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.2)
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(15)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address + "/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def ask(url: str, body: Any) -> tuple[Any, str]:
    """A prediction: the answer, and its receipt."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read()), answer.headers.get("Whence-Receipt", "")
