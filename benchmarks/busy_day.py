"""Half a million events, as a busy site sends in a day: does the server grow?

Memory is read when a tenth of the events is in, and when all are.
"""

import itertools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from events import make_events
from http_load import send
from rowtable import Row, print_rows
from server_ingest import PATH, whence

EVENTS = int(os.environ.get("EVENTS", "500000"))
MOST = 32_000_000
"""Bytes of growth over nine tenths of the events: caches that were not full yet."""


def main() -> list[Row]:
    """The rows of the table."""
    events = make_events(EVENTS // 2)
    with tempfile.TemporaryDirectory() as folder, whence(Path(folder)) as port:
        server = _listening_on(port)
        first = send(port, PATH, itertools.islice(events, EVENTS // 10), 16)
        before = _resident(server)
        rest = send(port, PATH, events, 16)
        after = _resident(server)
    assert set(first.statuses) | set(rest.statuses) == {201}
    return [
        Row(
            f"memory of the server after {EVENTS // 10:,} and {EVENTS:,} events",
            f"{before / 1e6:.0f} MB, {after / 1e6:.0f} MB; {rest.rate:,.0f} events/s",
            f"≤ {MOST / 1e6:.0f} MB more",
            after - before <= MOST,
        )
    ]


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
