# ruff: noqa: S608  statements are made of our own words and of column numbers
"""One loader per kind of table.

Each makes ``cells`` with columns ``c0``, ``c1`` and so on and returns the columns, (name, type) in
order, and what a reader should know, as phrases. ``cells`` is a table of texts in the order of the
file; or, where texts are not asked for, holds values of the file's own types and may be a view, in
which a last column ``place`` numbers the rows, so that a part of them can be looked at. Texts have
their numbers beside them then, and the hashes of their values where they are held in memory, see
``cells``.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.errors import TableError
from whence.rows import delimited, jsonlines
from whence.rows.format import TableKind
from whence.rows.opening import OpenedTable, printable

if TYPE_CHECKING:
    import duckdb

Loaded = tuple[Sequence[tuple[str, str]], Sequence[str]]

MENDED = "mended.csv"
"""The name, in the private folder, of the clean copy of a text table that was not clean."""

PLACED = "placed.parquet"
"""Likewise, of a large text table: its cells, in a form that is quick to read again."""

PLACE = "place"
_STORED_ABOVE = 64 << 20
"""Bytes of a text table from which on its cells are not held in memory."""

_PLACED_AT_ONCE = 1 << 15
"""Rows that are held, for each thread, before they are written."""

_CSV_BUFFER = 2 * delimited.LONGEST_RECORD
"""Bytes; the engine's own choice, sixteen of the longest records, does not fit into its memory."""

_TEXT_TYPE = "text"
_LONGEST_OBJECT = 1 << 26


def load(
    connection: "duckdb.DuckDBPyConnection", opened: OpenedTable, *, texts: bool = True
) -> Loaded:
    """``cells``, made from the opened file.

    Args:
        connection: The engine.
        opened: The file.
        texts: Whether all cells are texts, in a table; else values of the file's own types, which
            are not held in memory where they can be read again.

    Raises:
        TableError: the file cannot be read as what it claims to be.
        duckdb.Error: likewise, in the engine's words.
    """
    return _LOADERS[opened.format.kind](connection, opened, texts)


def _load_delimited(
    connection: "duckdb.DuckDBPyConnection", opened: OpenedTable, texts: bool
) -> Loaded:
    import duckdb  # noqa: PLC0415  see engine.load_table

    delimiter = "\t" if opened.format.kind is TableKind.TSV else None
    dialect = delimited.read_dialect(opened.source, opened.shown, delimiter=delimiter)
    columns = [(name, _TEXT_TYPE) for name in dialect.names]
    _check_width(opened, len(columns))
    if not columns:
        connection.execute("CREATE TEMP TABLE cells AS SELECT 0 AS nothing LIMIT 0")
        return columns, ()
    if dialect.clean:
        try:
            _read_clean(connection, opened.source, dialect, texts)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            pass  # not clean further down: the patient reading mends it or says what is wrong
        else:
            return columns, ()
    mended = opened.folder / MENDED
    notes = delimited.mend(opened.source, mended, dialect, opened.shown)
    clean = delimited.Dialect(",", header=False, names=dialect.names)
    _read_clean(connection, mended, clean, texts)
    return columns, notes


def _read_clean(
    connection: "duckdb.DuckDBPyConnection", path: Path, dialect: delimited.Dialect, texts: bool
) -> None:
    width = len(dialect.names)
    # A blank line is no row; of one column, the engine makes it a row without a value.
    cells = [f"coalesce(c{at}, '') AS c{at}" for at in range(width)]
    keep = "WHERE c0 IS NOT NULL" if width == 1 else ""
    spelled = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(width))
    selected = (
        f"SELECT {', '.join(cells)} FROM read_csv($path,"
        f" auto_detect = false, delim = $delimiter, quote = '\"', escape = '\"',"
        f" header = {dialect.header}, columns = {{{spelled}}}, allow_quoted_nulls = false,"
        f" new_line = '{dialect.newline.encode('unicode_escape').decode()}',"
        f" max_line_size = {delimited.LONGEST_RECORD}, buffer_size = {_CSV_BUFFER}) {keep}"
    )
    arguments = {"path": str(path), "delimiter": dialect.delimiter}
    _place(connection, path, selected, arguments, None if texts else width)


def _place(
    connection: "duckdb.DuckDBPyConnection",
    path: Path,
    selected: str,
    arguments: dict[str, Any],
    width: int | None,
    hash_: str = "csv_hash",
) -> None:
    """Make ``cells`` of what a statement selects: a table; with a width, a view if it is large."""
    if width is not None:
        numbers = "".join(f", text_number(c{at}) AS n{at}" for at in range(width))
        selected = f"SELECT *{numbers} FROM ({selected})"
    if width is None or path.stat().st_size <= _STORED_ABOVE:
        hashes = "".join(f", {hash_}(c{at}, n{at}) AS x{at}" for at in range(width or 0))
        every = f"SELECT *{hashes} FROM ({selected})"
        connection.execute(f"CREATE TEMP TABLE cells AS {every}", arguments)
        return
    placed = path.parent / PLACED
    form = f"FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE {_PLACED_AT_ONCE}"
    connection.execute(f"COPY ({selected}) TO '{placed}' ({form})", arguments)
    connection.execute(
        f"CREATE TEMP VIEW cells AS SELECT * EXCLUDE (file_row_number), file_row_number AS {PLACE}"
        f" FROM read_parquet('{placed}', file_row_number = true)"
    )


def _view(
    connection: "duckdb.DuckDBPyConnection", path: Path, width: int, *, numbered: bool
) -> None:
    places = [f"c{at}" for at in range(width)] + [PLACE] * numbered
    connection.execute(
        f"CREATE TEMP VIEW cells AS SELECT * FROM read_parquet('{path}', hive_partitioning = false"
        f"{', file_row_number = true' * numbered}) AS source({', '.join(places)})"
    )


def _load_json_lines(
    connection: "duckdb.DuckDBPyConnection", opened: OpenedTable, texts: bool
) -> Loaded:
    import duckdb  # noqa: PLC0415  see engine.load_table

    lines = f"read_ndjson_objects($path, maximum_object_size = {_LONGEST_OBJECT})"
    path = {"path": str(opened.source)}
    try:
        strangers = connection.execute(
            f"SELECT count(*) FROM {lines} WHERE json_type(json) <> 'OBJECT'", path
        ).fetchone()
        keys = connection.execute(
            f"SELECT DISTINCT unnest(json_keys(json)) AS key FROM {lines} ORDER BY key", path
        ).fetchall()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise (jsonlines.find_fault(opened.source, opened.shown) or error) from error
    if strangers != (0,):
        raise jsonlines.find_fault(opened.source, opened.shown) or TableError(
            f"{opened.shown}: not every line is a JSON object"
        )
    names = sorted(key for (key,) in keys)
    _check_width(opened, len(names))
    # As text: JSON's null and an absent key are alike no value.
    cells = [f"nullif(found[{at + 1}]::VARCHAR, 'null') AS c{at}" for at in range(len(names))]
    selected = (
        f"SELECT {', '.join(cells) or '0 AS nothing'}"
        f" FROM (SELECT json_extract(json, $pointers::VARCHAR[]) AS found FROM {lines})"
    )
    arguments = {"pointers": [jsonlines.pointer(name) for name in names], **path}
    _place(
        connection, opened.source, selected, arguments, None if texts else len(names), "json_hash"
    )
    return [(name, _json_type(connection, at)) for at, name in enumerate(names)], ()


def _json_type(connection: "duckdb.DuckDBPyConnection", at: int) -> str:
    types = connection.execute(
        f"SELECT DISTINCT json_type(v) FROM (SELECT DISTINCT c{at} AS v FROM cells)"
        " WHERE v IS NOT NULL"
    ).fetchall()
    return jsonlines.column_type(name for (name,) in types)


def _load_parquet(
    connection: "duckdb.DuckDBPyConnection", opened: OpenedTable, texts: bool
) -> Loaded:
    source = f"read_parquet('{opened.source}', hive_partitioning = false)"
    described = _describe(connection, opened, source)
    if texts:
        _hold(connection, source, len(described), "::VARCHAR")
    else:
        numbered = all(str(row[0]).lower() != "file_row_number" for row in described)
        _view(connection, opened.source, len(described), numbered=numbered)
    return _typed(described), ()


def _load_arrow(
    connection: "duckdb.DuckDBPyConnection", opened: OpenedTable, texts: bool
) -> Loaded:
    try:
        import pyarrow as pa  # noqa: PLC0415  optional, and slow to load
        from pyarrow import ipc  # noqa: PLC0415
    except ImportError as error:
        raise TableError(
            f"{opened.shown}: Arrow files are read with pyarrow, which is not installed",
            hint="install pyarrow beside whence",
        ) from error
    try:
        with pa.memory_map(str(opened.source)) as file:
            with_index = file.read(6) == b"ARROW1"
            file.seek(0)
            if with_index:
                source = ipc.open_file(file)
                batches = (source.get_batch(at) for at in range(source.num_record_batches))
            else:
                batches = source = ipc.open_stream(file)
            checked = (_check_batch(batch) for batch in batches)
            reader = pa.RecordBatchReader.from_batches(source.schema, checked)
            connection.register("arrow", reader)
            described = _describe(connection, opened, "arrow")
            _hold(connection, "arrow", len(described), "::VARCHAR" if texts else "")
            return _typed(described), ()
    except (pa.ArrowException, OSError) as error:
        raise refusal(opened, str(error)) from error


def _check_batch(batch: Any) -> Any:
    """The batch, if its offsets and lengths are sound: the engine trusts them with its life."""
    batch.validate(full=True)
    return batch


def _describe(
    connection: "duckdb.DuckDBPyConnection", opened: OpenedTable, source: str
) -> list[Any]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    _check_width(opened, len(described))
    return described


def _hold(connection: "duckdb.DuckDBPyConnection", source: str, width: int, as_type: str) -> None:
    places = [f"c{at}" for at in range(width)]
    connection.execute(
        f"CREATE TEMP TABLE cells AS SELECT {', '.join(f'{c}{as_type} AS {c}' for c in places)}"
        f" FROM {source} AS source({', '.join(places)})"
    )


def _typed(described: Sequence[Any]) -> Sequence[tuple[str, str]]:
    names = delimited.column_names(str(row[0]) for row in described)
    return [(name, row[1]) for name, row in zip(names, described, strict=True)]


def _check_width(opened: OpenedTable, width: int) -> None:
    if width > opened.limits.columns:
        raise TableError(
            f"{opened.shown}: has {width:,} columns; the limit is {opened.limits.columns:,}",
            hint="its digest still tells whether it changed",
        )


_KIND_WORDS = {
    TableKind.CSV: "CSV",
    TableKind.TSV: "TSV",
    TableKind.JSON_LINES: "JSON lines",
    TableKind.PARQUET: "Parquet",
    TableKind.ARROW: "Arrow",
}
_PREFIX = re.compile(r"\A(?:[A-Z][\w ]* Error: )+")


def refusal(opened: OpenedTable, words: str) -> TableError:
    """An engine's refusal in one line of ours, without its advice and our folder's name."""
    first = next((line for line in words.splitlines() if line.strip()), "no reason given")
    reason = _PREFIX.sub("", first).replace(str(opened.source), Path(opened.shown).name).strip()
    return TableError(
        f"{opened.shown}: cannot be read as {_KIND_WORDS[opened.format.kind]}: "
        f"{printable(reason[:200])}",
        hint="if its writer was stopped, write it again",
    )


_LOADERS: dict[TableKind, Callable[["duckdb.DuckDBPyConnection", OpenedTable, bool], Loaded]] = {
    TableKind.CSV: _load_delimited,
    TableKind.TSV: _load_delimited,
    TableKind.JSON_LINES: _load_json_lines,
    TableKind.PARQUET: _load_parquet,
    TableKind.ARROW: _load_arrow,
}
