"""Half a million events, as a busy site sends in a day: does the server grow?

Memory is read when a tenth of the events is in and read, and when all are. They come without a
pause, far quicker than in a day; what they mean is read beside that, and what is left afterwards.
"""

import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from events import make_events
from http_load import send
from rowtable import Row, print_rows
from server_ingest import PATH, waiting, whence

EVENTS = int(os.environ.get("EVENTS", "500000"))
MOST = 32_000_000
"""Bytes of growth over nine tenths of the events: caches that were not full yet."""


def main() -> list[Row]:
    """The rows of the table."""
    events = make_events(EVENTS // 2)
    with tempfile.TemporaryDirectory() as folder, whence(Path(folder)) as port:
        server = _listening_on(port)
        first = send(port, PATH, itertools.islice(events, EVENTS // 10), 16)
        _read_all(port)
        before = _resident(server)
        began = time.perf_counter()
        rest = send(port, PATH, events, 16)
        _read_all(port)
        took = time.perf_counter() - began
        after = _resident(server)
    assert set(first.statuses) | set(rest.statuses) == {201}
    tail = rest.quantile(0.99) * 1000
    return [
        Row(
            f"memory of the server after {EVENTS // 10:,} and {EVENTS:,} events",
            f"{before / 1e6:.0f} MB, {after / 1e6:.0f} MB",
            f"≤ {MOST / 1e6:.0f} MB more",
            after - before <= MOST,
        ),
        Row(
            f"the last {len(rest.waits):,} of them, kept and read side by side",
            f"{rest.rate:,.0f}/s kept, the slowest hundredth in {tail:.0f} ms; "
            f"{len(rest.waits) / took:,.0f}/s kept and read",
            "",
            None,
        ),
    ]


def _read_all(port: int) -> None:
    while waiting(port):
        time.sleep(1)


def _resident(process: int) -> int:
    told = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"Anonymous: +(\d+) kB", told)
    assert found
    return int(found[1]) * 1024


def _listening_on(port: int) -> int:
    """The child of this process that listens on a port."""
    words = ["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    servers = [int(line.split()[0]) for line in told.splitlines() if " serve " in line]
    if len(servers) != 1:
        sys.exit(f"no server of mine listens on {port}")
    return servers[0]


if __name__ == "__main__":
    print_rows(main())
