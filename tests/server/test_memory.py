"""A busy day's events leave the server no larger than the first of them did."""

import re
import runpy
from pathlib import Path

import pytest

from serving import serving

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

FIRST = 3_000
THEN = 9_000
GROWTH = 1_500
"""Bytes of each further event that may stay, while caches of bounded size are still filling; an
event has 4,000, and its record more."""


def resident(pid: int) -> int:
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"Anonymous: +(\d+) kB", told)
    assert found
    return int(found[1]) * 1024


@pytest.mark.slow
def test_memory_does_not_grow_with_the_events(tmp_path: Path) -> None:
    make_events = runpy.run_path(str(BENCHMARKS / "events.py"))["make_events"]
    send = runpy.run_path(str(BENCHMARKS / "http_load.py"), run_name="http_load")["send"]
    (tmp_path / ".whence").mkdir()
    events = list(make_events((FIRST + THEN) // 2))
    with serving(tmp_path) as (url, process):
        port = int(url.rsplit(":", 1)[1])
        send(port, "/api/v1/lineage", iter(events[:FIRST]), 16)
        before = resident(process.pid)
        load = send(port, "/api/v1/lineage", iter(events[FIRST:]), 16)
        after = resident(process.pid)
    assert set(load.statuses) == {201}
    assert after - before < GROWTH * THEN
