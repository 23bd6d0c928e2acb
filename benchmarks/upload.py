"""What the end of a run sends to a server: runs a second, each durable here and there.

A run has 20 parameters, 10 metrics, 3 inputs and 1 output, as in the figures of the peers. Each is
first written into the spool, synced, then sent over a connection of its own, and answered when the
server has it in its ledger and graph, synced: what `whence run` does, without the run.

MLflow's client and server, each with SQLite, get the same run when MLFLOW_ENV names an environment
that has MLflow; without one its figure is the one measured before (1.7 to 2.9 runs a second).
"""

import contextlib
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from rowtable import Row, print_rows

import recording
from whence.homecoming.delivery import send_home

HERE = Path(__file__).parent
MLFLOW = 2.9
"""Runs a second over HTTP, at best, when it is not measured along."""
RUNS = 200
ROUNDS = 3
MLFLOW_RUNS = 3


def main() -> list[Row]:
    """The rows of the table."""
    ours, peers = [], []
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(_whence(folder))
        named = os.environ.get("MLFLOW_ENV")
        peer = stack.enter_context(_mlflow(Path(named), folder)) if named else None
        place = folder / "laptop"
        place.mkdir()
        _upload(url, place, 0, 20)
        for number in range(ROUNDS):  # in turn, since machines vary
            ours.append(_upload(url, place, 1_000 * (number + 1), RUNS))
            peers.append(_upload_to_mlflow(Path(named), peer) if named and peer else MLFLOW)
    rate, slow = statistics.median(ours), statistics.median(peers)
    ratio = statistics.median(one / other for one, other in zip(ours, peers, strict=True))
    how = "in turn" if named else "as measured before"
    return [
        Row(
            "upload a run, durable here and there, one after the other",
            f"{rate:,.0f} runs/s, {ratio:.0f} times MLflow ({slow:.1f}/s, {how})",
            "≥ 100 times MLflow",
            ratio >= 100,
        )
    ]


def _upload(url: str, folder: Path, first: int, count: int) -> float:
    """Runs a second."""
    runs = [recording.run_seen(first + each) for each in range(count)]
    begun = time.perf_counter()
    for run in runs:
        sent = send_home(url, folder, [run], before=lambda: None)
        assert sent.appended is not None, sent.problem
        assert sent.appended.fresh
    return count / (time.perf_counter() - begun)


@contextlib.contextmanager
def _whence(folder: Path) -> Iterator[str]:
    home = folder / "server"
    home.mkdir()
    environment = {**os.environ, "WHENCE_STORE": "", "XDG_CONFIG_HOME": str(folder)}
    words = [sys.executable, "-m", "whence", "serve", "--port", "0"]
    with _process(words, home, environment) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield found[0]


@contextlib.contextmanager
def _mlflow(environment: Path, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = os.fspath(environment / "bin" / "mlflow")
    store = f"sqlite:///{folder}/mlflow.db"
    words = [program, "server", "--backend-store-uri", store, "--port", str(port), "--workers", "1"]
    url = f"http://127.0.0.1:{port}"
    with _process(words, folder, dict(os.environ), subprocess.DEVNULL):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(url + "/health", timeout=5).close()
                break
            time.sleep(0.2)
        yield url


@contextlib.contextmanager
def _process(
    words: list[str], folder: Path, environment: dict[str, str], said: int = subprocess.PIPE
) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdout=said,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _upload_to_mlflow(environment: Path, url: str) -> float:
    """Runs a second of MLflow's own client."""
    program = os.fspath(environment / "bin" / "python")
    done = subprocess.run(
        [program, os.fspath(HERE / "peers" / "mlflow_http.py"), url, str(MLFLOW_RUNS)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    print_rows(main())
