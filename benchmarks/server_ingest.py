"""OpenLineage events over HTTP, in turn with FastAPI that only inserts them into SQLite.

One server process each, 16 connections, events of about 4 kB, SQLite with ``synchronous=FULL``.
Ours checks each event against the specification and has it in the ledger before it answers; what it
means is read soon after, and the second figure says how fast. The peer does none of that. Rounds
alternate, since machines vary.
"""

import contextlib
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from events import make_events
from http_load import Load, send
from rowtable import Row, print_rows

HERE = Path(__file__).parent
CONNECTIONS = 16
RUNS = 3_000
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PATH = "/api/v1/lineage"
PEER = Path(os.environ.get("FASTAPI_ENV", HERE / "out" / "fastapi"))
"""The peer's own environment; made where it is not there."""


def main() -> list[Row]:
    """The rows of the table."""
    events = list(make_events(RUNS))
    size = statistics.mean(map(len, events))
    ours: list[Load] = []
    peers: list[Load] = []
    reading: list[float] = []
    for _ in range(ROUNDS):
        with peer_running("FULL") as port:
            peers.append(send(port, PATH, iter(events), CONNECTIONS))
        with tempfile.TemporaryDirectory() as folder, whence(Path(folder)) as port:
            ours.append(send(port, PATH, iter(events), CONNECTIONS))
            reading.append(_read_rate(port))
            _ask(port, events[-1])
    for load in ours:
        assert set(load.statuses) == {201}, load.statuses
    ratio = statistics.median(a.rate / b.rate for a, b in zip(ours, peers, strict=True))
    tail = statistics.median(each.quantile(0.99) for each in ours)
    rate = statistics.median(each.rate for each in ours)
    peer = statistics.median(each.rate for each in peers)
    return [
        Row(
            f"OpenLineage events of {size / 1000:.1f} kB over HTTP, {CONNECTIONS} connections",
            f"{rate:,.0f}/s, {ratio:.2f} times bare FastAPI + SQLite ({peer:,.0f}/s)",
            "≥ 1.2 times",
            ratio >= 1.2,
        ),
        Row("the slowest hundredth of them", f"{tail * 1000:.0f} ms", "≤ 100 ms", tail <= 0.1),
        Row(
            "of these, read into the graph afterwards, until the last answers for itself",
            f"{statistics.median(reading):,.0f}/s",
            "",
            None,
        ),
    ]


def _read_rate(port: int) -> float:
    """Events that are read each second when nothing else is to do."""
    began, first = time.perf_counter(), waiting(port)
    while waiting(port):
        time.sleep(0.02)
    return first / (time.perf_counter() - began)


def waiting(port: int) -> int:
    """How many events are not read yet."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        found = re.search(rb"^whence_arrivals (\S+)", answer.read(), re.MULTILINE)
    assert found
    return int(float(found[1]))


def _ask(port: int, event: bytes) -> None:
    """Hold the answers to the last event: its run comes from all that it read."""
    told = json.loads(event)
    ref = urllib.parse.quote(told["run"]["runId"].replace("-", ""))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/trace?ref={ref}") as answer:
        assert "Whence-Behind" not in answer.headers
        assert len(json.load(answer)["nodes"]) > len(told["inputs"])


@contextlib.contextmanager
def whence(folder: Path, store: str | None = None) -> Iterator[int]:
    """A server on the record of a folder, or on another: its port."""
    (folder / ".whence").mkdir(exist_ok=True)
    words = [sys.executable, "-m", "whence", "serve", "--port", "0", "--log-format", "json"]
    words += ["--store", store] if store else []
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            words, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            found = re.search(r":(\d+)$", process.stdout.readline().strip())
            assert found
            yield int(found[1])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@contextlib.contextmanager
def peer_running(synchronous: str) -> Iterator[int]:
    python = PEER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "uv", "venv", "-q", str(PEER)], check=True)
        packages = ["fastapi", "uvicorn[standard]"]
        words = ["uv", "pip", "install", "-q", "--python", str(python), *packages]
        subprocess.run([sys.executable, "-m", *words], check=True)
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "events.sqlite")
        peer = HERE / "peers" / "bare_fastapi.py"
        with subprocess.Popen([str(python), str(peer), str(port), place, synchronous]) as process:
            try:
                _wait_for(port)
                yield port
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the peer does not listen")


if __name__ == "__main__":
    print_rows(main())
