"""Which deployments that serve now have learned from this data set? Over HTTP, at 10⁶ nodes.

The question of DataHub's issue 19061: a data set turns out to be contaminated, and everything that
serves and came from it has to be found. The graph is the organisation of ``organisation.py``, with
models of it registered and deployed through the usual door; the data sets asked about are those
that half of the company builds on.
"""

import json
import shutil
import statistics
import sys
import time
import urllib.request
from pathlib import Path

from organisation import fill_store, make_organisation
from rowtable import Row, print_rows
from server_ingest import whence

from whence.model.identity import NodeId
from whence.recording.deployment import Deploy
from whence.recording.observation import ActorSeen
from whence.recording.recorder import Recorder
from whence.recording.registry.registration import Registration
from whence.store.sqlite import FILE_NAME, SqliteStore

NODES = 1_000_000
DEPLOYED = 200
PLACE = Path(__file__).parent / "out" / f"contamination-{NODES}-1"
"""Kept from run to run. Delete it freely."""


def main() -> list[Row]:
    """The rows of the table."""
    if not (PLACE / "done").exists():
        _make()
    waits = []
    with whence(PLACE) as port:
        for _ in range(2):
            for hot in range(1, 16):
                started = time.perf_counter()
                url = f"http://127.0.0.1:{port}/api/v1/deployments?ref={hot:032x}&live=true"
                with urllib.request.urlopen(url) as answer:
                    told = json.load(answer)
                waits.append(time.perf_counter() - started)
                assert len(told["deployments"]) > 0
                # Otherwise the second round would be told that nothing has changed.
                assert answer.status == 200
    first, usual, worst = waits[0], statistics.median(waits), max(waits[1:])
    return [
        Row(
            f"from a data set to what serves now and came from it, {NODES:,} nodes, over HTTP",
            f"{usual * 1000:.0f} ms (the first {first * 1000:.0f} ms, the slowest other "
            f"{worst * 1000:.0f} ms)",
            "≤ 1 s",
            usual <= 1.0,
        )
    ]


def _make() -> None:
    print(f"making a graph of {NODES:,} nodes in {PLACE} …", file=sys.stderr)
    shutil.rmtree(PLACE, ignore_errors=True)
    folder = PLACE / ".whence"
    made = make_organisation(NODES)
    store = SqliteStore(folder)
    with store.writing():
        pass  # which makes the tables
    store.close()
    fill_store(folder / FILE_NAME, made)
    store = SqliteStore(folder)
    actor = ActorSeen("person", "ada")
    for number, model in enumerate(made.models[-20 * DEPLOYED :: 20]):
        artifact = NodeId(model.to_bytes(16, "big").hex())
        registration = Registration(f"line{number}", artifact, actor, "benchmark")
        deploy = Deploy(registration.version, f"production-{number}", actor, "benchmark")
        Recorder(store).record([registration.compose, deploy.compose])
    store.close()
    (PLACE / "done").touch()


if __name__ == "__main__":
    print_rows(main())
