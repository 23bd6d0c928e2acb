"""Recording runs in process, each durable with its ledger entry: time and space.

A run has 20 parameters, 10 metrics, 3 inputs and 1 output, as in the figures of the peers: MLflow
3.17 on SQLite records 9 such runs a second and takes 13.6 kB for each (client API, the same two
cores).
"""

import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rowtable import Row, print_rows

from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.recording.observation import ActorSeen, FileSeen, RunSeen
from whence.recording.recorder import Recorder
from whence.store.sqlite import FILE_NAME, SqliteStore
from whence.testing.worlds import digest_of

MLFLOW = 9.0
"""Runs a second."""

SINGLY = 2_000
BATCHES, BATCH = 20, 500


def main() -> list[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        single = _measure(Path(folder) / "single", SINGLY, 1)
        batched = _measure(Path(folder) / "batched", BATCHES, BATCH)
        bare = [_write_by_hand(Path(folder) / f"bare-{size}", size) for size in (1, BATCH)]
    return [
        Row(
            "record a run, durable each",
            f"{single.rate:,.0f} runs/s, {single.rate / MLFLOW:.0f} times MLflow",
            "≥ 30 times MLflow",
            single.rate >= 30 * MLFLOW,
        ),
        Row("… CPU", f"{single.cpu:.2f} ms", "≤ 1.0 ms", single.cpu <= 1.0),
        Row("… on disk", f"{single.space / 1000:.2f} kB", "≤ 4 kB", single.space <= 4000),
        Row(
            f"import runs, {BATCH} a batch",
            f"{batched.rate:,.0f} runs/s, {batched.cpu:.3f} ms CPU",
            "≥ 5,000 runs/s",
            batched.rate >= 5000,
        ),
        Row(
            f"  hand-written SQL without ledger or checks, each, {BATCH} a batch",
            " and ".join(f"{rate:,.0f} runs/s" for rate in bare),
            "peer",
            None,
        ),
    ]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way of recording costs, for each run."""

    rate: float
    """Runs a second, by the median round."""
    cpu: float
    """Milliseconds."""
    space: float
    """Bytes, over all rounds."""


def _measure(folder: Path, rounds: int, size: int) -> Figures:
    store = SqliteStore(folder)
    recorder = Recorder(store)
    recorder.record_run(run_seen(-1))
    walls, cpus = [], []
    for number in range(rounds):
        runs = [run_seen(number * size + each) for each in range(size)]
        wall, cpu = time.perf_counter(), time.process_time()
        recorder.record_runs(runs)
        walls.append((time.perf_counter() - wall) / size)
        cpus.append((time.process_time() - cpu) / size)
    store.close()
    space = (folder / FILE_NAME).stat().st_size / (rounds * size)
    return Figures(1 / statistics.median(walls), statistics.median(cpus) * 1000, space)


def _write_by_hand(file: Path, size: int) -> float:
    """Runs a second of plain inserts, durable: how fast this machine is today."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE run (id INTEGER PRIMARY KEY, job TEXT, started TEXT)")
    connection.execute("CREATE TABLE said (run INTEGER, name TEXT, value REAL)")
    connection.execute("CREATE TABLE edge (run INTEGER, role TEXT, sha256 TEXT, name TEXT)")
    walls = []
    for number in range(SINGLY // 4 if size == 1 else BATCHES):
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for run in range(number * size, (number + 1) * size):
            said = [(run, f"parameter_{at}", at * 0.1 + run) for at in range(30)]
            edges = [(run, "input", digest_of(f"{run}"), f"data/{at}") for at in range(4)]
            connection.execute("INSERT INTO run VALUES (?, 'train', 'now')", (run,))
            connection.executemany("INSERT INTO said VALUES (?,?,?)", said)
            connection.executemany("INSERT INTO edge VALUES (?,?,?,?)", edges)
        connection.execute("COMMIT")
        walls.append((time.perf_counter() - begun) / size)
    connection.close()
    return 1 / statistics.median(walls)


def run_seen(number: int) -> RunSeen:
    """A training on one of a few dataset versions, each with another model."""
    day = number // 20
    return RunSeen(
        id=derived_id("benchmark", str(number)),
        job="train",
        state=RunState.COMPLETED,
        started_at="2026-11-20T09:30:00.000Z",
        ended_at="2026-11-20T09:42:10.500Z",
        source="benchmark/1",
        exit_status=0,
        execution={"command": ["python", "train.py", "--seed", str(number)], "cwd": "/home/ada/x"},
        actors=(ActorSeen("ada@example.org", "person"),),
        used=tuple(
            _file(f"data/{name}.parquet", NodeKind.DATASET, "input", day)
            for name in ("flights", "weather", "planes")
        ),
        generated=(_file("models/delay.joblib", NodeKind.MODEL, "output", number),),
        parameters={
            f"parameter_{at}": {"value": at * 0.1 + number, "source": "command line"}
            for at in range(20)
        },
        metrics={f"metric_{at}": {"value": 1 / (number + at + 2)} for at in range(10)},
    )


def _file(name: str, kind: NodeKind, role: str, version: int) -> FileSeen:
    sha256 = digest_of(f"{name} {version}")
    return FileSeen(name, f"file:///home/ada/x/{name}", kind, role, sha256, 1_000_000 + version)


if __name__ == "__main__":
    print_rows(main())
