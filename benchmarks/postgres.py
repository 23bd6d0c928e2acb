"""Many processes record OpenLineage events in one ledger in PostgreSQL, each durable and checked.

Against bare FastAPI that inserts the same events into SQLite, in the same run. The database is
started by the benchmark; each writer hands in one event after the other and goes on when it is
kept.
"""

import json
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from events import make_events
from http_load import send
from rowtable import Row, print_rows
from server_ingest import CONNECTIONS, PATH, peer_running

from whence.importers.openlineage.taking import composer_of
from whence.recording.recorder import Recorder
from whence.store.check import check
from whence.store.opening import open_store
from whence.testing.cluster import Cluster, running_cluster

WRITERS = 8
RUNS = 1_500
ROUNDS = 3


def main() -> list[Row]:
    """The rows of the table."""
    events = list(make_events(RUNS))
    rates, peers = [], []
    with running_cluster() as cluster:
        if cluster is None:
            return [Row(f"PostgreSQL, {WRITERS} writers", "no PostgreSQL here", "≥ 1 time", None)]
        for number in range(ROUNDS):
            with peer_running("FULL") as port:
                peers.append(send(port, PATH, iter(events), CONNECTIONS).rate)
            rates.append(_record(cluster, f"round_{number}", events))
    ratio = statistics.median(a / b for a, b in zip(rates, peers, strict=True))
    rate, peer = statistics.median(rates), statistics.median(peers)
    return [
        Row(
            f"OpenLineage events into PostgreSQL, {WRITERS} processes, durable each",
            f"{rate:,.0f}/s, {ratio:.2f} times bare FastAPI + SQLite ({peer:,.0f}/s)",
            "≥ 1 time",
            ratio >= 1,
        )
    ]


def _record(cluster: Cluster, schema: str, events: list[bytes]) -> float:
    """Events a second."""
    url = cluster.url(schema)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(url, Path(folder))
        with store.writing():
            pass  # the tables are made
        context = multiprocessing.get_context("spawn")
        start = context.Barrier(WRITERS + 1)
        writers = [
            context.Process(target=_write, args=(url, folder, _share(events, at), start))
            for at in range(WRITERS)
        ]
        for each in writers:
            each.start()
        start.wait()
        begun = time.perf_counter()
        for each in writers:
            each.join()
        took = time.perf_counter() - begun
        report = check(store)
        assert report.ok, report.sentences()
        assert report.entries == len(events), report.entries
        store.close()
    return len(events) / took


def _share(events: list[bytes], at: int) -> list[bytes]:
    """Both events of each run go to one writer."""
    return [event for number, event in enumerate(events) if number // 2 % WRITERS == at]


def _write(url: str, folder: str, events: list[bytes], start: Any) -> None:
    recorder = Recorder(open_store(url, Path(folder)))
    start.wait()
    for event in events:
        (kept,) = recorder.record([composer_of(json.loads(event))])
        assert kept.fresh


if __name__ == "__main__":
    print_rows(main())
