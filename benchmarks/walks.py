"""Walking a graph of 10⁶ nodes and 5·10⁶ edges: where from, what to, how connected.

Each way of walking is measured in a process of its own, warm, the median over many starts; the
peer, a recursive query in SQLite over the same rows, in turn with it.
"""

import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from organisation import fill_store, make_organisation
from rowtable import Row, print_rows

from whence.store.interface import Direction
from whence.store.sqlite import FILE_NAME, SqliteStore

NODES = 1_000_000
FOLDER = Path(__file__).parent / "out" / f"organisation-{NODES}-3"
"""Kept from run to run: making it takes half a minute. Delete it freely."""

PLACES = "places.json"


def main() -> list[Row]:
    """The rows of the table."""
    if not (FOLDER / PLACES).exists():
        _make()
    plain, fast = _measured("plain"), _measured("fast")
    up, down, near, path = (plain[name] for name in ("up", "down", "near", "path"))
    wide = fast["down"]
    return [
        _row("full upstream trace", up, 40),
        _row("full downstream impact", down, 600),
        _row("full downstream impact, with NumPy", wide, 40),
        _row("6-hop neighbourhood", near, 1),
        _row("path between two", path, 10),
        Row("memory of the process", f"{plain['memory']} MB", "≤ 250 MB", plain["memory"] <= 250),
        Row(
            "making the snapshot of all edges",
            f"{plain['making']:.1f} s, {plain['made']} MB",
            "≤ 10 s, ≤ 250 MB",
            plain["making"] <= 10 and plain["made"] <= 250,
        ),
    ]


def _row(what: str, told: dict[str, Any], limit: float) -> Row:
    against = ""
    if "peer" in told:
        against = f"; SQLite's own query {told['peer']['ms'] / told['ms']:.0f} times that"
    reached = f", {told['nodes']:,} nodes" if "nodes" in told else ""
    return Row(what, f"{told['ms']:.3g} ms{reached}{against}", f"≤ {limit} ms", told["ms"] <= limit)


def _make() -> None:
    print(f"making a graph of {NODES:,} nodes in {FOLDER} …", file=sys.stderr)
    made = make_organisation(NODES)
    store = SqliteStore(FOLDER)
    with store.reading():
        pass  # which makes the tables
    store.close()
    fill_store(FOLDER / FILE_NAME, made)
    recent = made.models[-len(made.models) // 5 :]
    (FOLDER / PLACES).write_text(json.dumps({"hot": made.hot, "recent": recent}))


# -------------------------------------------------------------- in a process of its own


def _measured(mode: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, mode], check=True, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def measure(mode: str) -> dict[str, Any]:
    """The figures of one mode: ``plain`` or ``fast``."""
    if mode == "plain":
        sys.modules["numpy"] = None  # type: ignore[assignment]  # as if it were not installed
    else:
        __import__("numpy")
    chance = random.Random(1)
    places = json.loads((FOLDER / PLACES).read_text())
    recent = [chance.choice(places["recent"]) for _ in range(41)]
    hot = places["hot"][:9] * 3
    anywhere = [chance.randrange(1, NODES) for _ in range(400)]
    if mode == "plain":
        for each in (FOLDER / "cache").glob("*"):
            each.unlink()
    store, peer = SqliteStore(FOLDER), sqlite3.connect(FOLDER / FILE_NAME)
    told: dict[str, Any] = {}
    with store.reading() as reader:

        def reach(start: int, direction: Direction, depth: int | None = None) -> int:
            return len(reader.reach(start, direction, depth=depth).handles)

        begun = time.perf_counter()
        reach(recent[0], Direction.ORIGINS)
        told["making"], told["made"] = time.perf_counter() - begun, _peak()
        reach(hot[0], Direction.EFFECTS)
        told["up"] = _median(recent, lambda at: reach(at, Direction.ORIGINS))
        told["down"] = _median(hot, lambda at: reach(at, Direction.EFFECTS))
        told["near"] = _median(anywhere, lambda at: reach(at, Direction.ORIGINS, depth=6))
        pairs = [(at, chance.choice(reader.reach(at, Direction.ORIGINS).handles)) for at in recent]
        told["path"] = _median(pairs, lambda pair: len(reader.path(*pair) or ()))
        del told["path"]["nodes"]
        told["memory"] = _peak()
        if mode == "plain":
            told["up"]["peer"] = _median(recent[:9], lambda at: _ask(peer, at, "origin", "target"))
            told["down"]["peer"] = _median(hot[:1], lambda at: _ask(peer, at, "target", "origin"))
    store.close()
    peer.close()
    return told


def _ask(connection: sqlite3.Connection, start: int, near: str, far: str) -> int:
    rows = connection.execute(
        f"WITH RECURSIVE reached(handle) AS (VALUES (?) UNION SELECT {far} FROM reached"
        f" JOIN edge ON {near} = handle AND kind < 20) SELECT handle FROM reached",
        (start,),
    )
    return len(rows.fetchall())


def _median(starts: Iterable[Any], ask: Callable[[Any], int]) -> dict[str, Any]:
    times, sizes = [], []
    for start in starts:
        begun = time.perf_counter()
        sizes.append(ask(start))
        times.append(time.perf_counter() - begun)
    return {"ms": statistics.median(times) * 1000, "nodes": int(statistics.median(sizes))}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        print_rows(main())
