"""Writers are killed at any moment: what was acknowledged is there, whole, and the record holds."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from whence.store.check import check
from whence.store.sqlite import SqliteStore

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from whence.model.identity import new_id
from whence.recording.recorder import Recorder
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import pipeline

recorder = Recorder(SqliteStore(Path(sys.argv[1])))
(run, _, _) = pipeline()
while True:
    one = replace(run, id=new_id())
    recorder.record_run(one)
    sys.stdout.write(one.id + "\\n")
    sys.stdout.flush()
"""


class Writer:
    """A process that records runs without end, and says each that was acknowledged."""

    def __init__(self, folder: Path, log: Path) -> None:
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WRITER, str(folder)], stdout=output, env=env
            )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def acknowledged(self) -> list[str]:
        """Every run of which the whole line came out; the last may be torn by the kill."""
        return [line for line in self.log.read_text().split("\n")[:-1] if len(line) == 32]


def kept_runs(folder: Path) -> set[str]:
    store = SqliteStore(folder)
    try:
        report = check(store)
        assert report.ok, report.sentences()
        with store.reading() as reader:
            found: set[str] = set()
            for kept in reader.records():
                assert kept.record is not None
                found |= {node.id for node in kept.record.nodes if node.kind.value == "run"}
            return found
    finally:
        store.close()


def rounds_of_killing(folder: Path, *, rounds: int, writers: int, seed: int) -> None:
    dice = random.Random(seed)
    store = folder / "store"
    crew = [Writer(store, folder / f"{at}.log") for at in range(writers)]
    logs = [writer.log for writer in crew]
    time.sleep(1.0)
    try:
        for _ in range(rounds):
            time.sleep(dice.uniform(0.02, 0.3))
            for at in dice.sample(range(writers), dice.randint(1, writers)):
                crew[at].kill()
                crew[at] = Writer(store, logs[at])
    finally:
        for writer in crew:
            writer.kill()
    kept = kept_runs(store)
    said = [run for writer in crew for run in writer.acknowledged()]
    assert len(said) > writers
    assert set(said) <= kept


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    rounds_of_killing(tmp_path, rounds=6, writers=3, seed=1)


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_in_200_rounds_of_8_writers(tmp_path: Path) -> None:
    rounds_of_killing(tmp_path, rounds=200, writers=8, seed=2)


def test_eight_processes_may_open_an_empty_store_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from whence.store.sqlite import SqliteStore\n"
        "from whence.recording.recorder import Recorder\n"
        "from whence.testing.worlds import Version, pipeline\n"
        "runs = pipeline(Version(int(sys.argv[2])))\n"
        "Recorder(SqliteStore(Path(sys.argv[1]))).record_runs(runs)\n"
    )
    crew = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "store"), str(at)])
        for at in range(1, 9)
    ]
    assert [process.wait(60) for process in crew] == [0] * 8
    assert len(kept_runs(tmp_path / "store")) == 24
