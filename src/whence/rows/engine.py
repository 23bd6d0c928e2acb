# ruff: noqa: S608  statements are made of our own words and of column numbers
"""DuckDB, locked to one file: a table loaded as text, hashed by column and by row.

The definition of the hashes stands in the docstring of the room.
"""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from whence.errors import TableError
from whence.rows.loading import MENDED, load, refusal
from whence.rows.opening import OpenedTable

if TYPE_CHECKING:
    import duckdb

_COLUMNS_AT_ONCE = 32
_ROWS_AT_ONCE = 1 << 16
_SEPARATOR, _ESCAPE = "chr(31)", "chr(30)"


class LoadedTable:
    """A table inside an engine.

    Attributes:
        columns: (name, type) in the file's order; types are the words of the format.
        row_count: how many rows it has.
        notes: what a reader should know, as phrases.
    """

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        columns: Sequence[tuple[str, str]],
        notes: Sequence[str] = (),
    ) -> None:
        self._connection = connection
        self.columns = tuple(columns)
        self.notes = tuple(notes)
        self.row_count = _count_rows(connection)
        self._escaped = [False] * len(self.columns)
        self.column_hashes = self._hash_columns()

    def _hash_columns(self) -> tuple[int, ...]:
        hashes = [0] * len(self.columns)
        for start in range(0, len(hashes), _COLUMNS_AT_ONCE):
            # Equal values are hashed once: most columns repeat themselves.
            parts = [
                f"SELECT {at}, sum(md5_number_lower({_guarded('v')})::HUGEINT * n),"
                f" bool_or(contains(v, {_SEPARATOR}) OR contains(v, {_ESCAPE}))"
                f" FROM (SELECT c{at} AS v, count(*) AS n FROM cells GROUP BY 1)"
                for at in range(start, min(start + _COLUMNS_AT_ONCE, len(hashes)))
            ]
            for at, total, escaped in self._connection.execute(
                " UNION ALL ".join(parts)
            ).fetchall():
                hashes[at] = (total or 0) % (1 << 64)
                self._escaped[at] = bool(escaped)
        return tuple(hashes)

    def hash_rows(self, order: Sequence[int]) -> "array[int]":
        """The rows' hashes over the columns at these places, in this order; sorted."""
        cells = [
            _guarded(f"c{at}") if self._escaped[at] else f"coalesce(c{at}, {_ESCAPE})"
            for at in order
        ]
        text = f"concat_ws({_SEPARATOR}, {', '.join(cells)})" if cells else "''"
        found = self._connection.execute(f"SELECT md5_number_lower({text}) FROM cells ORDER BY 1")
        hashes = array("Q")
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            hashes.extend(chain.from_iterable(rows))
        return hashes


def _guarded(cell: str) -> str:
    return (
        f"CASE WHEN {cell} IS NULL THEN {_ESCAPE}"
        f" WHEN contains({cell}, {_SEPARATOR}) OR contains({cell}, {_ESCAPE})"
        f" THEN {_ESCAPE} || hex({cell}) ELSE {cell} END"
    )


@contextmanager
def load_table(opened: OpenedTable) -> Iterator[LoadedTable]:
    """The table, loaded.

    Raises:
        TableError: it cannot be read as what it claims to be, or is over a limit.
    """
    import duckdb  # noqa: PLC0415  80 ms that only a table should cost

    try:
        with _connect(opened) as connection:
            loaded = LoadedTable(connection, *load(connection, opened))
            if loaded.row_count > opened.limits.rows:
                raise TableError(
                    f"{opened.shown}: has {loaded.row_count:,} rows; "
                    f"the limit is {opened.limits.rows:,}",
                    hint="its digest still tells whether it changed",
                )
            yield loaded
    except duckdb.OutOfMemoryException as error:
        raise TableError(
            f"{opened.shown}: needs more than {opened.limits.memory_mb} MB of memory to compare",
            hint="its digest still tells whether it changed",
        ) from error
    except duckdb.Error as error:
        raise refusal(opened, str(error)) from error


def _connect(opened: OpenedTable) -> "duckdb.DuckDBPyConnection":
    """An engine in memory that may read the opened file alone, its settings locked."""
    import duckdb  # noqa: PLC0415  see load_table

    limits = opened.limits
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": limits.threads,
            "memory_limit": f"{limits.memory_mb}MB",
            "temp_directory": str(opened.folder / "spill"),
            "max_temp_directory_size": f"{4 * limits.bytes >> 20}MB",
            "preserve_insertion_order": False,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
            "allow_persistent_secrets": False,
        },
    )
    readable = ", ".join(f"'{path}'" for path in (opened.source, opened.folder / MENDED))
    for setting in (
        "TimeZone = 'UTC'",
        "enable_geoparquet_conversion = false",
        f"allowed_paths = [{readable}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def _count_rows(connection: "duckdb.DuckDBPyConnection") -> int:
    found = connection.execute("SELECT count(*) FROM cells").fetchone()
    assert found is not None
    return int(found[0])
