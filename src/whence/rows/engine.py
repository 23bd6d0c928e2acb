# ruff: noqa: S608  statements are made of our own words and of column numbers
"""DuckDB, locked to one private folder: a table that can be asked, and nothing else.

What it is asked are statements of the room over ``cells``, with a column ``c0``, ``c1`` … for each
of the table.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.errors import TableError
from whence.rows import cells
from whence.rows.loading import PLACE, load, refusal
from whence.rows.opening import Limits, OpenedTable

if TYPE_CHECKING:
    import duckdb


_FIRST = 2048
"""Rows by which it is told how a column of texts is spelled."""


class LoadedTable:
    """A table inside an engine.

    Attributes:
        connection: the engine.
        folder: private; the one place where the engine may write, gone afterwards.
        kind: how the table was written down.
        columns: (name, type) in the file's order; types are the words of the format.
        row_count: how many rows it has.
        notes: what a reader should know, as phrases.
        hashes: SQL of each column: the engine's hash of a cell's value.
        numbers: SQL of each column: a cell as a number; ``None`` where it never is one.
        labels: SQL of each column: a cell as a person would write it.
        filled: SQL of each column: whether a cell holds a value.
    """

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        opened: OpenedTable,
        columns: Sequence[tuple[str, str]],
        notes: Sequence[str] = (),
    ) -> None:
        self.connection = connection
        self.folder = opened.folder
        self.kind = opened.format.kind
        self.columns = tuple(columns)
        self.notes = tuple(notes)
        self.row_count = int(self.ask("SELECT count(*) FROM cells")[0][0])
        typed = [(at, type_) for at, (_, type_) in enumerate(self.columns)]
        hashed = self._has("x0")
        spelled = set() if hashed else self._find_spelled()
        self.hashes = [
            f"x{at}" if hashed else cells.hash_of(at, type_, self.kind, spelled=at in spelled)
            for at, type_ in typed
        ]
        self.numbers = [cells.number_of(at, type_, self.kind) for at, type_ in typed]
        self.labels = [cells.label_of(at, type_, self.kind) for at, type_ in typed]
        self.filled = [cells.filled(at, type_, self.kind) for at, type_ in typed]

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        return self.connection.execute(statement).fetchall()

    def keep(self, known_as: Mapping[str, str]) -> None:
        """Leave out the columns that are not named, and call the others as it says."""
        kept = [at for at, (name, _) in enumerate(self.columns) if name in known_as]
        self.columns = tuple((known_as[self.columns[at][0]], self.columns[at][1]) for at in kept)
        self.hashes = [self.hashes[at] for at in kept]
        self.numbers = [self.numbers[at] for at in kept]
        self.labels = [self.labels[at] for at in kept]
        self.filled = [self.filled[at] for at in kept]

    def numbered(self) -> str | None:
        """The name of a column of ``cells`` that numbers its rows, if there is one."""
        stored = self.ask(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'cells' AND temporary"
        )
        if stored[0][0]:
            return "rowid"
        return PLACE if self._has(PLACE) else None

    def _find_spelled(self) -> set[int]:
        """The places of texts of a typed format that spell out numbers or moments."""
        texts = [at for at, (_, type_) in enumerate(self.columns) if type_ == "VARCHAR"]
        if not texts:
            return set()
        asked = ", ".join(f"bool_or({cells.is_spelled(at)})" for at in texts)
        few = f"SELECT {', '.join(f'c{at}' for at in texts)} FROM cells LIMIT {_FIRST}"
        (found,) = self.ask(f"SELECT {asked} FROM ({few})")
        return {at for at, spelled in zip(texts, found, strict=True) if spelled}

    def _has(self, column: str) -> bool:
        described = self.ask("DESCRIBE SELECT * FROM cells")
        return any(row[0] == column for row in described)


@contextmanager
def load_table(opened: OpenedTable) -> Iterator[LoadedTable]:
    """The table, loaded.

    Raises:
        TableError: it cannot be read as what it claims to be, or is over a limit.
    """
    import duckdb  # noqa: PLC0415  80 ms that only a table should cost

    try:
        with connect(opened.folder, opened.limits, {opened.source}) as connection:
            loaded = LoadedTable(connection, opened, *load(connection, opened, texts=False))
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


def connect(
    folder: Path, limits: Limits, readable: AbstractSet[Path]
) -> "duckdb.DuckDBPyConnection":
    """An engine in memory that may read these files and use this folder, its settings locked."""
    import duckdb  # noqa: PLC0415  see load_table

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": limits.threads,
            "memory_limit": f"{limits.memory_mb}MB",
            "temp_directory": str(folder / "spill"),
            "max_temp_directory_size": f"{4 * limits.bytes >> 20}MB",
            "preserve_insertion_order": False,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
            "allow_persistent_secrets": False,
        },
    )
    for macro in cells.MACROS:
        connection.execute(f"CREATE TEMP MACRO {macro}")
    for setting in (
        "TimeZone = 'UTC'",
        "enable_geoparquet_conversion = false",
        # It takes time with the square of the columns: seconds where there are hundreds.
        "disabled_optimizers = 'statistics_propagation'",
        f"allowed_paths = [{', '.join(map(_quoted, sorted(readable)))}]",
        f"allowed_directories = [{_quoted(folder)}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
