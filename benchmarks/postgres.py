"""OpenLineage events into PostgreSQL, each checked and durable in the ledger when answered.

Eight writers at once: as senders to one server, which keeps what comes in together in groups; and
as processes without a server, each with a transaction of its own for each event. Against bare
FastAPI that inserts the same events into SQLite, with as many senders, in the same run. Since a
sender waits for its answer, eight never make a group of more; so it is told what many make.
"""

import json
import multiprocessing
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from events import make_events
from http_load import Load, send
from rowtable import Row, print_rows
from server_ingest import PATH, peer_running, whence

from whence.importers.openlineage.taking import composer_of
from whence.recording.recorder import Recorder
from whence.store.check import check
from whence.store.opening import open_store
from whence.testing.cluster import Cluster, running_cluster

WRITERS, MANY = 8, 64
RUNS = 1_500
ALONE = 250
"""Runs that are recorded without a server."""
ROUNDS = int(os.environ.get("ROUNDS", "3"))


def main() -> list[Row]:
    """The rows of the table."""
    events = list(make_events(RUNS))
    served: list[Load] = []
    alone, peers, crowds = [], [], []
    with running_cluster() as cluster:
        if cluster is None:
            return [
                Row(f"PostgreSQL, {WRITERS} writers", "no PostgreSQL here", "≥ 1.2 times", None)
            ]
        for number in range(ROUNDS):
            with peer_running("FULL") as port:
                peers.append(send(port, PATH, iter(events), WRITERS).rate)
            url = cluster.url(f"served_{number}")
            with tempfile.TemporaryDirectory() as folder, whence(Path(folder), url) as port:
                served.append(send(port, PATH, iter(events), WRITERS))
            crowds.append(_crowd(cluster.url(f"crowd_{number}"), events))
            alone.append(_record(cluster, f"alone_{number}", events[: ALONE * 2]))
    for load in served:
        assert set(load.statuses) == {201}, load.statuses
    peer = statistics.median(peers)
    ratio = statistics.median(a.rate / b for a, b in zip(served, peers, strict=True))
    rate = statistics.median(each.rate for each in served)
    single = statistics.median(a / b for a, b in zip(alone, peers, strict=True))
    return [
        Row(
            f"OpenLineage events into PostgreSQL, {WRITERS} senders to one server",
            f"{rate:,.0f}/s, {ratio:.2f} times bare FastAPI + SQLite ({peer:,.0f}/s)",
            "≥ 1.2 times",
            ratio >= 1.2,
        ),
        Row(
            f"… {MANY} senders, against as many of the peer",
            f"{statistics.median(a for a, _ in crowds):,.0f}/s, "
            f"{statistics.median(a / b for a, b in crowds):.2f} times",
            "told",
            None,
        ),
        Row(
            f"… {WRITERS} processes without a server, a transaction for each event",
            f"{statistics.median(alone):,.0f}/s, {single:.2f} times",
            "told",
            None,
        ),
    ]


def _crowd(url: str, events: list[bytes]) -> tuple[float, float]:
    """Events a second that many senders bring to ours, and to the peer."""
    with peer_running("FULL") as port:
        peer = send(port, PATH, iter(events), MANY).rate
    with tempfile.TemporaryDirectory() as folder, whence(Path(folder), url) as port:
        return send(port, PATH, iter(events), MANY).rate, peer


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
