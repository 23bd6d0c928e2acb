"""CSV, Parquet, Arrow and JSON lines: the same rows, in this order or another, within tolerance.

Both tables are loaded as texts by the room ``rows``, into one engine that may read these two files
alone. Equal values of one format have equal texts there.
"""
# ruff: noqa: S608  statements are made of our own words and of column numbers

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from whence.errors import TableError
from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.comparers.tolerance import LEAST, TOLERANCES
from whence.reproduction.interface import Comparison, Likeness, Pair
from whence.rows.format import table_format
from whence.rows.loading import MENDED, load
from whence.rows.opening import DEFAULT_LIMITS, OpenedTable, open_table

if TYPE_CHECKING:
    import duckdb

_SIDES = ("recorded", "again")
_FEW = 3


class TableComparer:
    """Cells by row and column; how the table is packed says nothing."""

    name = "table"

    def takes(self, name: str, head: bytes) -> bool:
        """As the room ``rows`` tells tables."""
        return table_format(name, head) is not None

    def compare(self, pair: Pair) -> Comparison:
        """Rows in order, else rows in any order, else numbers within tolerance."""
        with _loaded(pair) as (connection, columns):
            return _Tables(connection, columns).compare(self.name)


@contextmanager
def _loaded(pair: Pair) -> Iterator[tuple["duckdb.DuckDBPyConnection", list[list[str]]]]:
    """Two tables, ``recorded`` and ``again``, of texts in columns ``c0``, ``c1`` …; and the names.

    Raises:
        TableError: one cannot be read as a table.
    """
    import duckdb  # noqa: PLC0415  80 ms that only a table should cost

    with ExitStack() as stack:
        opened = []
        for path in (pair.recorded, pair.again):
            with path.open("rb") as file:
                form = table_format(pair.name, file.read(8))
            opened.append(stack.enter_context(open_table(path, form, DEFAULT_LIMITS)))
        connection = stack.enter_context(_engine(opened))
        try:
            columns = []
            for side, each in zip(_SIDES, opened, strict=True):
                found, _ = load(connection, each)
                connection.execute(f"ALTER TABLE cells RENAME TO {side}")
                columns.append([name for name, _ in found])
            yield connection, columns
        except duckdb.Error as error:
            raise TableError(f"the tables cannot be compared: {error}") from error


def _engine(opened: Sequence[OpenedTable]) -> "duckdb.DuckDBPyConnection":
    import duckdb  # noqa: PLC0415  see _loaded

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": DEFAULT_LIMITS.threads,
            "memory_limit": f"{2 * DEFAULT_LIMITS.memory_mb}MB",
            "temp_directory": str(opened[0].folder / "spill"),
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
            "allow_persistent_secrets": False,
        },
    )
    files = [path for each in opened for path in (each.source, each.folder / MENDED)]
    readable = ", ".join(f"'{path}'" for path in files)
    for setting in (
        "TimeZone = 'UTC'",
        "enable_geoparquet_conversion = false",
        f"allowed_paths = [{readable}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


class _Tables:
    """Two loaded tables."""

    def __init__(
        self, connection: "duckdb.DuckDBPyConnection", columns: Sequence[Sequence[str]]
    ) -> None:
        self._connection = connection
        self._names, self._other_names = columns

    def compare(self, comparer: str) -> Comparison:
        """The ladder, best first."""
        if self._names != self._other_names:
            return Comparison(Likeness.DIFFERENT, comparer, self._columns_differ())
        counts = [self._one(f"SELECT count(*) FROM {side}") for side in _SIDES]
        if counts[0] != counts[1]:
            reason = f"{counts[0]:,} rows were, {counts[1]:,} are"
            return Comparison(Likeness.DIFFERENT, comparer, reason)
        if not self._names:
            return self._packed(comparer)
        # Joining by the row's number is joining by place: rows have the order of the file.
        in_place = self._differing("recorded", "again")
        if not in_place:
            return self._packed(comparer)
        if self._same_rows():
            reason = "the same rows in another order"
            return Comparison(Likeness.ROWS, comparer, reason, detail={"rows": counts[0]})
        verdict = self._within("recorded", "again", in_place)
        order = ""
        if verdict is None:
            sorted_ = self._sorted()
            differing = self._differing(*sorted_)
            verdict = self._within(*sorted_, differing)
            order = " in another order,"
        if verdict is not None:
            columns, largest = verdict
            reason = f"{counts[0]:,} rows,{order} equal but for {columns}: numbers within tolerance"
            detail = {"largest_difference": largest, "rows": counts[0]}
            return Comparison(Likeness.VALUES, comparer, reason, detail=detail)
        return self._different(comparer, in_place, counts[0])

    def _packed(self, comparer: str) -> Comparison:
        rows = (HARMLESS["table-packing"].what,)
        return Comparison(Likeness.CANONICAL, comparer, "", rows)

    def _one(self, statement: str) -> int:
        found = self._connection.execute(statement).fetchone()
        return int(found[0]) if found is not None and found[0] is not None else 0

    def _columns_differ(self) -> str:
        gone = [name for name in self._names if name not in self._other_names]
        new = [name for name in self._other_names if name not in self._names]
        parts = [f"column {name!r} is gone" for name in gone[:_FEW]]
        parts += [f"column {name!r} is new" for name in new[:_FEW]]
        return ", ".join(parts) or "the columns stand in another order"

    def _differing(self, one: str, other: str) -> list[int]:
        """The places of the columns of which some cell is not the text it was."""
        joined = f"FROM {one} a JOIN {other} b ON a.rowid = b.rowid"
        tests = [f"bool_or(a.c{at} IS DISTINCT FROM b.c{at})" for at in range(len(self._names))]
        row = self._connection.execute(f"SELECT {', '.join(tests)} {joined}").fetchone()
        return [at for at, differs in enumerate(row or ()) if differs]

    def _same_rows(self) -> bool:
        return not self._one(
            "SELECT count(*) FROM ((FROM recorded EXCEPT ALL FROM again) UNION ALL"
            " (FROM again EXCEPT ALL FROM recorded))"
        )

    def _sorted(self) -> tuple[str, str]:
        """Both in an order that rounding does not change: by texts, then by rounded numbers."""
        exact: list[int] = []
        rough: list[int] = []
        for at in range(len(self._names)):
            text = self._one(
                f"SELECT count(*) FROM recorded WHERE c{at} <> ''"
                f" AND (try_cast(c{at} AS DOUBLE) IS NULL OR try_cast(c{at} AS BIGINT) IS NOT NULL"
                f" AND NOT contains(c{at}, '.'))"
            )
            (exact if text else rough).append(at)
        keys = [f"c{at}" for at in exact]
        keys += [f"round(try_cast(c{at} AS DOUBLE), 4)" for at in rough]
        keys += [f"try_cast(c{at} AS DOUBLE)" for at in rough]
        for side in _SIDES:
            self._connection.execute(
                f"CREATE TEMP TABLE {side}_sorted AS FROM {side} ORDER BY {', '.join(keys)}"
            )
        return "recorded_sorted", "again_sorted"

    def _within(self, one: str, other: str, places: Sequence[int]) -> tuple[str, float] | None:
        """What differs, and by how much at most, if it is all numbers within tolerance."""
        largest = 0.0
        for at in places:
            apart = self._largest(one, other, at)
            if apart is None or apart > TOLERANCES["float32"].relative:
                return None
            if apart > TOLERANCES["float64"].relative and not self._are_single(at):
                return None
            largest = max(largest, apart)
        return self._spelled(places), largest

    def _largest(self, one: str, other: str, at: int) -> float | None:
        """The largest relative difference in a column; ``None`` where not all are numbers."""
        numbers = f"try_cast(a.c{at} AS DOUBLE) AS was, try_cast(b.c{at} AS DOUBLE) AS now"
        row = self._connection.execute(
            f"WITH cells AS (SELECT a.c{at} AS old, b.c{at} AS new, {numbers}"
            f" FROM {one} a JOIN {other} b ON a.rowid = b.rowid),"
            " scale AS (SELECT coalesce(sqrt(avg(was * was)), 0) AS size FROM cells"
            " WHERE isfinite(was))"
            " SELECT count(*) FILTER (was IS NULL OR now IS NULL OR isnan(was) <> isnan(now)"
            " OR (isinf(was) OR isinf(now)) AND was <> now),"
            f" max(CASE WHEN was = now OR abs(was - now) <= {LEAST} OR isnan(was) THEN 0"
            " ELSE abs(was - now) / greatest(abs(was), abs(now), size) END)"
            " FROM cells, scale WHERE old IS DISTINCT FROM new"
        ).fetchone()
        if row is None or row[0]:
            return None
        return float(row[1] or 0.0)

    def _are_single(self, at: int) -> bool:
        """Whether a column's numbers were float32: as many digits as those have, or exactly one."""
        return not self._one(
            f"SELECT count(*) FROM recorded WHERE length(regexp_replace(regexp_replace(c{at},"
            " '[eE].*', ''), '[^0-9]', '', 'g')) > 10"
            f" AND try_cast(c{at} AS DOUBLE) <> try_cast(c{at} AS FLOAT)::DOUBLE"
        )

    def _spelled(self, places: Sequence[int]) -> str:
        names = [f"`{self._names[at]}`" for at in places[:_FEW]]
        more = f" and {len(places) - _FEW} more" if len(places) > _FEW else ""
        return ", ".join(names) + more

    def _different(self, comparer: str, places: Sequence[int], rows: int) -> Comparison:
        at = places[0]
        differs = f"a.c{at} IS DISTINCT FROM b.c{at}"
        joined = f"FROM recorded a JOIN again b ON a.rowid = b.rowid WHERE {differs}"
        count = self._one(f"SELECT count(*) {joined}")
        first = self._connection.execute(
            f"SELECT a.rowid + 1, a.c{at}, b.c{at} {joined} ORDER BY a.rowid LIMIT 1"
        ).fetchone()
        words = ""
        if first is not None:
            words = f"row {first[0]:,}, `{self._names[at]}`: {first[1]!r} was, {first[2]!r} is"
        return Comparison(
            Likeness.DIFFERENT,
            comparer,
            f"{words}; {count:,} of {rows:,} rows differ there; columns that differ:"
            f" {self._spelled(places)}",
            detail={"first_difference": words, "rows": rows, "rows_differing": count},
        )
