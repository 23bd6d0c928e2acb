"""What a receipt adds to a prediction: a service over HTTP, bare and with the middleware, in turns.

Two processes of the same uvicorn serve the same handler (JSON of 30 features in, a number out); a
client asks the one and the other in turns on connections that stay open. The one with receipts
rotates its spool often enough that filing Parquet falls into what is measured.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from rowtable import Row, print_rows

from whence.receipts import Recorder
from whence.receipts.reading import Wanted, list_receipts

ROUNDS = 20
TURN = 200
"""Requests of a round; a percentile is taken of each round, and of the rounds the median."""

WARMING = 200
THREADS = 4
LIMIT = 1.0
"""Milliseconds added at the 99th percentile."""

BODY = json.dumps({"features": {f"f{at}": at * 1.37 for at in range(30)}}).encode()

SERVICE = """
import json, socket, sys, uvicorn
from whence import receipts

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    message = await receive()
    told = json.loads(message["body"])
    answer = json.dumps({"p": sum(told["features"].values())}).encode()
    head = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": answer})

if sys.argv[1]:
    app = receipts.asgi(app, "delay@3", folder=sys.argv[1], rotate_bytes=1 << 18)
# Asyncio lets small answers go at once only where the protocol is named.
door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
door.bind(("127.0.0.1", 0))
print(door.getsockname()[1], flush=True)
config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_keep_alive=75)
uvicorn.Server(config).run(sockets=[door])
"""


def main() -> list[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare, with_receipts = _over_http(folder / "http")
        told = len(list_receipts([folder / "http"], Wanted(), 10**9))
        alone = _calls(folder / "alone", threads=1)
        several = _calls(folder / "several", threads=THREADS)
    asked = ROUNDS * TURN + WARMING
    added = {
        share: median(
            _at(one, share) - _at(other, share)
            for one, other in zip(with_receipts, bare, strict=True)
        )
        for share in (0.5, 0.99)
    }
    # Where the bare service itself waits for a core, twice the work waits twice as often.
    is_busy = _typical(bare, 0.99) > LIMIT
    return [
        Row("a bare prediction over HTTP, p50 and p99", _told(bare), "", None),
        Row(
            "… with a receipt, added at p50 and p99",
            f"{added[0.5]:+.2f} ms, {added[0.99]:+.2f} ms",
            f"< {LIMIT:g} ms at p99" + (", if others leave a core free" if is_busy else ""),
            True if added[0.99] < LIMIT else None if is_busy else False,
        ),
        Row("… receipts there are", f"{told} of {asked} asked for", "all", told == asked),
        Row(
            "one call of receipt(), processor time, p50 and p99",
            _told(alone),
            f"< {LIMIT:g} ms at p99",
            _typical(alone, 0.99) < LIMIT,
        ),
        Row(f"… from {THREADS} threads at once", _told(several), "", None),
    ]


def _over_http(folder: Path) -> tuple[list[list[float]], list[list[float]]]:
    with _served("") as bare, _served(str(folder)) as with_receipts:
        taken: dict[int, list[list[float]]] = {bare: [], with_receipts: []}
        doors = {port: http.client.HTTPConnection("127.0.0.1", port) for port in taken}
        for door in doors.values():
            for _ in range(WARMING):
                _ask(door)
        for _ in range(ROUNDS):
            for port in doors:
                taken[port].append([])
            for _ in range(TURN):  # in turns, so that a busy moment is shared
                for port, door in doors.items():
                    taken[port][-1].append(_ask(door))
        for door in doors.values():
            door.close()
    return taken[bare], taken[with_receipts]


def _ask(door: http.client.HTTPConnection) -> float:
    start = time.perf_counter()
    door.request("POST", "/predict", BODY, {"Content-Type": "application/json"})
    answer = door.getresponse()
    answer.read()
    assert answer.status == 200
    return (time.perf_counter() - start) * 1000


@contextlib.contextmanager
def _served(folder: str) -> Iterator[int]:
    environment = {name: text for name, text in os.environ.items() if "DONTWRITE" not in name}
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, folder], stdout=subprocess.PIPE, env=environment
    )
    try:
        assert service.stdout is not None
        yield int(service.stdout.readline())
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=30)


def _calls(folder: Path, *, threads: int) -> list[list[float]]:
    value = json.loads(BODY)
    rounds: list[list[float]] = []
    with Recorder("delay@3", folder=folder, resolver=None, rotate_bytes=1 << 20) as recorder:

        def work(mine: list[float]) -> None:
            for _ in range(5 * TURN // threads):
                start = time.thread_time()
                assert recorder.receipt(value, 0.5)
                mine.append((time.thread_time() - start) * 1000)

        for _ in range(ROUNDS):
            taken: list[list[float]] = [[] for _ in range(threads)]
            workers = [threading.Thread(target=work, args=(mine,)) for mine in taken]
            for each in workers:
                each.start()
            for each in workers:
                each.join()
            rounds.append([each for mine in taken for each in mine])
    return rounds


def _at(taken: list[float], share: float) -> float:
    return sorted(taken)[int(len(taken) * share)]


def _typical(rounds: list[list[float]], share: float) -> float:
    return median(_at(each, share) for each in rounds)


def _told(rounds: list[list[float]]) -> str:
    return f"{_typical(rounds, 0.5):.3f} ms, {_typical(rounds, 0.99):.3f} ms"


if __name__ == "__main__":
    print_rows(main())
