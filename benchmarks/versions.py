"""Two versions of a large table: their fingerprints, what these take, and the diff from them alone.

10 million rows of 10 columns, about 860 MB of Parquet each, 1 % of the rows changed, added or
removed. Reading the columns is what a program does that trains on them: ``pyarrow``'s
``read_table`` on the same two threads, all columns into memory. The engine's own bare pass over all
values, which keeps nothing, is told beside it. All in rounds, one after the other; the memory is
that of a process that does nothing else.
"""

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rowtable import Row, print_rows

ROWS = int(os.environ.get("WHENCE_BENCH_ROWS", "10000000"))
ROUNDS = 3
THREADS = 2
SECRET = b"benchmark".ljust(32, b".")

_NAMES = "id customer seen_at carrier month price score weight token note".split()
_FIRST = """
COPY (SELECT i AS id, (hash(i, 1) % 1000000000)::BIGINT AS customer,
    TIMESTAMP '2024-01-01' + to_seconds(i * 3) AS seen_at,
    ['UA', 'DL', 'AA', 'B6', 'WN', 'EV', 'MQ', '9E', 'US', 'VX'][(hash(i, 2) % 10 + 1)::INT]
        AS carrier,
    (i * 12 // {rows})::INT + 1 AS month, (hash(i, 3) / 1.8e19) * 1000 AS price,
    (hash(i, 4) / 1.8e19) AS score, (hash(i, 5) / 1.8e19) - 0.5 AS weight,
    md5(i::VARCHAR) AS token, 'n' || (hash(i, 6)::VARCHAR)[:13] AS note
FROM range({rows}) AS numbers(i)) TO '{path}' (FORMAT parquet)
"""
_SECOND = """
COPY (SELECT * REPLACE (
        CASE WHEN carrier = 'UA' AND hash(id, 9) % 100 < 8 THEN price * 1.5 ELSE price END AS price)
    FROM '{before}' WHERE hash(id, 10) % 1000 <> 0
    UNION ALL SELECT * REPLACE (id + {rows} AS id, 12 AS month) FROM '{before}'
    WHERE hash(id, 11) % 1000 = 0)
TO '{path}' (FORMAT parquet)
"""


def main() -> list[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory(prefix="whence-bench-") as name:
        folder = Path(name)
        _make(folder)
        rounds = [_child("fingerprint", folder) for _ in range(ROUNDS)]
        compared = [_child("compare", folder) for _ in range(ROUNDS)]
        csv = _child("csv", folder)
    taken = statistics.median(each["taken"] for each in rounds)
    ratios = statistics.median(each["taken"] / each["read"] for each in rounds)
    bare = statistics.median(each["taken"] / each["bare"] for each in rounds)
    kept = rounds[0]["bytes_a_row"]
    seconds = statistics.median(each["seconds"] for each in compared)
    peak = max(each["peak_mb"] for each in (*rounds, *compared, csv))
    rows = compared[0]["rows"]
    what = ", ".join(f"{rows[name]:,} {name}" for name in ("added", "removed", "changed"))
    return [
        Row(f"fingerprint of {ROWS:,} rows of 10 columns", f"{taken:.1f} s", "", None),
        Row("  ÷ reading the columns (pyarrow)", f"{ratios:.2f}", "≤ 1.5", ratios <= 1.5),
        Row("  ÷ the engine's bare pass over all values", f"{bare:.2f}", "", None),
        Row("  kept for a row", f"{kept:.1f} B", "≤ 24 B", kept <= 24),
        Row("diff from two fingerprints", f"{seconds:.1f} s", "≤ 3 s", seconds <= 3),
        Row("  which says", what, "", None),
        Row("  most memory of any of these", f"{peak:,.0f} MB", "≤ 1,000 MB", peak <= 1000),
        Row("fingerprint of the same as CSV", f"{csv['taken']:.1f} s", "", None),
        Row("  ÷ the engine's reading of that CSV", f"{csv['taken'] / csv['bare']:.2f}", "", None),
    ]


def _make(folder: Path) -> None:
    import duckdb

    with duckdb.connect(config={"threads": THREADS, "memory_limit": "1GB"}) as connection:
        before, after = folder / "before.parquet", folder / "after.parquet"
        connection.execute(_FIRST.format(rows=ROWS, path=before))
        connection.execute(_SECOND.format(rows=ROWS, before=before, path=after))
        connection.execute(f"COPY (FROM '{before}') TO '{folder / 'before.csv'}'")


def _child(what: str, folder: Path) -> dict[str, Any]:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, what, str(folder)], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _measure_fingerprint(folder: Path) -> dict[str, Any]:
    from whence.rows.shelf import FingerprintShelf

    shelf = FingerprintShelf(folder / "tables", SECRET)
    shelf.take(folder / "after.parquet", _digest("after"))
    before = folder / "before.parquet"
    taken = _timed(lambda: shelf.take(before, _digest("before")))
    peak = _peak()
    bare = _timed(lambda: _pass(f"'{before}'"))
    found = shelf.get(_digest("before"))
    assert found is not None
    import pyarrow.parquet as pq
    from pyarrow import set_cpu_count

    set_cpu_count(THREADS)
    read = _timed(lambda: pq.read_table(before))
    return {
        "taken": taken,
        "read": read,
        "bare": bare,
        "peak_mb": peak,
        "bytes_a_row": found.prints.stat().st_size / ROWS,
    }


def _pass(source: str) -> None:
    import duckdb

    with duckdb.connect(config={"threads": THREADS}) as connection:
        every = ", ".join(f"max(hash({name}))" for name in _NAMES)
        connection.execute(f"SELECT {every} FROM {source}").fetchall()


def _measure_compare(folder: Path) -> dict[str, Any]:
    from whence.rows.change import change_json
    from whence.rows.compare import compare
    from whence.rows.shelf import FingerprintShelf

    shelf = FingerprintShelf(folder / "tables", SECRET)
    start = time.perf_counter()
    before, after = shelf.get(_digest("before")), shelf.get(_digest("after"))
    assert before is not None
    assert after is not None
    change = compare(before, after)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": change_json(change)["rows"], "peak_mb": _peak()}


def _measure_csv(folder: Path) -> dict[str, Any]:
    from whence.rows.shelf import FingerprintShelf

    shelf = FingerprintShelf(folder / "tables", SECRET)
    path = folder / "before.csv"
    taken = _timed(lambda: shelf.take(path, _digest("csv")))
    return {"taken": taken, "peak_mb": _peak(), "bare": _timed(lambda: _pass(f"'{path}'"))}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measures = {
            "fingerprint": _measure_fingerprint,
            "compare": _measure_compare,
            "csv": _measure_csv,
        }
        print(json.dumps(measures[sys.argv[1]](Path(sys.argv[2]))))
    else:
        print_rows(main())
